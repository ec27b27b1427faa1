import {
  Labels,
  type Matcher,
  type Queryable,
  type RollupChoice,
  type SelectHints,
  type TimeRange,
  WriteBatch,
  wordsOf,
} from '@tinyobs/model';
import type {
  KeyRange,
  KeyValueBatch,
  KeyValueIterator,
  KeyValueSnapshot,
  KeyValueStore,
} from './kv/keyValueStore.js';

export const EVER: TimeRange = { minMs: -(2 ** 53), maxMs: 2 ** 53 };
export const NO_HINTS: SelectHints = { stepMs: 0, rangeMs: 0, func: '', limit: 0 };
export const NEVER_ABORTED = new AbortController().signal;

/** A value as a number, or as its bits in hexadecimal where a number could lose them. */
export type Value = number | string;
export interface Sample {
  readonly labels: Record<string, string>;
  readonly timeMs: number;
  readonly value: Value;
}

const one = new Float64Array(1);
const oneWords = wordsOf(one);

/** The bits of a value, so that NaN payloads and the sign of zero can be compared. */
export function bitsOf(value: Value): string {
  if (typeof value === 'string') return value;
  one[0] = value;
  return hex(oneWords[1]) + hex(oneWords[0]);
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/** A batch of samples; rows count from 0. */
export function batchOf(samples: readonly Sample[]): WriteBatch {
  const batch = new WriteBatch();
  const known = new Map<string, number>();
  samples.forEach(({ labels, timeMs, value }, row) => {
    const set = Labels.fromObject(labels);
    const series = known.get(set.key) ?? batch.addSeries(set);
    known.set(set.key, series);
    const bits = bitsOf(value);
    const [high, low] = [bits.slice(0, 8), bits.slice(8)].map((word) => Number.parseInt(word, 16));
    batch.addSampleWords(series, timeMs, low, high, row);
  });
  return batch;
}

/** A batch that names series by the references a store gave them in other batches; rows count from 0. */
export function batchByReference(
  samples: readonly { readonly reference: number; readonly timeMs: number; readonly value: Value }[],
  numbering: object,
): WriteBatch {
  const batch = new WriteBatch();
  batch.numbering = numbering;
  const words = samples.flatMap(({ value }) => {
    const bits = bitsOf(value);
    return [bits.slice(8), bits.slice(0, 8)].map((word) => Number.parseInt(word, 16));
  });
  batch.addKnown({
    references: Uint32Array.from(samples, ({ reference }) => reference),
    seriesCount: samples.length,
    sampleSeries: Uint32Array.from(samples, (_, i) => i),
    times: Float64Array.from(samples, ({ timeMs }) => timeMs),
    words: Uint32Array.from(words),
    sampleCount: samples.length,
    firstRow: 0,
  });
  return batch;
}

/** Samples by series, each as `time:bits`, in the order of the answer. Checks the shape of every batch. */
export async function selectAll(
  store: Queryable,
  matchers: readonly Matcher[] = [],
  range: TimeRange = EVER,
  options: { readonly hints?: SelectHints; readonly signal?: AbortSignal } = {},
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  let lastId = -1;
  const { hints = NO_HINTS, signal = NEVER_ABORTED } = options;
  for await (const batch of store.select(matchers, range, hints, signal)) {
    const words = wordsOf(batch.values);
    for (let i = 0; i < batch.count; i++) {
      if (batch.ids[i] <= lastId) throw new Error(`series ${batch.ids[i]} comes after ${lastId}`);
      lastId = batch.ids[i];
      const samples: string[] = [];
      for (let at = 0; at < batch.lengths[i]; at++) {
        const timeMs = batch.times[batch.timeStarts[i] + at];
        const value = batch.valueStarts[i] + at;
        samples.push(`${timeMs}:${hex(words[2 * value + 1])}${hex(words[2 * value])}`);
      }
      if (samples.length === 0) throw new Error('a series without samples');
      found[store.labels(batch.ids[i]).toString()] = samples;
    }
  }
  return found;
}

/** What is left of some samples: times in ms, then values. */
export type Bucket = readonly [
  firstMs: number,
  lastMs: number,
  first: number,
  last: number,
  count: number,
  sum: number,
  min: number,
  max: number,
  drops: number,
];

/** Buckets by series, with times from an origin on. */
export async function selectBuckets(
  store: Queryable,
  range: TimeRange,
  { rollups, originMs }: { readonly rollups?: RollupChoice; readonly originMs: number },
): Promise<Record<string, Bucket[]>> {
  const found: Record<string, Bucket[]> = {};
  const hints = { ...NO_HINTS, rollups };
  for await (const batch of store.select([], range, hints, NEVER_ABORTED)) {
    const { rollups: columns } = batch;
    if (!columns) continue;
    for (let i = 0; i < batch.count; i++) {
      const buckets: Bucket[] = [];
      for (let at = columns.starts[i]; at < columns.starts[i] + columns.lengths[i]; at++) {
        buckets.push([
          columns.firstTimes[at] - originMs,
          columns.lastTimes[at] - originMs,
          columns.firsts[at],
          columns.lasts[at],
          columns.counts[at],
          columns.sums[at],
          columns.mins[at],
          columns.maxs[at],
          columns.drops[at],
        ]);
      }
      if (buckets.length > 0) found[store.labels(batch.ids[i]).toString()] = buckets;
    }
  }
  return found;
}

/** What `selectAll` must answer for samples written in this order. */
export function expectedOf(samples: readonly Sample[], range: TimeRange = EVER): Record<string, string[]> {
  const series = new Map<string, Map<number, string>>();
  for (const { labels, timeMs, value } of samples) {
    if (timeMs < range.minMs || timeMs > range.maxMs) continue;
    const name = Labels.fromObject(labels).toString();
    if (!series.has(name)) series.set(name, new Map());
    series.get(name)!.set(timeMs, bitsOf(value));
  }
  const expected: Record<string, string[]> = {};
  for (const [name, values] of series) {
    expected[name] = [...values].sort(([a], [b]) => a - b).map(([timeMs, bits]) => `${timeMs}:${bits}`);
  }
  return expected;
}

/** A key-value store whose writes fail or wait when a test says so. */
export class FaultyStore implements KeyValueStore {
  /** Thrown by every write from now on, without writing. */
  failure: Error | undefined;
  /** Thrown by every write from now on, although it was written: a sync that failed. */
  syncFailure: Error | undefined;
  /** Writes wait until this settles. */
  gate: Promise<void> = Promise.resolve();
  /** Decides which writes wait: those that put a key this passes. */
  gated: (key: Uint8Array) => boolean = () => false;
  openGate: () => void = () => undefined;
  writes = 0;
  readonly inner: KeyValueStore;
  #stop: { writes: number; readonly kind: 'failure' | 'syncFailure' } | undefined;

  constructor(inner: KeyValueStore) {
    this.inner = inner;
  }

  /** Lets writes that put such a key wait for `openGate`. */
  closeGate(gated: (key: Uint8Array) => boolean): void {
    this.gated = gated;
    this.gate = new Promise((resolve) => {
      this.openGate = () => {
        this.gated = () => false;
        resolve();
      };
    });
  }

  /** Lets so many writes pass, then fails all; undefined takes it back. */
  failAfter(stop: { readonly writes: number; readonly kind: 'failure' | 'syncFailure' } | undefined): void {
    this.#stop = stop && { ...stop };
    if (!stop) this.failure = this.syncFailure = undefined;
  }

  /** Runs a write, or fails it when a test says so. */
  async guard(write: () => Promise<void>): Promise<void> {
    if (this.#stop && this.#stop.writes-- <= 0) this[this.#stop.kind] = new Error('IO error: stopped');
    if (this.failure) throw this.failure;
    await write();
    this.writes++;
    if (this.syncFailure) throw this.syncFailure;
  }

  get openWarnings(): readonly string[] {
    return this.inner.openWarnings;
  }

  batch(): KeyValueBatch {
    return new FaultyBatch(this, this.inner.batch());
  }

  get(key: Uint8Array, snapshot?: KeyValueSnapshot): Promise<Uint8Array | undefined> {
    return this.inner.get(key, snapshot);
  }

  getMany(keys: readonly Uint8Array[], snapshot?: KeyValueSnapshot): Promise<(Uint8Array | undefined)[]> {
    return this.inner.getMany(keys, snapshot);
  }

  iterate(range: KeyRange, snapshot?: KeyValueSnapshot): KeyValueIterator {
    return this.inner.iterate(range, snapshot);
  }

  snapshot(): KeyValueSnapshot {
    return this.inner.snapshot();
  }

  async clear(range: KeyRange): Promise<void> {
    await this.guard(() => this.inner.clear(range));
  }

  compactRange(range: KeyRange): Promise<void> {
    return this.inner.compactRange(range);
  }

  approximateSize(range: KeyRange): Promise<number> {
    return this.inner.approximateSize(range);
  }

  close(): Promise<void> {
    return this.inner.close();
  }

  reopen(): Promise<void> {
    return this.inner.reopen();
  }
}

class FaultyBatch implements KeyValueBatch {
  readonly #store: FaultyStore;
  readonly #inner: KeyValueBatch;
  #waits = false;

  constructor(store: FaultyStore, inner: KeyValueBatch) {
    this.#store = store;
    this.#inner = inner;
  }

  get sizeBytes(): number {
    return this.#inner.sizeBytes;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#waits ||= this.#store.gated(key);
    this.#inner.put(key, value);
  }

  del(key: Uint8Array): void {
    this.#inner.del(key);
  }

  async write(options: { readonly sync: boolean }): Promise<void> {
    if (this.#waits) await this.#store.gate;
    await this.#store.guard(() => this.#inner.write(options));
  }
}

/** Every entry of a database. */
export async function entriesOf(kv: KeyValueStore, prefix = ''): Promise<[Uint8Array, Uint8Array][]> {
  const iterator = kv.iterate({ gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) });
  const found: [Uint8Array, Uint8Array][] = [];
  for (;;) {
    const entries = await iterator.next(1000);
    if (entries.length === 0) break;
    found.push(...entries);
  }
  await iterator.close();
  return found.filter(([key]) => String.fromCharCode(...key).startsWith(prefix));
}

export async function putRaw(
  kv: KeyValueStore,
  key: Uint8Array,
  value: Uint8Array | undefined,
): Promise<void> {
  const batch = kv.batch();
  if (value) batch.put(key, value);
  else batch.del(key);
  await batch.write({ sync: false });
}
