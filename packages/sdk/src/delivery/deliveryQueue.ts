import { type Clock, sleep, unlessAborted } from '../clock.js';
import { ATTEMPTS_MAX, BROKEN_ANSWERS_MAX, RETRY_AFTER_MS_MAX } from '../constants.js';
import type { DeliveryMetrics } from '../health.js';
import type { Reporter } from '../reporter.js';
import { backoffMs, parseRetryAfterMs } from './backoff.js';
import type { Batch } from './batcher.js';
import { RetryBudget } from './retryBudget.js';
import type { KeptBatch, Spool } from './spool.js';
import type { Transport } from './transport.js';
import { readVerdict } from './verdict.js';

export interface DeliveryQueueOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly reporter: Reporter;
  readonly metrics?: Pick<DeliveryMetrics, 'retries' | 'denied'>;
  /** What may wait in memory from one flush to the next, packed. */
  readonly sizeBytesMax: number;
  /** Where batches are kept until they are delivered; in memory, where there is none. */
  readonly spool?: Spool;
}

/** Of which snapshot a batch is. */
export interface Origin {
  /** Rows of it that the server has not dealt with. */
  rowsLeft: number;
  /** To be called when there are none. */
  readonly settle: () => void;
}

export interface DeliverySignals {
  /** Aborted when nothing is to be sent any more. */
  readonly stop: AbortSignal;
  /** Aborted to end the wait before a retry. */
  readonly waits: AbortSignal;
}

/** What came of samples. */
export interface Tally {
  sent: number;
  /** Refused by the server, or given up. */
  dropped: number;
}

/** Where batches wait. */
interface Room {
  sizeBytes: number;
  readonly sizeBytesMax: number;
}

interface QueuedBatch {
  readonly kept: KeptBatch;
  /** Null while it is read from where it is kept only when its turn comes. */
  packed: Uint8Array<ArrayBuffer> | null;
  readonly room: Room;
  readonly origin: Origin;
  /** Answers that said that the server failed at this very batch. */
  brokenAnswers: number;
}

/** Why a batch is not dealt with. */
interface Failure {
  /** Whether it was turned away. */
  readonly isDenied?: boolean;
  readonly message: string;
  readonly cause?: unknown;
  readonly retryAfterMs?: number;
}

/** Of batches of earlier processes. */
const NO_ORIGIN: Origin = { rowsLeft: Number.POSITIVE_INFINITY, settle: () => {} };

