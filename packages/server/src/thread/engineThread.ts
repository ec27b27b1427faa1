import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { assert, TinyObsError } from '@tinyobs/model';
import { builtFile } from '../builtFile.js';
import { LiveConfig } from '../config/liveConfig.js';
import type { ReloadReport } from '../config/reloader.js';
import type { Config, ConfigInput } from '../config/schema.js';
import { Forwarder } from '../handover/forwarder.js';
import { createHandler, type Entry } from '../http/handler.js';
import { asTinyObsError } from '../http/respond.js';
import { HostWrites, type WriteAnswer } from '../ingest/hostWrites.js';
import type { ListenerLink } from '../listener/listenerLink.js';
import { followedLog, type Log, standardError } from '../log.js';
import { followedLines, type LogLines } from '../logLines.js';
import { inputOf, type LocalTinyObs, type TinyObsOptions } from '../options.js';
import { Calls, outcomeOf } from './calls.js';
import {
  type HostMessage,
  type ReadyMessage,
  receivedError,
  sentError,
  type ThreadMessage,
  type ThreadStart,
} from './threadMessages.js';

/** The compiled thread, from the sources, too. */
const THREAD = builtFile('thread/threadMain.js');

/**
 * Starts the engine in a thread of its own. Requests go to it over a socket that only this user may open, so the
 * host's thread does no more than pass bytes on; a request whose client goes away is given up on the other side.
 *
 * @throws TinyObsError as `createTinyObs`
 */
