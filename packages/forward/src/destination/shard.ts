import { SampleRequest } from '@tinyobs/formats';
import type { TinyObsError } from '@tinyobs/model';
import type { QueueConfig } from '../config/destinationConfig.js';
import { backoffMs } from '../send/retryDelay.js';
import type { Sender, SendOutcome } from '../send/sender.js';
import type { Figures } from './figures.js';
import { SampleQueue } from './sampleQueue.js';
import { Waiting } from './waiting.js';

export interface ShardContext {
  readonly queue: QueueConfig;
  readonly sender: Sender;
  readonly figures: Figures;
  readonly now: () => number;
  /** Aborts when sending is over, whatever is left. */
  readonly signal: AbortSignal;
  /** Whether what there is is sent without waiting for more. */
  readonly isClosing: () => boolean;
  /** Samples were sent or given up. */
  readonly onProgress: () => void;
  readonly onProblem: (error: TinyObsError) => void;
}

/** A part of the series of a destination, whose samples are sent one request after the other, in order. */
export class Shard {
  readonly queue: SampleQueue;
  /** Time spent on sending, ms, attempts that failed and the waits between them included. */
  busyMs = 0;
  readonly #context: ShardContext;
  readonly #request = new SampleRequest();
  /** Ends when samples come, or the state of the destination changes. */
  readonly #filling = new Waiting();
  readonly #emptying = new Waiting();
  #isOver = false;
  /** Since when samples wait that are not being sent, ms. */
  #sinceMs: number | undefined;
  readonly #running: Promise<void>;

  constructor(context: ShardContext) {
    this.#context = context;
    this.queue = new SampleQueue(context.queue.capacity);
    this.#running = this.#run();
  }

  /** Samples were added, or nothing more will be. */
  wake(): void {
    if (this.queue.length > 0) this.#sinceMs ??= performance.now();
    if (this.#isDue || this.#isOver) this.#filling.end();
    else if (this.#sinceMs !== undefined) this.#filling.endWithin(this.#context.queue.deadlineMs);
  }

  /** Resolves when samples were removed. */
  room(): Promise<void> {
    return this.#emptying.wait();
  }

  /** Ends when what is being sent is, or the signal of the context aborts. */
  close(): Promise<void> {
    this.#isOver = true;
    this.#filling.end();
    return this.#running;
  }

  /** Whether there is a whole batch, or one that has waited long enough. */
  get #isDue(): boolean {
    const { queue, isClosing } = this.#context;
    if (this.queue.length === 0 || this.#sinceMs === undefined) return false;
    if (this.queue.length >= this.#batchSize || isClosing()) return true;
    return performance.now() - this.#sinceMs >= queue.deadlineMs;
  }

  get #batchSize(): number {
    const { samplesPerSend, capacity } = this.#context.queue;
    return Math.min(samplesPerSend, capacity);
  }

  async #run(): Promise<void> {
    const { signal } = this.#context;
    while (!this.#isOver && !signal.aborted) {
      if (!this.#isDue) {
        this.wake();
        await this.#filling.wait();
        continue;
      }
      const startedMs = performance.now();
      await this.#sendBatch(Math.min(this.queue.length, this.#batchSize));
      this.busyMs += performance.now() - startedMs;
    }
    this.#emptying.end();
  }

  /** Sends the first samples of the queue until they are taken, refused, or too old. */
  async #sendBatch(count: number): Promise<void> {
    const { sender, figures, signal, queue, onProgress } = this.#context;
    let body: Uint8Array | undefined;
    for (let failures = 0; ; ) {
      if (body === undefined || queue.ageMaxMs > 0) body = this.#encode(count);
      const outcome: SendOutcome =
        this.#request.count === 0 ? { kind: 'sent' } : await sender.send(body, signal);
      if (signal.aborted && outcome.kind !== 'sent') return;
      if (outcome.kind === 'failed') {
        this.#noteFailure(outcome.error);
        const waitMs = Math.max(outcome.waitMs, backoffMs(++failures, queue, Math.random()));
        await pause(waitMs, signal);
        if (signal.aborted) return;
        figures.retries++;
        continue;
      }
      this.#settle(count, outcome, body.length);
      onProgress();
      this.#emptying.end();
      return;
    }
  }

  #encode(count: number): Uint8Array {
    const { queue, now } = this.#context;
    const oldestMs = queue.ageMaxMs > 0 ? now() - queue.ageMaxMs : Number.NEGATIVE_INFINITY;
    const request = this.#request;
    request.clear();
    this.queue.forFirst(count, (labels, timeMs, low, high) => {
      if (timeMs >= oldestMs) request.add(labels, timeMs, low, high);
    });
    return request.encode();
  }

  #settle(count: number, outcome: Exclude<SendOutcome, { kind: 'failed' }>, sizeBytes: number): void {
    const { figures, now, onProblem } = this.#context;
    const { count: sent } = this.#request;
    figures.dropped.too_old += count - sent;
    if (outcome.kind === 'refused') {
      figures.dropped.refused += sent;
      figures.lastError = { error: outcome.error, timeMs: now() };
      onProblem(outcome.error);
    } else if (sent > 0) {
      figures.sent += sent;
      figures.sentBytes += sizeBytes;
      figures.lastSentMs = now();
      this.queue.forFirst(count, (_labels, timeMs) => {
        figures.newestMs = Math.max(figures.newestMs, timeMs);
      });
    }
    figures.failures = 0;
    this.queue.remove(count);
    this.#sinceMs = undefined;
  }

  #noteFailure(error: TinyObsError): void {
    const { figures, now, onProblem } = this.#context;
    figures.failures++;
    figures.lastError = { error, timeMs: now() };
    onProblem(error);
  }
}

/** Ends early when the signal aborts. */
function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, waitMs).unref();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
