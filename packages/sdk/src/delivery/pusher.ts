import { type Clock, sleep, withDeadline } from '../clock.js';
import { ATTEMPTS_MAX } from '../constants.js';
import type { DeliveryMetrics, OwnMetrics } from '../health.js';
import type { Reporter } from '../reporter.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { Snapshots } from '../snapshot/snapshots.js';
import { backoffMs, parseRetryAfterMs } from './backoff.js';
import { type Batch, batches } from './batcher.js';
import type { Send } from './transport.js';
import { readVerdict } from './verdict.js';

export interface FlushResult {
  /**
   * `ok`: every sample is stored. `partial`: the server refused some. `failed`: some could not be delivered.
   * `timeout`: the deadline passed first. `closed`, `disabled`: nothing is sent any more, or ever.
   */
  readonly result: 'ok' | 'partial' | 'failed' | 'timeout' | 'closed' | 'disabled';
  /** Samples the server stored. */
  readonly sent: number;
  readonly dropped: number;
}

export interface PusherOptions {
  readonly snapshots: Snapshots;
  readonly own: OwnMetrics;
  readonly metrics: DeliveryMetrics;
  /** Labels that every series carries besides its own. */
  readonly clientLabels: Readonly<Record<string, string>>;
  readonly reporter: Reporter;
  readonly send: Send;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly intervalMs: number;
}

/**
 * Pushes the state of a registry at every interval. What it keeps:
 * - One flush at a time; a tick that finds one under way is skipped and counted.
 * - A flush sends the state of one moment, under one timestamp. State is cumulative, so what a failed flush
 *   could not deliver is contained in the next, except for the points in time themselves.
 * - Pending memory is one snapshot and one encoded batch. A batch is given up after its last attempt, and the
 *   rest of its flush with it: a server that is away must not hold back newer state.
 */
export class Pusher {
  readonly #options: PusherOptions;
  /** Aborted when the client is closed: cuts requests still going. */
  readonly #stop = new AbortController();
  /** Aborted to end the waits of the flush under way. */
  #waits = new AbortController();
  #cancelTick: (() => void) | undefined;
  #current: Promise<FlushResult> | undefined;
  #next: Promise<FlushResult> | undefined;
  #closing: Promise<FlushResult> | undefined;

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  start(): void {
    this.#schedule(this.#options.clock.nowMs() + this.#options.intervalMs);
  }

  /** Pushes the state of now; callers that come while a flush is under way share the one after it. */
  async flush(timeoutMs: number): Promise<FlushResult> {
    if (this.#closing !== undefined) return { result: 'closed', sent: 0, dropped: 0 };
    return this.#flushBefore(timeoutMs);
  }

  /** Stops the timer, pushes the last state and waits for it until the deadline; then cuts what still goes. */
  close(timeoutMs: number): Promise<FlushResult> {
    this.#closing ??= this.#shutDown(timeoutMs);
    return this.#closing;
  }

  async #shutDown(timeoutMs: number): Promise<FlushResult> {
    this.#cancelTick?.();
    // The last flush carries all that the one under way does, so it need not wait for its turn to retry.
    this.#waits.abort();
    const result = await this.#flushBefore(timeoutMs);
    this.#stop.abort();
    this.#waits.abort();
    await this.#next;
    await this.#current;
    return result;
  }

  #flushBefore(timeoutMs: number): Promise<FlushResult> {
    const late: FlushResult = { result: 'timeout', sent: 0, dropped: 0 };
    return withDeadline(this.#options.clock, this.#request(), { timeoutMs, late, holdsProcess: true });
  }

  #schedule(atMs: number): void {
    const { clock, intervalMs } = this.#options;
    const tick = () => {
      const nowMs = clock.nowMs();
      // Keeps the rhythm; after a suspended machine or a clock step it starts a new one.
      const onTimeMs = atMs + intervalMs;
      this.#schedule(onTimeMs > nowMs && onTimeMs <= nowMs + intervalMs ? onTimeMs : nowMs + intervalMs);
      if (this.#current !== undefined) this.#options.metrics.flushes.inc({ result: 'skipped' });
      else void this.#begin();
    };
    this.#cancelTick = clock.startTimer(tick, atMs - clock.nowMs(), { holdsProcess: false });
  }

