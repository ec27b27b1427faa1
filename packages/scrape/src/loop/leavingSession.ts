import type { TargetSession } from './targetSession.js';

export interface LeavingOptions {
  /** When its next scrape would have been: the time of the end of its series. */
  readonly endMs: number;
  readonly now: () => number;
  /** Sessions of targets with the same labels, which may go on with its series. */
  readonly others: () => readonly TargetSession[];
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
  #isWaiting = true;
  #leave!: () => void;

  constructor(session: TargetSession, options: LeavingOptions) {
    this.session = session;
    this.#options = options;
    this.left = new Promise((resolve) => {
      this.#leave = resolve;
    });
    const { intervalMs } = session.target;
    const waitMs = Math.max(0, options.endMs - options.now()) + 1.1 * intervalMs;
    this.#timer = setTimeout(() => this.#end(options.endMs), waitMs).unref();
  }

  /** The session, to go on as if it had not been away; undefined when its end is being marked already. */
  comeBack(): TargetSession | undefined {
    if (!this.#isWaiting) return undefined;
    this.#stopWaiting();
    this.#leave();
    return this.session;
  }

  /** Marks the end at once, unless it is being marked. */
  close(): Promise<void> {
    if (this.#isWaiting) {
      this.session.abort();
      this.#end(this.#options.now());
    }
    return this.left;
  }

  #end(timeMs: number): void {
    this.#stopWaiting();
    this.session.end(timeMs, this.#options.others()).catch(this.#options.onProblem).finally(this.#leave);
  }

  #stopWaiting(): void {
    this.#isWaiting = false;
    clearTimeout(this.#timer);
  }
}
