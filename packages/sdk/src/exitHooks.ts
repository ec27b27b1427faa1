import { constants } from 'node:os';
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';
import type { Client } from './client.js';
import { EXIT_TIMEOUT_MS } from './constants.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Clients that are closed with the process. */
const open = new Set<Client>();
/** A signal came, and what it would have done is put off until the clients are closed. */
let isEnding = false;

/**
 * Closes a client when the process has nothing left to do, or is told to end. A signal that nobody else listens to
 * then does what it always does; so does a second one, at once. An app that listens ends itself: the client only
 * delivers the state of that moment, and goes on counting.
 * @returns a function that takes the hook away.
 */
export function closeWithProcess(client: Client): () => void {
  if (open.size === 0) listen('on');
  open.add(client);
  return () => {
    if (open.delete(client) && open.size === 0 && !isEnding) listen('off');
  };
}

function listen(how: 'on' | 'off'): void {
  process[how]('beforeExit', closeAll);
  // Signals come to the main thread only.
  if (isMainThread) for (const signal of SIGNALS) process[how](signal, onSignal);
}

function closeAll(): Promise<unknown> {
  return Promise.all(Array.from(open, (client) => client.close({ timeoutMs: EXIT_TIMEOUT_MS })));
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) {
    for (const client of open) void client.flush();
  } else if (isEnding) {
    raise(signal);
  } else {
    isEnding = true;
    void closeAll().then(() => raise(signal));
  }
}

/** Lets a signal do what it does without us. */
function raise(signal: NodeJS.Signals): void {
  listen('off');
  // Signals that nobody listens to do nothing to the first process of a container.
  if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  process.kill(process.pid, signal);
}
