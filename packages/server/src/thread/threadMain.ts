import type { Server } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '@tinyobs/model';
import type { ReadConfig } from '../config/reloader.js';
import { type RunningEngine, startEngine } from '../engine.js';
import { engineListener, socketServer } from '../handover/engineSocket.js';
import { ListenerFigures } from '../listener/listenerFigures.js';
import { createLog } from '../log.js';
import { flushSpans } from '../tracing/openTelemetry.js';
import { Calls, outcomeOf } from './calls.js';
import { type HostMessage, sentError, type ThreadMessage, type ThreadStart } from './threadMessages.js';

/** The thread of an engine: started by `startEngineThread`, never imported. */
assert(parentPort !== null, 'an engine thread is started by its host');
const host = parentPort;
const send = (message: ThreadMessage): void => host.postMessage(message);

try {
  await run(workerData as ThreadStart);
} catch (error) {
  send({ type: 'failed', error: sentError(error) });
}

async function run({ options, canRead, socketPath, figures }: ThreadStart): Promise<void> {
  const level = options.log?.level ?? 'info';
  const logger = createLog(level, { write: (line) => send({ type: 'log', line }) });
  const reads = new Calls<ReadConfig>();
  const readConfig = () => reads.ask((call) => send({ type: 'read_config', call }));
  const engine = await startEngine(
    { ...options, logger, readConfig: canRead ? readConfig : undefined },
    figures && { figures: new ListenerFigures(figures) },
  );
  engine.live.onChange((next) => {
    logger.level = next.log.level;
    send({ type: 'configured', input: engine.live.given });
  });
  const server = socketServer(engineListener(engine));
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  host.on('message', (message: HostMessage) => {
    if (message.type === 'close') void end(engine, server);
    else if (message.type === 'config') reads.settle(message.call, message.outcome);
    else void reload(engine, message);
  });
  send({ type: 'ready', paths: engine.paths, isKeyRequired: engine.isKeyRequired });
}

async function reload(
  engine: RunningEngine,
  { call, input }: Extract<HostMessage, { type: 'reload' }>,
): Promise<void> {
  send({ type: 'reloaded', call, outcome: await outcomeOf(() => engine.reload(input)) });
}

async function end(engine: RunningEngine, server: Server): Promise<void> {
  try {
    await engine.close();
    await flushSpans();
    send({ type: 'closed' });
  } catch (error) {
    send({ type: 'failed', error: sentError(error) });
  } finally {
    server.close();
    server.closeAllConnections();
    host.close();
  }
}