/**
 * Batches on their way, packed, the oldest first. What it keeps:
 * - Batches are delivered in the order they came, each until the server has dealt with it.
 * - With a spool each is kept there before it is first sent, and at most one of those in memory too. What cannot be
 *   kept waits in memory.
 * - What waits is bounded in bytes, in both places; the oldest goes first, counted. The state is cumulative, so by
 *   that the server misses points in time, never counts.
 * - A batch that the server fails at again and again is given up, so that it does not hold back the others.
 * - Where batches are turned away, as with a wrong key, nothing more is sent for a while, and they wait as for a server
 *   that is away.
 */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  readonly #budget = new RetryBudget();
  readonly #batches: QueuedBatch[] = [];
  readonly #memory: Room;
  readonly #disk: Room;
  /** Until when nothing is sent, since batches are turned away. */
  #pausedUntilMs = 0;
  #rowCount = 0;
  #tally: Tally = { sent: 0, dropped: 0 };

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
    this.#memory = { sizeBytes: 0, sizeBytesMax: options.sizeBytesMax };
    this.#disk = { sizeBytes: 0, sizeBytesMax: options.spool?.sizeBytesMax ?? 0 };
  }

  /** Samples that wait. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** What came of samples since the last call. */
  takeTally(): Tally {
    const tally = this.#tally;
    this.#tally = { sent: 0, dropped: 0 };
    return tally;
  }

  /** Takes in what earlier processes have left, before all that waits. */
  async adopt(): Promise<void> {
    const found = (await this.#options.spool?.adopt()) ?? [];
    for (const [at, kept] of found.entries()) {
      this.#enqueue({ kept, packed: null, room: this.#disk, origin: NO_ORIGIN }, at);
    }
    this.#makeRoom(this.#disk);
  }

  /** Takes a batch in, at the cost of the oldest if need be. */
  async add({ body, rowCount }: Batch, origin: Origin): Promise<void> {
    const { transport, spool, reporter } = this.#options;
    let packed: Uint8Array<ArrayBuffer>;
    try {
      packed = await transport.pack(body);
    } catch (cause) {
      reporter.callbackFailed('the transport did not pack', cause);
      this.#drop('delivery_failed', rowCount);
      return;
    }
    const kept = await spool?.keep(packed, rowCount);
    const held = { rowCount, sizeBytes: packed.length, read: async () => packed, remove() {} };
    const room = kept ? this.#disk : this.#memory;
    const isNext = this.#batches.length === 0;
    this.#enqueue({ kept: kept ?? held, packed: isNext ? packed : null, room, origin }, this.#batches.length);
    // The first batch is delivered whatever its size.
    if (!isNext) this.#makeRoom(room);
  }

  /** Keeps of what waits no more than may wait; of what only memory has, no more than `sizeBytesMax`. */
  trim(sizeBytesMax = this.#options.sizeBytesMax): void {
    this.#makeRoom(this.#memory, sizeBytesMax);
    this.#makeRoom(this.#disk);
  }

  /** Lets go of all it holds; what is kept stays kept. */
  async close(): Promise<void> {
    const { transport, spool, reporter } = this.#options;
    try {
      transport.close();
    } catch (cause) {
      reporter.callbackFailed('the transport did not close', cause);
    }
    await spool?.close();
  }

  /** Lets the next delivery try, though batches were turned away not long ago. */
  resume(): void {
    this.#pausedUntilMs = 0;
  }

  /** Delivers what waits. @returns whether that is all of it; if not, the server is away, or turns it away. */
  async deliver(signals: DeliverySignals): Promise<boolean> {
    const pauseMs = this.#pausedUntilMs - this.#options.clock.nowMs();
    // No pause is longer: if it seems so the clock was set back.
    if (pauseMs > 0 && pauseMs <= RETRY_AFTER_MS_MAX) return false;
    for (let batch = this.#batches.at(0); batch !== undefined; batch = this.#batches.at(0)) {
      if (!(await this.#deliverFirst(batch, signals))) return false;
    }
    return true;
  }

  /** @returns whether the batch is dealt with. */
  async #deliverFirst(batch: QueuedBatch, { stop, waits }: DeliverySignals): Promise<boolean> {
    const { clock, random, reporter, metrics } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#attempt(batch, stop);
      if (failure === null) return true;
      const { isDenied, message, cause, retryAfterMs } = failure;
      // Of what is wrong until somebody puts it right, the longest backoff.
      const delayMs = backoffMs({ attempt: isDenied ? Infinity : attempt, random, retryAfterMs });
      if (isDenied) {
        metrics?.denied.inc();
        this.#pausedUntilMs = clock.nowMs() + delayMs;
      } else if (batch.brokenAnswers >= BROKEN_ANSWERS_MAX) this.#giveUp(0);
      else if (attempt < ATTEMPTS_MAX && !stop.aborted && this.#budget.take()) {
        if (await sleep(clock, delayMs, waits)) {
          metrics?.retries.inc();
          continue;
        }
      }
      const why = stop.aborted ? 'the client was closed first' : `${message}; later flushes carry the counts`;
      const code = isDenied ? 'delivery_denied' : 'delivery_failed';
      reporter.problem({ code, message: `metrics were not delivered: ${why}`, cause });
      batch.packed = null;
      return false;
    }
  }

  /** @returns null when the batch is dealt with, else why it is not. */
  async #attempt(batch: QueuedBatch, stop: AbortSignal): Promise<Failure | null> {
    const { transport, clock } = this.#options;
    try {
      const packed = batch.packed ?? (await batch.kept.read());
      if (!(packed instanceof Uint8Array)) {
        this.#removeAt(0);
        if (packed === 'damaged') this.#drop('spool_damaged', batch.kept.rowCount);
        return null;
      }
      batch.packed = packed;
      const answer = await unlessAborted(stop, transport.send(packed, stop, batch.kept.rowCount));
      if (answer === null) return { message: '' };
      const verdict = readVerdict(answer, batch.kept.rowCount);
      if (verdict.kind !== 'settled') {
        if (answer.status === 500) batch.brokenAnswers++;
        return { ...verdict, retryAfterMs: parseRetryAfterMs(answer.retryAfter, clock.nowMs()) };
      }
      this.#settleFirst(batch, verdict);
      return null;
    } catch (cause) {
      return { message: cause instanceof Error ? cause.message : String(cause), cause };
    }
  }

  #settleFirst(batch: QueuedBatch, verdict: { refused: ReadonlyMap<string, number>; message: string }): void {
    const { reporter } = this.#options;
    this.#budget.earn();
    this.#removeAt(0);
    reporter.over('delivery_failed');
    reporter.over('delivery_denied');
    let refused = 0;
    for (const [code, count] of verdict.refused) {
      reporter.drop(code, count);
      refused += count;
    }
    if (refused > 0) {
      const message = `the server refused ${refused} samples (${verdict.message})`;
      reporter.problem({ code: 'server_refused', message }, [...verdict.refused.keys()].join(' '));
    }
    const { rowCount } = batch.kept;
    this.#tally.sent += rowCount - refused;
    this.#tally.dropped += refused;
    batch.origin.rowsLeft -= rowCount;
    if (batch.origin.rowsLeft === 0) batch.origin.settle();
  }

  #enqueue(batch: Omit<QueuedBatch, 'brokenAnswers'>, at: number): void {
    const { kept, room } = batch;
    room.sizeBytes += kept.sizeBytes;
    this.#rowCount += kept.rowCount;
    this.#batches.splice(at, 0, { ...batch, brokenAnswers: 0 });
  }

  #makeRoom(room: Room, sizeBytesMax = room.sizeBytesMax): void {
    while (room.sizeBytes > sizeBytesMax)
      this.#giveUp(this.#batches.findIndex((batch) => batch.room === room));
  }

  #giveUp(at: number): void {
    this.#drop('delivery_failed', this.#removeAt(at).kept.rowCount);
  }

  #drop(reason: string, rowCount: number): void {
    this.#options.reporter.drop(reason, rowCount);
    this.#tally.dropped += rowCount;
  }

  #removeAt(at: number): QueuedBatch {
    const [batch] = this.#batches.splice(at, 1);
    const { kept, room } = batch;
    room.sizeBytes -= kept.sizeBytes;
    this.#rowCount -= kept.rowCount;
    kept.remove();
    return batch;
  }
}
