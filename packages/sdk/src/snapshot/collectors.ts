import { type Clock, withDeadline } from '../clock.js';
import { COLLECTORS_MAX } from '../constants.js';
import { isPromise } from '../isPromise.js';
import type { Reporter } from '../reporter.js';

/** What is asked before a snapshot. */
export interface Collector {
  /** Throws or rejects as the app's function does. */
  collect(): unknown;
  /** Whose metric it reads, if it reads one. */
  readonly metric?: string;
  /** Hears that it was not waited for any longer. */
  abandon?(): void;
  /** How long it is waited for. */
  readonly timeoutMs: number;
}

/**
 * The functions of an app that refresh metrics before a snapshot. They are asked all at once; one that fails or
 * takes too long is counted and told, and the others go on. One that is still at it is not asked again.
 */
export class Collectors {
  readonly #reporter: Reporter;
  readonly #clock: Clock;
  readonly #all = new Set<Collector>();
  readonly #busy = new Set<Collector>();
  #running: Promise<void> | undefined;

  constructor(reporter: Reporter, clock: Clock) {
    this.#reporter = reporter;
    this.#clock = clock;
  }

  /** @returns a function that takes the collector away again. */
  add(collector: Collector): () => void {
    if (this.#all.size >= COLLECTORS_MAX) {
      const message = `a client has at most ${COLLECTORS_MAX} collectors`;
      this.#reporter.problem({ code: 'too_many_collectors', message });
      return () => {};
    }
    this.#all.add(collector);
    return () => void this.#all.delete(collector);
  }

  /** Asks all. Without any that takes its time there is nothing to wait for; who comes meanwhile waits along. */
  run(): Promise<void> | undefined {
    if (this.#running !== undefined) return this.#running;
    const pending: Promise<void>[] = [];
    for (const collector of this.#all) {
      const waiting = this.#busy.has(collector) ? undefined : this.#ask(collector);
      if (waiting !== undefined) pending.push(waiting);
    }
    if (pending.length === 0) return undefined;
    this.#running = Promise.all(pending).then(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  #ask(collector: Collector): Promise<void> | undefined {
    let result: unknown;
    try {
      result = collector.collect();
    } catch (cause) {
      this.#failed(collector, 'threw', cause);
      return undefined;
    }
    return isPromise(result) ? this.#wait(collector, result) : undefined;
  }

  async #wait(collector: Collector, result: PromiseLike<unknown>): Promise<void> {
    this.#busy.add(collector);
    const settled = Promise.resolve(result)
      .then(
        () => true,
        (cause: unknown) => {
          this.#failed(collector, 'threw', cause);
          return true;
        },
      )
      .finally(() => this.#busy.delete(collector));
    const { timeoutMs } = collector;
    if (await withDeadline(this.#clock, settled, { timeoutMs, late: false, holdsProcess: false })) return;
    collector.abandon?.();
    this.#failed(collector, `took longer than ${timeoutMs} ms`, undefined);
  }

  #failed({ metric }: Collector, what: string, cause: unknown): void {
    const whose =
      metric === undefined ? 'a function given to onCollect' : `the function that reads ${metric}`;
    this.#reporter.callbackFailed(`${whose} ${what}`, cause, metric);
  }
}
