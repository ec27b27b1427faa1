import { hostname } from 'node:os';
import { emitWarning, pid } from 'node:process';
import { createHttpTransport } from './delivery/httpTransport.js';
import { NodeClient } from './nodeClient.js';
import { collectRuntimeMetrics } from './runtimeMetrics.js';
import { type ClientOptions, type Host, startClient } from './startClient.js';

const node: Host<NodeClient> = {
  Client: NodeClient,
  instance: () => `${hostname()}:${pid}`,
  warn: ({ message, code }) => emitWarning(message, { type: 'TinyObsWarning', code }),
  connect: createHttpTransport,
  collectRuntime: collectRuntimeMetrics,
};

/**
 * Starts a client that pushes its metrics to a TinyObs server, or has them ready for a scrape. Never throws,
 * whatever the options: a problem is told to `onError`. Timers and connections do not keep the process alive; call
 * `close()` before it ends.
 */
export function createClient(options: ClientOptions): NodeClient {
  return startClient(options, node);
}
