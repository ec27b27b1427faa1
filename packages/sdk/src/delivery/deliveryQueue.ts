import { type Clock, sleep } from '../clock.js';
import { ATTEMPTS_MAX, BROKEN_ANSWERS_MAX } from '../constants.js';
import type { DeliveryMetrics } from '../health.js';
import type { Reporter } from '../reporter.js';
import { backoffMs, parseRetryAfterMs } from './backoff.js';
import type { Batch } from './batcher.js';
import { RetryBudget } from './retryBudget.js';
import type { Transport } from './transport.js';
import { readVerdict } from './verdict.js';

export interface DeliveryQueueOptions {
  readonly transport: Transport;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly reporter: Reporter;
  readonly metrics?: Pick<DeliveryMetrics, 'retries'>;
  /** What may wait from one flush to the next, packed. */
  readonly sizeBytesMax: number;
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

interface QueuedBatch {
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly rowCount: number;
  readonly origin: Origin;
  /** Answers that said that the server failed at this very batch. */
  brokenAnswers: number;
}

/**
 * Batches on their way, packed, the oldest first. What it keeps:
 * - Batches are delivered in the order they came, each until the server has dealt with it.
 * - What waits is bounded in bytes; the oldest goes first, counted. The state is cumulative, so by that the server
 *   misses points in time, never counts.
 * - A batch that the server fails at again and again is given up, so that it does not hold back the others.
 */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  readonly #budget = new RetryBudget();
  readonly #batches: QueuedBatch[] = [];
  #sizeBytes = 0;
  #rowCount = 0;
  #tally: Tally = { sent: 0, dropped: 0 };

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
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

  /** Takes a batch in, at the cost of the oldest if need be. */
  async add({ body, rowCount }: Batch, origin: Origin): Promise<void> {
    const packed = await this.#options.transport.pack(body);
    this.#batches.push({ packed, rowCount, origin, brokenAnswers: 0 });
    this.#sizeBytes += packed.length;
    this.#rowCount += rowCount;
    while (this.#batches.length > 1 && this.#sizeBytes > this.#options.sizeBytesMax) this.#giveUpFirst();
  }

  /** Keeps of what waits no more than may wait. */
  trim(sizeBytesMax = this.#options.sizeBytesMax): void {
    while (this.#sizeBytes > sizeBytesMax) this.#giveUpFirst();
  }

  /** Delivers what waits. @returns whether that is all of it; if not, the server is away. */
  async deliver(signals: DeliverySignals): Promise<boolean> {
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
      if (batch.brokenAnswers >= BROKEN_ANSWERS_MAX) this.#giveUpFirst();
      else if (attempt < ATTEMPTS_MAX && !stop.aborted && this.#budget.take()) {
        const delayMs = backoffMs({ attempt, random, retryAfterMs: failure.retryAfterMs });
        if (await sleep(clock, delayMs, waits)) {
          metrics?.retries.inc();
          continue;
        }
      }
      const why = stop.aborted
        ? 'the client was closed first'
        : `${failure.message}; later flushes carry the counts`;
      const message = `metrics were not delivered: ${why}`;
      reporter.problem({ code: 'delivery_failed', message, cause: failure.cause });
      return false;
    }
  }

  /** @returns null when the batch is dealt with, else why it is not. */
  async #attempt(
    batch: QueuedBatch,
    stop: AbortSignal,
  ): Promise<{ message: string; cause?: unknown; retryAfterMs?: number } | null> {
    const { transport, clock } = this.#options;
    try {
      const answer = await transport.send(batch.packed, stop);
      const verdict = readVerdict(answer, batch.rowCount);
      if (verdict.kind === 'retry') {
        if (answer.status === 500) batch.brokenAnswers++;
        const retryAfterMs = parseRetryAfterMs(answer.retryAfter, clock.nowMs());
        return { message: verdict.message, retryAfterMs };
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
    this.#removeFirst();
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
    this.#tally.sent += batch.rowCount - refused;
    this.#tally.dropped += refused;
    batch.origin.rowsLeft -= batch.rowCount;
    if (batch.origin.rowsLeft === 0) batch.origin.settle();
  }

  #giveUpFirst(): void {
    const { rowCount } = this.#removeFirst();
    this.#options.reporter.drop('delivery_failed', rowCount);
    this.#tally.dropped += rowCount;
  }

  #removeFirst(): QueuedBatch {
    const [batch] = this.#batches.splice(0, 1);
    this.#sizeBytes -= batch.packed.length;
    this.#rowCount -= batch.rowCount;
    return batch;
  }
}
