import { setImmediate as nextTurn } from 'node:timers/promises';
import { TinyObsError } from '@tinyobs/model';
import type { DestinationConfig } from '../config/destinationConfig.js';
import { DRAIN_MS_MAX, FOLLOW_MS, RESHARD_MS, SLICE_MS, SLICE_SAMPLES } from '../limits.js';
import { Sender, type SenderOptions } from '../send/sender.js';
import { Figures } from './figures.js';
import { MetadataLoop } from './metadataLoop.js';
import { SeriesCache } from './seriesCache.js';
import { Shard } from './shard.js';
import { shardsWanted } from './shardCount.js';
import type { CommittedRecord, Source } from './source.js';
import { Waiting } from './waiting.js';

export interface DestinationOptions extends SenderOptions {
  readonly source: Source;
  /** Reading begins when this is over: the destination of the same name before it, which acknowledges until then. */
  readonly after: Promise<unknown>;
  /** Something went wrong; it is tried again, or counted in the figures. */
  readonly onProblem: (name: string, error: unknown) => void;
}

/** How a destination fares. */
export interface DestinationStatus {
  readonly config: DestinationConfig;
  readonly figures: Readonly<Figures>;
  readonly state: 'ok' | 'behind' | 'failing';
  readonly shards: number;
  /** Samples in the queues of shards, and records that are not read yet. */
  readonly pendingSamples: number;
  readonly pendingRecords: number;
  /** Newest sample of the store less the newest that was sent, s; 0 when all is sent. */
  readonly lagSeconds: number;
}

/**
 * Sends what a store commits to one receiver. One reader follows the store, relabels, and spreads series over shards;
 * what is behind the oldest sample of any shard is acknowledged, so that after the end of the process, however it comes,
 * nothing is left out, and what was not acknowledged yet is sent again.
 */
export class Destination {
  readonly config: DestinationConfig;
  readonly #options: DestinationOptions;
  readonly #figures = new Figures();
  readonly #sender: Sender;
  readonly #cache: SeriesCache;
  readonly #metadata: MetadataLoop;
  readonly #abort = new AbortController();
  readonly #pausing = new Waiting();
  readonly #reshardTimer: NodeJS.Timeout;
  #shards: Shard[];
  #shardsWanted: number;
  #lookedMs = performance.now();
  #retriesSeen = 0;
  #waitedForRoom = false;
  #isClosing = false;
  /** The record that is read next; all samples of those before it are in queues, or done with. */
  #position: number | undefined;
  readonly #reading: Promise<void>;

