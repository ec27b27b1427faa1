import type { TargetSession } from './targetSession.js';

export interface LeavingOptions {
  /** When its next scrape would have been: the time of the end of its series. */
  readonly endMs: number;
  readonly now: () => number;
  /** Resolves when its last scrape is done. */
  readonly stopped: Promise<void>;
  /** Sessions of targets with the same labels, which may go on with its series. */
  readonly others: () => readonly TargetSession[];
  readonly onDone: () => void;
  readonly onProblem: (error: unknown) => void;
}

/**
 * A target that is gone. The end of its series is marked when two more scrapes of it would have been, since it may
 * come back until then, or another may go on with its series.
 */
export class LeavingSession {
  readonly session: TargetSession;
  /** Resolves when the end is marked, or the target has come back. */
  readonly left: Promise<void>;
  readonly #options: LeavingOptions;
  readonly #timer: NodeJS.Timeout;
  #isOver = false;
  #leave!: () => void;

  constructor(session: TargetSession, options: LeavingOptions) {
    this.session = session;
    this.#options = options;
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
    const { intervalMs } = session.target;
    const waitMs = Math.max(0, options.endMs - options.now()) + 1.1 * intervalMs;
    this.#timer = setTimeout(() => {
      this.#end(options.endMs).catch(options.onProblem);
    }, waitMs).unref();
  }

  /** It goes on as if it had not been away. */
  comeBack(): void {
    this.#finish();
  }

  /** Marks the end at once. @throws TinyObsError those of the sink */
  async close(): Promise<void> {
    this.session.abort();
    await this.#end(this.#options.now());
  }

  async #end(timeMs: number): Promise<void> {
    if (this.#isOver) return;
    this.#finish();
    await this.#options.stopped;
    await this.session.end(timeMs, this.#options.others());
  }

  #finish(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#options.onDone();
    this.#leave();
  }
}
