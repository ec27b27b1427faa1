import { type Clock, unlessAborted, withDeadline } from '../clock.js';
import type { DeliveryMetrics, OwnMetrics } from '../health.js';
import type { Reporter } from '../reporter.js';
import { rowsOf } from '../snapshot/rows.js';
import type { Snapshots } from '../snapshot/snapshots.js';
import { batches } from './batcher.js';
import { DeliveryQueue, type Origin } from './deliveryQueue.js';
import type { Spool } from './spool.js';
import type { Transport } from './transport.js';

export interface FlushResult {
  /**
   * `ok`: every sample is stored. `partial`: the server refused some, or some that had waited were dropped. `failed`:
   * some could not be delivered; they wait for the next flush, or in a spool for the next process, as far as there is
   * room. `timeout`: the deadline passed
   * first. `closed`, `disabled`: nothing is sent any more, or ever.
   */
  readonly result: 'ok' | 'partial' | 'failed' | 'timeout' | 'closed' | 'disabled';
  /** Samples the server stored, of this flush and of those that waited. */
  readonly sent: number;
  /** Samples that will not be stored any more. */
  readonly dropped: number;
}

export interface PusherOptions {
  readonly snapshots: Snapshots;
  readonly own: OwnMetrics;
  readonly metrics: DeliveryMetrics;
  /** Labels that every series carries besides its own. */
  readonly clientLabels: Readonly<Record<string, string>>;
  readonly reporter: Reporter;
  readonly transport: Transport;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly intervalMs: number;
  /** What may wait in memory from one flush to the next, in bytes. */
  readonly queueSizeBytesMax: number;
  readonly spool?: Spool;
}

/**
 * Pushes the state of a registry at every interval. What it keeps:
 * - One flush at a time; a tick that finds one under way is skipped and counted.
 * - A flush sends the state of one moment, under one timestamp, after what earlier flushes could not deliver. State
 *   is cumulative, so counts that were dropped are contained in the next; points in time are not.
 * - Pending memory is one snapshot, one encoded batch and the queue of those that wait.
 * - Closing, it sends the last state, and then that every series has ended.
 */
export class Pusher {
  readonly #options: PusherOptions;
  readonly #queue: DeliveryQueue;
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
    this.#queue = new DeliveryQueue({ ...options, sizeBytesMax: options.queueSizeBytesMax });
  }

  start(): void {
    this.#schedule(this.#options.clock.nowMs() + this.#options.intervalMs);
  }

  /** Pushes the state of now; callers that come while a flush is under way share the one after it. */
  async flush(timeoutMs: number): Promise<FlushResult> {
    if (this.#closing !== undefined) return { result: 'closed', sent: 0, dropped: 0 };
    return this.#before(timeoutMs, this.#request());
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
    const last = this.#pushEnd();
    const result = await this.#before(timeoutMs, last);
    this.#stop.abort();
    this.#waits.abort();
    await last;
    await this.#queue.close();
    return result;
  }

  /** Pushes the last state, then the ends of all series, then gives up what still waits. */
  async #pushEnd(): Promise<FlushResult> {
    const { result, sent, dropped } = await this.#request();
    if (result !== 'failed') await this.#begin({ isEnd: true });
    this.#queue.trim(0);
    this.#options.own.update();
    return { result, sent, dropped: dropped + this.#queue.takeTally().dropped };
  }

  #before(timeoutMs: number, flushed: Promise<FlushResult>): Promise<FlushResult> {
    const late: FlushResult = { result: 'timeout', sent: 0, dropped: 0 };
    return withDeadline(this.#options.clock, flushed, { timeoutMs, late, holdsProcess: true });
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

  /** A flush that somebody waits for is tried at once, unlike that of a tick. */
  #request(): Promise<FlushResult> {
    this.#queue.resume();
    if (this.#current === undefined) return this.#begin();
    this.#next ??= this.#current.then(() => {
      this.#next = undefined;
      // A flush that began in between took its snapshot after this request, so it serves as well.
      return this.#current ?? this.#begin();
    });
    return this.#next;
  }

  #begin(kind: { isEnd: boolean } = { isEnd: false }): Promise<FlushResult> {
    this.#waits = new AbortController();
    this.#current = this.#push(kind)
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

  async #push({ isEnd }: { isEnd: boolean }): Promise<FlushResult> {
    const { transport, own, metrics, clientLabels } = this.#options;
    const { signal } = this.#stop;
    const snapshot = await unlessAborted(signal, this.#options.snapshots.toPush({ isEnd }));
    // The client was closed while the app still read its metrics.
    if (snapshot === null) return { result: 'failed', sent: 0, dropped: 0 };
    const origin: Origin = { rowsLeft: snapshot.rowCount, settle: snapshot.settle };
    const signals = { stop: signal, waits: this.#waits.signal };
    await this.#queue.adopt();
    let isAway = !(await this.#queue.deliver(signals));
    for await (const batch of batches(rowsOf(snapshot), clientLabels, transport)) {
      await this.#queue.add(batch, origin);
      isAway ||= !(await this.#queue.deliver(signals));
    }
    this.#queue.trim();
    const { sent, dropped } = this.#queue.takeTally();
    const result = isAway ? 'failed' : dropped > 0 ? 'partial' : 'ok';
    metrics.flushes.inc({ result });
    metrics.sentSamples.inc(sent);
    metrics.queuedSamples.set(this.#queue.rowCount);
    own.update();
    return { result, sent, dropped };
  }
}