  #request(): Promise<FlushResult> {
    if (this.#current === undefined) return this.#begin();
    this.#next ??= this.#current.then(() => {
      this.#next = undefined;
      // A flush that began in between took its snapshot after this request, so it serves as well.
      return this.#current ?? this.#begin();
    });
    return this.#next;
  }

  #begin(): Promise<FlushResult> {
    this.#waits = new AbortController();
    this.#current = this.#push()
      .catch((cause: unknown): FlushResult => {
        // A rejection here would end the app as an unhandled one.
        this.#options.reporter.problem({
          code: 'internal',
          message: `a flush failed: ${String(cause)}`,
          cause,
        });
        return { result: 'failed', sent: 0, dropped: 0 };
      })
      .finally(() => {
        this.#current = undefined;
      });
    return this.#current;
  }

  async #push(): Promise<FlushResult> {
    const { own, metrics, clientLabels, reporter } = this.#options;
    const snapshot = await this.#takeSnapshot();
    if (snapshot === null) return { result: 'failed', sent: 0, dropped: 0 };
    let sent = 0;
    let refused = 0;
    let delivered = true;
    for await (const batch of batches(snapshot, clientLabels)) {
      const outcome = await this.#deliver(batch);
      delivered = outcome !== null;
      if (outcome === null) break;
      refused += outcome.refused;
      sent += batch.rowCount - outcome.refused;
    }
    if (delivered) snapshot.settle();
    const undelivered = snapshot.rowCount - sent - refused;
    reporter.drop('delivery_failed', undelivered);
    const result = !delivered ? 'failed' : refused > 0 ? 'partial' : 'ok';
    metrics.flushes.inc({ result });
    metrics.sentSamples.inc(sent);
    own.update();
    return { result, sent, dropped: refused + undelivered };
  }

  /** Null when the client was closed while the app still read its metrics. */
  async #takeSnapshot(): Promise<Snapshot | null> {
    const { signal } = this.#stop;
    let stop = () => {};
    const stopped = new Promise<null>((resolve) => {
      stop = () => resolve(null);
      signal.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([this.#options.snapshots.toPush(), stopped]);
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /** @returns how many rows the server refused, or null when the batch could not be delivered. */
  async #deliver(batch: Batch): Promise<{ refused: number } | null> {
    const { clock, reporter, random, send } = this.#options;
    let message = '';
    let cause: unknown;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
      let retryAfterMs: number | undefined;
      try {
        const answer = await send(batch.body, this.#stop.signal);
        const verdict = readVerdict(answer, batch.rowCount);
        if (verdict.kind === 'settled') return this.#settle(verdict);
        retryAfterMs = parseRetryAfterMs(answer.retryAfter, clock.nowMs());
        message = verdict.message;
        cause = undefined;
      } catch (error) {
        message = error instanceof Error ? error.message : String(error);
        cause = error;
      }
      if (this.#stop.signal.aborted) message = 'the client was closed first';
      if (attempt === ATTEMPTS_MAX || this.#stop.signal.aborted) break;
      if (!(await sleep(clock, backoffMs({ attempt, random, retryAfterMs }), this.#waits.signal))) break;
      this.#options.metrics.retries.inc();
    }
    const text = `metrics were not delivered (${message}); later flushes carry the counts`;
    reporter.problem({ code: 'delivery_failed', message: text, cause });
    return null;
  }

  #settle(verdict: { refused: ReadonlyMap<string, number>; message: string }): { refused: number } {
    const { reporter } = this.#options;
    reporter.delivered();
    let refused = 0;
    for (const [code, count] of verdict.refused) {
      reporter.drop(code, count);
      refused += count;
    }
    if (refused > 0) {
      const message = `the server refused ${refused} samples (${verdict.message})`;
      reporter.problem({ code: 'server_refused', message }, [...verdict.refused.keys()].join(' '));
    }
    return { refused };
  }
}
