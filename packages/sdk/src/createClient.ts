import { emitWarning } from 'node:process';
import { createHttpTransport } from './delivery/httpTransport.js';
import { connectStore } from './delivery/storeTransport.js';
import { closeWithProcess } from './exitHooks.js';
import { NodeClient } from './nodeClient.js';
import { processInstance } from './processInstance.js';
import { collectRuntimeMetrics } from './runtimeMetrics.js';
import { DiskSpool } from './spool/diskSpool.js';
import { type ClientOptions, type Host, startClient } from './startClient.js';

const node: Host<NodeClient> = {
  Client: NodeClient,
  instance: processInstance,
  warn: ({ message, code }) => emitWarning(message, { type: 'TinyObsWarning', code }),
  connect: createHttpTransport,
  connectStore,
  openSpool: DiskSpool.open,
  collectRuntime: collectRuntimeMetrics,
  closeAtExit: closeWithProcess,
};

/**
 * Starts a client that pushes its metrics to a TinyObs server, or has them ready for a scrape. Never throws,
 * whatever the options: a problem is told to `onError`. Timers and connections do not keep the process alive; it
 * closes by itself when the process ends, unless that is by `process.exit`.
 */
export function createClient(options: ClientOptions): NodeClient {
  return startClient(options, node);
}
