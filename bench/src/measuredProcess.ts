import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { InsideView, WatchRequest } from './observe/watchLoop.js';

/** Kernel ticks per second that /proc counts CPU time in; 100 on every Linux Node runs on. */
const TICKS_PER_SECOND = 100;

/** A process tree is idle when it took less than this much CPU time in one interval. */
const IDLE_CPU_SECONDS = 0.03;
const IDLE_INTERVAL_MS = 1000;
const IDLE_DEADLINE_MS = 60_000;

/** Loaded into a Node program, it answers `watchFromNow` and `insideView`. */
const WATCH = new URL('./observe/watchLoop.js', import.meta.url).href;

/** A server as a process of its own, measured from outside with all its children. */
export class MeasuredProcess {
  readonly #child: ChildProcess;
  /** Resolves with how it ended, in words, once it has and its output is read. */
  readonly #ended: Promise<string>;
  #output = '';

  constructor(command: string, args: readonly string[], options: { cwd: string; isWatched?: boolean }) {
    const { cwd, isWatched } = options;
    this.#child = spawn(command, isWatched ? ['--import', WATCH, ...args] : args, {
      stdio: ['ignore', 'pipe', 'pipe', ...(isWatched ? (['ipc'] as const) : [])],
      cwd,
    });
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => resolve(signal ?? `status ${code}`));
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#child.emit('output');
      });
    }
  }

  /** The first match in what it has written so far or writes later; fails when it ends before. */
  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    const failed = this.#ended.then((how) => {
      throw new Error(`the server ended (${how}) before it wrote ${pattern}:\n${this.#output}`);
    });
    // When the pattern comes first nobody waits for the end any more; the race below reports it till then.
    failed.catch(() => {});
    for (;;) {
      const found = pattern.exec(this.#output);
      if (found) return found;
      await Promise.race([once(this.#child, 'output'), failed]);
    }
  }

  /** What `ready` finds in its output; the process is ended when it does not get so far. */
  async whenReady<Found>(ready: () => Promise<Found>): Promise<Found> {
    try {
      return await ready();
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  /** User and system time of the tree so far. */
  cpuSeconds(): number {
    return sum(this.#pids().map((pid) => cpuTicks(readStat(pid)))) / TICKS_PER_SECOND;
  }

  /** Most resident memory so far; of several processes the sum of what each had at its own peak. */
  peakMemoryBytes(): number {
    return sum(
      this.#pids().map((pid) => {
        const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
        return Number(found?.[1] ?? 0) * 1024;
      }),
    );
  }

  /** Waits until what was put off is done too; fails when it never is. */
  async idle(): Promise<void> {
    const deadline = Date.now() + IDLE_DEADLINE_MS;
    for (let before = this.cpuSeconds(); ; ) {
      await wait(IDLE_INTERVAL_MS);
      const now = this.cpuSeconds();
      if (now - before < IDLE_CPU_SECONDS) return;
      if (Date.now() > deadline) throw new Error(`the server is not idle after ${IDLE_DEADLINE_MS / 1000} s`);
      before = now;
    }
  }

  /** What a watched process tells about itself; delays of its event loop are counted from here on anew. */
  watchFromNow(): Promise<InsideView> {
    return this.#askInside('reset');
  }

  /** The same, and the delays go on. */
  insideView(): Promise<InsideView> {
    return this.#askInside('view');
  }

  /** SIGTERM, then the exit, which must be clean. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const how = await this.#ended;
    if (how !== 'status 0') throw new Error(`the server ended with ${how}:\n${this.#output}`);
  }

  /** SIGKILL, if it has not ended before, and the exit. */
  async kill(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async #askInside(request: WatchRequest): Promise<InsideView> {
    const answered = once(this.#child, 'message');
    this.#child.send(request);
    const [view] = (await answered) as [InsideView];
    return view;
  }

  #pids(): number[] {
    const pids = [Number(this.#child.pid)];
    for (let i = 0; i < pids.length; i++) {
      const children = readFileSync(`/proc/${pids[i]}/task/${pids[i]}/children`, 'utf8');
      pids.push(...children.split(' ').filter(Boolean).map(Number));
    }
    return pids;
  }
}

/** The fields of /proc/<pid>/stat behind the command's name. */
function readStat(pid: number): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
}

/** User and system time, and those of children that have ended and were waited for. */
function cpuTicks(fields: readonly string[]): number {
  return sum(fields.slice(11, 15).map(Number));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
