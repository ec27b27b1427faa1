import { TIMESTAMP_TOLERANCE_MS } from '../limits.js';

export interface ScheduleOptions {
  readonly intervalMs: number;
  /** How long after the beginning of an interval it is due. */
  readonly offsetMs: number;
  readonly now: () => number;
  /**
   * Does what is due; never before it is done with the last time.
   *
   * @param timeMs When it is said to have been done: as planned, unless it is later than clocks differ.
   */
  readonly onDue: (timeMs: number, latenessMs: number) => Promise<void>;
  /** Times that were left out, since one took longer than the interval. */
  readonly onSkipped: (count: number) => void;
}

/** Does something once in every interval of the clock, always at the same place in it. */
export class Schedule {
  /** When it is due next, ms since the epoch. */
  nextMs: number;
  readonly #options: ScheduleOptions;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: ScheduleOptions) {
    this.#options = options;
    this.nextMs = this.#firstAfter(options.now());
    this.#arm();
  }

  /** Begins nothing any more; resolves when what is under way is done. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  #firstAfter(timeMs: number): number {
    const { intervalMs, offsetMs } = this.#options;
    return (Math.floor((timeMs - offsetMs) / intervalMs) + 1) * intervalMs + offsetMs;
  }

  #arm(): void {
    const { intervalMs, now } = this.#options;
    // A clock that is set back makes nobody wait for more than an interval.
    const waitMs = Math.min(Math.max(0, this.nextMs - now()), intervalMs);
    this.#timer = setTimeout(() => {
      this.#running = this.#run();
    }, waitMs).unref();
  }

  async #run(): Promise<void> {
    const { intervalMs, now, onDue, onSkipped } = this.#options;
    const startMs = now();
    const latenessMs = startMs - this.nextMs;
    const tolerated = Math.abs(latenessMs) <= Math.min(TIMESTAMP_TOLERANCE_MS, intervalMs / 100);
    const plannedMs = this.nextMs;
    this.nextMs = this.#firstAfter(Math.max(startMs, plannedMs));
    await onDue(tolerated ? plannedMs : startMs, Math.max(0, latenessMs));
    if (this.#isStopped) return;
    const afterMs = this.#firstAfter(now());
    if (afterMs > this.nextMs) {
      onSkipped(Math.round((afterMs - this.nextMs) / intervalMs));
      this.nextMs = afterMs;
    }
    this.#arm();
  }
}