export async function startEngineThread(
  options: TinyObsOptions,
  listener?: ListenerLink,
): Promise<LocalTinyObs> {
  const live = new LiveConfig(inputOf(options));
  if (listener?.follow) live.onChange(listener.follow);
  const { basePath = '', logger, now, readConfig, worker: _, shared: __, ...rest } = options;
  if (now)
    throw new TinyObsError('config_invalid', '`now` is a function, which no other thread can be given');
  const out = logger ? undefined : standardError();
  const log = logger ?? followedLog(live, out);
  // A logger of our own would make of a line what it is already.
  const onLine = (line: string) => (out ? out.write(line) : writeLine(log, line));
  const socket = openSocketPlace();
  const start = {
    options: rest,
    canRead: readConfig !== undefined,
    socketPath: socket.path,
    figures: listener?.figures.memory,
  };
  const thread = new EngineThread(start, { log, onLine, live, readConfig });
  try {
    const { paths, isKeyRequired } = await thread.ready;
    const forwarder = new Forwarder({ socketPath: socket.path, peer: thread });
    const lines = followedLines(live, { log, onSuppressed: () => undefined });
    const entry = createHandler(forwarder.app, { basePath, paths, lines });
    return new ThreadedTinyObs(live, {
      paths,
      isKeyRequired,
      thread,
      forwarder,
      entry,
      lines,
      removeSocket: socket.remove,
    });
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
  readonly paths: readonly string[];
  readonly isKeyRequired: boolean;
  readonly thread: EngineThread;
  readonly forwarder: Forwarder;
  readonly entry: Entry;
  readonly lines: LogLines;
  readonly removeSocket: () => Promise<void>;
}

class ThreadedTinyObs implements LocalTinyObs {
  readonly live: LiveConfig;
  readonly #parts: ThreadedParts;
  readonly #writes: HostWrites;
  #closed: Promise<void> | undefined;

  constructor(live: LiveConfig, parts: ThreadedParts) {
    this.live = live;
    this.#parts = parts;
    this.#writes = new HostWrites((body) => parts.forwarder.write(body));
  }

  get paths(): readonly string[] {
    return this.#parts.paths;
  }

  get ended(): Promise<void> {
    return this.#parts.thread.ended;
  }

  get isKeyRequired(): boolean {
    return this.#parts.isKeyRequired;
  }

  get config(): Config {
    return this.live.current;
  }

  reload(input?: ConfigInput): Promise<ReloadReport> {
    return this.#parts.thread.reload(input && inputOf(input));
  }

  get handler(): LocalTinyObs['handler'] {
    return this.#parts.entry.handler;
  }

  write(body: string | Uint8Array): Promise<WriteAnswer> {
    return this.#writes.write(body);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const { thread, forwarder, entry, lines, removeSocket } = this.#parts;
    await Promise.all([entry.drained(), this.#writes.close()]);
    try {
      await thread.close();
    } finally {
      forwarder.close();
      lines.close();
      await removeSocket();
    }
  }
}

interface HostParts {
  readonly log: Log;
  /** Takes a line that the thread's logger made. */
  readonly onLine: (line: string) => void;
  /** Follows the configuration of the thread. */
  readonly live: LiveConfig;
  readonly readConfig: TinyObsOptions['readConfig'];
}

/** The thread as its host sees it. */
export class EngineThread {
  /** What it answers; rejects when it cannot start. */
  readonly ready: Promise<ReadyMessage>;
  /** Resolves when it has ended, well or not. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #host: HostParts;
  readonly #reloads = new Calls<ReloadReport>();
  #isRunning = true;
  #isClosing = false;
  #failure: TinyObsError | undefined;

  constructor(start: ThreadStart, host: HostParts) {
    this.#host = host;
    this.#worker = new Worker(THREAD, { workerData: start, name: 'tinyobs' });
    this.ended = new Promise((resolve) => this.#worker.once('exit', () => resolve(this.#noteEnd())));
    this.ready = new Promise((resolve, reject) => {
      this.#worker.on('message', (message: ThreadMessage) => {
        if (message.type === 'ready') resolve(message);
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

  /** What to say when a connection to it fails. */
  unreachable(cause: unknown): TinyObsError {
    const { message } = asTinyObsError(cause);
    return new TinyObsError('engine_ended', `the thread of TinyObs does not answer: ${message}`, { cause });
  }

  /** See `TinyObs.reload`. */
  async reload(input: ConfigInput | undefined): Promise<ReloadReport> {
    if (this.failure) throw this.failure;
    // A host that has nothing else to do must not end while it waits.
    this.#worker.ref();
    try {
      return await this.#reloads.ask((call) => this.#send({ type: 'reload', call, input }));
    } finally {
      if (!this.#reloads.isWaiting && !this.#isClosing) this.#worker.unref();
    }
  }

  /** Flushes and closes the store, and ends the thread. @throws TinyObsError those of `Store.close` */
  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#isRunning) {
      this.#worker.ref();
      this.#send({ type: 'close' });
    }
    await this.ended;
    if (this.#failure) throw this.#failure;
  }

  #take(message: Exclude<ThreadMessage, ReadyMessage>): void {
    switch (message.type) {
      case 'log':
        this.#host.onLine(message.line);
        return;
      case 'failed':
        this.#failure = receivedError(message.error);
        return;
      case 'read_config':
        void this.#readConfig(message.call);
        return;
      case 'configured':
        this.#host.live.replace(message.input);
        return;
      case 'reloaded':
        this.#reloads.settle(message.call, message.outcome);
    }
  }

  async #readConfig(call: number): Promise<void> {
    const { readConfig } = this.#host;
    assert(readConfig !== undefined, 'a thread asks only a host that can read its configuration');
    this.#send({ type: 'config', call, outcome: await outcomeOf(readConfig) });
  }

  #send(message: HostMessage): void {
    this.#worker.postMessage(message);
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
    if (!this.#isClosing && !this.#failure) this.#host.log.fatal('the thread of TinyObs has ended by itself');
    if (this.failure) this.#reloads.fail(sentError(this.failure));
  }
}

/** Writes a line that the thread's logger made with the host's. */
function writeLine(log: Log, line: string): void {
  const { level, time: _time, name: _name, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const label = log.levels.labels[Number(level)] as 'info' | undefined;
  log[label ?? 'info'](fields, String(msg ?? ''));
}
