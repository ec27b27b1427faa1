import type { Clock } from './clock.js';

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it, and tells when a timer is started. */
export class ManualClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();
  readonly #started: number[] = [];
  #onStart: ((delayMs: number) => void) | undefined;

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  startTimer(callback: () => void, delayMs: number, options: { holdsProcess: boolean }): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    // Only waits of the client itself are told; deadlines of callers are not of interest.
    if (!options.holdsProcess) this.#tell(delayMs);
    return () => this.#timers.delete(timer);
  }

  /** The delay of the next timer that the client starts, or has started without being asked for here. */
  nextDelayMs(): Promise<number> {
    const started = this.#started.shift();
    if (started !== undefined) return Promise.resolve(started);
    return new Promise((resolve) => {
      this.#onStart = resolve;
    });
  }

  /** Moves the time on and calls what has become due, in order. */
  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.callback();
    }
    this.#nowMs = endMs;
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  #tell(delayMs: number): void {
    const onStart = this.#onStart;
    this.#onStart = undefined;
    if (onStart === undefined) this.#started.push(delayMs);
    else onStart(delayMs);
  }
}