  constructor(config: DestinationConfig, options: DestinationOptions) {
    this.config = config;
    this.#options = options;
    this.#sender = new Sender(config, options);
    this.#cache = new SeriesCache(config, (id) => options.source.labels(id));
    this.#shardsWanted = config.queue.shardsMin;
    this.#shards = this.#makeShards();
    this.#metadata = new MetadataLoop({
      config,
      sender: this.#sender,
      figures: this.#figures,
      signal: this.#abort.signal,
      metadata: () => options.source.metadata(),
      onProblem: (error) => options.onProblem(config.name, error),
    });
    this.#reshardTimer = setInterval(() => this.#lookAtLoad(), RESHARD_MS).unref();
    this.#reading = this.#read();
  }

  get status(): DestinationStatus {
    const { source } = this.#options;
    const pendingSamples = this.#shards.reduce((sum, { queue }) => sum + queue.length, 0);
    const pendingRecords = this.#position === undefined ? 0 : source.endSeq - this.#position;
    const isDone = pendingSamples === 0 && pendingRecords === 0;
    return {
      config: this.config,
      figures: this.#figures,
      state: this.#figures.failures > 0 ? 'failing' : this.#waitedForRoom && !isDone ? 'behind' : 'ok',
      shards: this.#shards.length,
      pendingSamples,
      pendingRecords,
      lagSeconds: isDone ? 0 : this.#lagSeconds(),
    };
  }

  /** Sends what there is, for as long as the receiver takes it and not longer than `DRAIN_MS_MAX`, and stops. */
  async close(): Promise<void> {
    this.#isClosing = true;
    clearInterval(this.#reshardTimer);
    // Who does not answer now will be sent the rest after the next start.
    const timer = setTimeout(() => this.#abort.abort(), this.#figures.failures > 0 ? 0 : DRAIN_MS_MAX);
    this.#wakeShards();
    this.#pausing.end();
    await this.#reading;
    await Promise.all(this.#shards.map((shard) => shard.close()));
    clearTimeout(timer);
    this.#abort.abort();
    await this.#metadata.close();
    this.#acknowledge();
    this.#sender.close();
  }

  /** Goes on until everything is read and sent when closing, or the signal aborts. */
  async #read(): Promise<void> {
    const { source, onProblem } = this.#options;
    const { signal } = this.#abort;
    await this.#options.after;
    while (!signal.aborted) {
      try {
        this.#position ??= source.position(this.config.name);
        if (this.#position !== undefined && this.#position < source.endSeq) {
          await this.#readOn(this.#position);
          continue;
        }
      } catch (error) {
        onProblem(this.config.name, error);
      }
      if (this.#isClosing) break;
      this.#pausing.endWithin(FOLLOW_MS);
      await this.#pausing.wait();
    }
    while (!signal.aborted && !this.#isDrained) await this.#someRoom();
  }

  async #readOn(fromSeq: number): Promise<void> {
    const { source, onProblem } = this.#options;
    const { records, nextSeq, lostRecords } = await source.read(fromSeq);
    if (lostRecords > 0) {
      this.#figures.lostRecords += lostRecords;
      onProblem(this.config.name, lost(lostRecords));
    }
    for (const record of records) {
      this.#position = record.seq;
      await this.#reshard();
      await this.#spread(record);
      if (this.#abort.signal.aborted) return;
    }
    this.#position = nextSeq;
    this.#wakeShards();
    this.#acknowledge();
  }

  /** Puts the samples of a record into the queues of their shards, waiting for room where there is none. */
  async #spread(record: CommittedRecord): Promise<void> {
    const { ids, times, words, count, seq } = record;
    const { dropped } = this.#figures;
    let sinceMs = performance.now();
    for (let index = 0; index < count; index++) {
      const series = this.#cache.get(ids[index]);
      if (typeof series === 'string') {
        dropped[series]++;
        continue;
      }
      const shard = this.#shards[series.hash % this.#shards.length];
      while (shard.queue.isFull && !this.#abort.signal.aborted) {
        this.#waitedForRoom = true;
        shard.wake();
        await shard.room();
      }
      if (this.#abort.signal.aborted) return;
      shard.queue.push(series, { times, words, index }, seq);
      if (index % SLICE_SAMPLES !== SLICE_SAMPLES - 1 || performance.now() - sinceMs < SLICE_MS) continue;
      this.#wakeShards();
      await nextTurn();
      sinceMs = performance.now();
    }
  }

  /** Another number of shards, once those there are have nothing left: so the samples of a series stay in order. */
  async #reshard(): Promise<void> {
    if (this.#shards.length === this.#shardsWanted) return;
    while (!this.#isDrained && !this.#abort.signal.aborted) await this.#someRoom();
    if (this.#abort.signal.aborted) return;
    await Promise.all(this.#shards.map((shard) => shard.close()));
    this.#shards = this.#makeShards();
  }

  get #isDrained(): boolean {
    return this.#shards.every(({ queue }) => queue.length === 0);
  }

  /** Resolves when one of the shards that have samples has sent some. */
  async #someRoom(): Promise<void> {
    this.#wakeShards();
    await this.#shards.find(({ queue }) => queue.length > 0)?.room();
  }

  #makeShards(): Shard[] {
    const { now, onProblem } = this.#options;
    return Array.from(
      { length: this.#shardsWanted },
      () =>
        new Shard({
          queue: this.config.queue,
          sender: this.#sender,
          figures: this.#figures,
          now,
          signal: this.#abort.signal,
          isClosing: () => this.#isClosing || this.#shards.length !== this.#shardsWanted,
          onProgress: () => this.#acknowledge(),
          onProblem: (error) => onProblem(this.config.name, error),
        }),
    );
  }

  #wakeShards(): void {
    for (const shard of this.#shards) shard.wake();
  }

  #acknowledge(): void {
    if (this.#position === undefined) return;
    let before = this.#position;
    for (const { queue } of this.#shards) before = Math.min(before, queue.firstSeq);
    this.#options.source.acknowledge(this.config.name, before);
  }

  #lookAtLoad(): void {
    const nowMs = performance.now();
    const { queue } = this.config;
    const busyMs = this.#shards.reduce((sum, shard) => sum + shard.busyMs, 0);
    const load = {
      shards: this.#shards.length,
      isBehind: this.#waitedForRoom,
      isFailing: this.#figures.failures > 0 || this.#figures.retries > this.#retriesSeen,
      busy: busyMs / (this.#shards.length * Math.max(1, nowMs - this.#lookedMs)),
    };
    for (const shard of this.#shards) shard.busyMs = 0;
    this.#shardsWanted = shardsWanted(load, queue);
    this.#lookedMs = nowMs;
    this.#retriesSeen = this.#figures.retries;
    this.#waitedForRoom = false;
  }

  #lagSeconds(): number {
    const newestMs = this.#options.source.newestMs();
    const { newestMs: sentMs } = this.#figures;
    if (newestMs === undefined || !Number.isFinite(sentMs)) return 0;
    return Math.max(0, (newestMs - sentMs) / 1000);
  }
}

function lost(records: number): TinyObsError {
  return new TinyObsError(
    'forward_lost',
    `${records} records of samples were let go before they were sent, because more is waiting than may be kept: raise forward.keptBytes, or free some space`,
    { details: { records } },
  );
}
