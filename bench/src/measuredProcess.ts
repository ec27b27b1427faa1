import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Kernel ticks per second that /proc counts CPU time in; 100 on every Linux Node runs on. */
const TICKS_PER_SECOND = 100;

/** A process tree is idle when it took less than this much CPU time in one interval. */
const IDLE_CPU_SECONDS = 0.03;
const IDLE_INTERVAL_MS = 1000;
const IDLE_DEADLINE_MS = 20_000;

/** A server as a process of its own, measured from outside with all its children. */
export class MeasuredProcess {
  readonly #child: ChildProcess;
  readonly #reapedBefore = reapedCpuSeconds();
  #output = '';

  constructor(command: string, args: readonly string[], cwd: string) {
    this.#child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        this.#child.emit('output');
      });
    }
  }

  /** The first match in what it has written so far or writes later; fails when it ends before. */
  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    const failed = once(this.#child, 'close').then(() => {
      throw new Error(`the server ended before it wrote ${pattern}:\n${this.#output}`);
    });
    // When the pattern comes first nobody waits for the end any more; the race below reports it till then.
    failed.catch(() => {});
    for (;;) {
      const found = pattern.exec(this.#output);
      if (found) return found;
      await Promise.race([once(this.#child, 'output'), failed]);
    }
  }

  /** User and system time of the tree so far. */
  cpuSeconds(): number {
    return sum(this.#pids().map((pid) => cpuTicks(readStat(pid), 11))) / TICKS_PER_SECOND;
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

  /** Waits until what was put off is done too. */
  async idle(): Promise<void> {
    const deadline = Date.now() + IDLE_DEADLINE_MS;
    for (let before = this.cpuSeconds(); Date.now() < deadline; ) {
      await wait(IDLE_INTERVAL_MS);
      const now = this.cpuSeconds();
      if (now - before < IDLE_CPU_SECONDS) return;
      before = now;
    }
  }

  /** SIGTERM, then the exit, which must be clean. Returns the CPU seconds of its whole life. */
  async stop(): Promise<number> {
    this.#child.kill('SIGTERM');
    const [code] = await once(this.#child, 'close');
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${this.#output}`);
    return reapedCpuSeconds() - this.#reapedBefore;
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

/** Of all children of this process that have ended: only one runs at a time. */
function reapedCpuSeconds(): number {
  return cpuTicks(readStat('self'), 13) / TICKS_PER_SECOND;
}

/** The fields of /proc/<pid>/stat behind the command's name. */
function readStat(pid: number | 'self'): string[] {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
}

/** User time at a field and system time in the next. */
function cpuTicks(fields: readonly string[], at: number): number {
  return Number(fields[at]) + Number(fields[at + 1]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
