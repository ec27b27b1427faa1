import { createServer } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@tinyobs/model';
import { startEngine } from '../engine.js';
import type { Request } from '../http/exchange.js';
import { ListenerFigures } from '../listener/listenerFigures.js';
import { createLog } from '../log.js';
import {
  CLIENT_ADDRESS,
  CLOSE,
  ORIGINAL_URL,
  sentError,
  type ThreadMessage,
  type ThreadStart,
} from './threadMessages.js';

/** The thread of an engine: started by `startEngineThread`, never imported. */
assert(parentPort !== null, 'an engine thread is started by its host');
const host = parentPort;
const send = (message: ThreadMessage): void => host.postMessage(message);

try {
  await run(workerData as ThreadStart);
} catch (error) {
  send({ type: 'failed', error: sentError(error) });
}

async function run({ options, socketPath, figures }: ThreadStart): Promise<void> {
  const level = options.log?.level ?? 'info';
  const logger = createLog(level, { write: (line) => send({ type: 'log', line }) });
  const engine = await startEngine({ ...options, logger }, figures && new ListenerFigures(figures));
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, (request, response) => {
    engine.handler(restored(request), response);
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  host.once('message', (message) => {
    assert(message === CLOSE, 'a host only asks for the end');
    engine
      .close()
      .then(
        () => send({ type: 'closed' }),
        (error: unknown) => send({ type: 'failed', error: sentError(error) }),
      )
      .finally(() => {
        server.close();
        server.closeAllConnections();
        host.close();
      });
  });
  send({ type: 'ready', paths: engine.paths });
}

/** The request as the host had it. */
function restored(request: Request): Request {
  const { headers } = request;
  request.originalUrl = String(headers[ORIGINAL_URL]);
  request.clientAddress = String(headers[CLIENT_ADDRESS]);
  delete headers[ORIGINAL_URL];
  delete headers[CLIENT_ADDRESS];
  return request;
}
