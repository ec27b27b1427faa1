import { type IntervalHistogram, monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** The monitor's own timer, whose time is no delay. */
const RESOLUTION_MS = 10;
/** Delays are told of windows that are over, so that everyone who asks is told the same. */
const WINDOW_MS = 15_000;

const NANOSECONDS_PER_SECOND = 1e9;

/** How long the event loop kept its timers waiting, seconds. */
export interface LoopDelay {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Watches the event loop of this thread until it is closed. */
export class EventLoop {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #timer: NodeJS.Timeout;
  #last: LoopDelay | undefined;

  constructor() {
    this.#histogram.enable();
    this.#timer = setInterval(() => this.#turn(), WINDOW_MS).unref();
  }

  /** Of the last window of 15 seconds; in the first one, of it so far. The longest delay also of the present one. */
  get delay(): LoopDelay {
    const present = delayOf(this.#histogram);
    if (!this.#last) return present;
    return { ...this.#last, max: Math.max(this.#last.max, present.max) };
  }

  /** Seconds that the loop was busy since the thread began. */
  get activeSeconds(): number {
    return performance.eventLoopUtilization().active / 1000;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #turn(): void {
    this.#last = delayOf(this.#histogram);
    this.#histogram.reset();
  }
}

function delayOf(histogram: IntervalHistogram): LoopDelay {
  return {
    p50: delaySeconds(histogram.percentile(50)),
    p99: delaySeconds(histogram.percentile(99)),
    max: delaySeconds(histogram.max),
  };
}

function delaySeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS_PER_SECOND - RESOLUTION_MS / 1000);
}
