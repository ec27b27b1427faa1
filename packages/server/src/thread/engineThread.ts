import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { TinyObsError } from '@tinyobs/model';
import { builtFile } from '../builtFile.js';
import type { Config } from '../config/schema.js';
import { createHandler, type Entry } from '../http/handler.js';
import { createLog, type Log, standardError } from '../log.js';
import { LogLines } from '../logLines.js';
import { configOf, type TinyObs, type TinyObsOptions } from '../options.js';
import { Forwarder } from './forwarder.js';
import { CLOSE, receivedError, type ThreadMessage, type ThreadStart } from './threadMessages.js';

/** The compiled thread, from the sources, too. */
const THREAD = builtFile('thread/threadMain.js');

/**
 * Starts the engine in a thread of its own. Requests go to it over a socket that only this user may open, so the
 * host's thread does no more than pass bytes on; a request whose client goes away is given up on the other side.
 *
 * @throws TinyObsError as `createTinyObs`
 */
export async function startEngineThread(options: TinyObsOptions): Promise<TinyObs> {
  const config = configOf(options);
  const { basePath = '', logger, now, worker: _, ...rest } = options;
  if (now)
    throw new TinyObsError('config_invalid', '`now` is a function, which no other thread can be given');
  const out = logger ? undefined : standardError();
  const log = logger ?? createLog(config.log.level, out);
  // A logger of our own would make of a line what it is already.
  const onLine = (line: string) => (out ? out.write(line) : writeLine(log, line));
  const socket = openSocketPlace();
  const thread = new EngineThread({ options: rest, socketPath: socket.path }, { log, onLine });
  try {
    const paths = await thread.ready;
    const forwarder = new Forwarder({ socketPath: socket.path, paths, thread });
    const lines = new LogLines({ log, repeatsMax: config.log.repeats, onSuppressed: () => undefined });
    const entry = createHandler(forwarder.app, { basePath, lines });
    const parts = { thread, forwarder, entry, lines, removeSocket: socket.remove };
    return new ThreadedTinyObs(config, parts);
  } catch (error) {
    await thread.ended;
    await socket.remove();
    throw error;
  }
}

/** Where the thread listens: in a folder that only this user may enter. */
function openSocketPlace(): { path: string; remove: () => Promise<void> } {
  if (process.platform === 'win32') {
    return { path: `\\\\.\\pipe\\tinyobs-${randomUUID()}`, remove: async () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'tinyobs-'));
  return { path: join(folder, 'engine'), remove: () => rm(folder, { recursive: true, force: true }) };
}

interface ThreadedParts {
  readonly thread: EngineThread;
  readonly forwarder: Forwarder;
  readonly entry: Entry;
  readonly lines: LogLines;
  readonly removeSocket: () => Promise<void>;
}

class ThreadedTinyObs implements TinyObs {
  readonly config: Config;
  readonly #parts: ThreadedParts;
  #closed: Promise<void> | undefined;

  constructor(config: Config, parts: ThreadedParts) {
    this.config = config;
    this.#parts = parts;
  }

  get handler(): TinyObs['handler'] {
    return this.#parts.entry.handler;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { thread, forwarder, entry, lines, removeSocket } = this.#parts;
    await entry.drained();
    try {
      await thread.close();
    } finally {
      forwarder.close();
      lines.close();
      await removeSocket();
    }
  }
}

interface EngineThreadHost {
  readonly log: Log;
  /** Takes a line that the thread's logger made. */
  readonly onLine: (line: string) => void;
}

/** The thread as its host sees it. */
export class EngineThread {
  /** The paths it answers; rejects when it cannot start. */
  readonly ready: Promise<readonly string[]>;
  /** Resolves when it has ended, well or not. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #host: EngineThreadHost;
  #isRunning = true;
  #isClosing = false;
  #failure: TinyObsError | undefined;

  constructor(start: ThreadStart, host: EngineThreadHost) {
    this.#host = host;
    this.#worker = new Worker(THREAD, { workerData: start, name: 'tinyobs' });
    this.ended = new Promise((resolve) => this.#worker.once('exit', () => resolve(this.#noteEnd())));
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: ThreadMessage) => {
        if (message.type === 'ready') resolve(message.paths);
        else this.#take(message);
      });
      this.#worker.once('error', (cause) => this.#fail(cause));
      void this.ended.then(() => reject(this.failure));
    });
    // Whoever starts it waits for `ready`; an end later on is for requests to tell.
    this.ready.then(
      () => this.#worker.unref(),
      () => undefined,
    );
  }

  /** Why requests cannot be answered, undefined while they can. */
  get failure(): TinyObsError | undefined {
    if (this.#isRunning) return undefined;
    return this.#failure ?? new TinyObsError('engine_ended', 'the thread of TinyObs has ended');
  }

  /** Flushes and closes the store, and ends the thread. @throws TinyObsError those of `Store.close` */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#isRunning) {
      this.#worker.ref();
      this.#worker.postMessage(CLOSE);
    }
    await this.ended;
    if (this.#failure) throw this.#failure;
  }

  #take(message: Exclude<ThreadMessage, { type: 'ready' }>): void {
    if (message.type === 'log') this.#host.onLine(message.line);
    else if (message.type === 'failed') this.#failure = receivedError(message.error);
  }

  #fail(cause: unknown): void {
    const text = cause instanceof Error ? cause.message : String(cause);
    this.#failure = new TinyObsError(
      'engine_ended',
      `the thread of TinyObs has ended: ${text}; what was acknowledged is stored, start TinyObs again`,
      { cause },
    );
    this.#host.log.fatal({ err: cause }, this.#failure.message);
  }

  #noteEnd(): void {
    this.#isRunning = false;
    if (!this.#isClosing && !this.#failure) {
      this.#host.log.fatal('the thread of TinyObs has ended by itself');
    }
  }
}

/** Writes a line that the thread's logger made with the host's. */
function writeLine(log: Log, line: string): void {
  const { level, time: _time, name: _name, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const label = log.levels.labels[Number(level)] as 'info' | undefined;
  log[label ?? 'info'](fields, String(msg ?? ''));
}
