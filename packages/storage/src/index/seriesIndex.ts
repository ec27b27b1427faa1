import { LabelCursor, Labels, METRIC_NAME } from '@tinyobs/model';
import { crc32 } from '../kv/platform.js';
import { LABELS_CACHED_MAX } from '../limits.js';
import { hashBytes } from './hashBytes.js';
import { HashSlots } from './hashSlots.js';
import { Postings } from './postings.js';
import { SymbolTable } from './symbolTable.js';

const SEGMENT_WORDS = 65_536;

/** Stands for the metric of a series without a metric name. */
export const NO_SYMBOL = 0xffffffff;

/**
 * The series a store knows, by id from 0 without gaps, in typed arrays: symbols, each series as pairs of
 * symbols, a hash over canonical label bytes whose hits are compared for real, postings.
 *
 * Readers see the series below `visible` only: those whose write-ahead record is committed (S1).
 */
export class SeriesIndex {
  readonly symbols: SymbolTable;
  readonly postings = new Postings();
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0];
  readonly #slots = new HashSlots();
  /** Pair lists: a count, then name and value symbols. A list never crosses a segment. */
  readonly #segments: Uint32Array[] = [];
  #segmentUsed = SEGMENT_WORDS;
  #places = new Float64Array(1024);
  #metrics = new Uint32Array(1024);
  readonly #metricKeys = new Map<number, number>();
  readonly #metricName: number;
  readonly #cursor = new LabelCursor(new Uint8Array(0), 0, 0);
  readonly #cache = new LabelsCache();
  count = 0;
  visible = 0;
  /** Symbols and posting lists of the labels of the series that is being added. */
  #pairs = new Uint32Array(128);
  #lists = new Uint32Array(64);
  #soughtBytes: Uint8Array = new Uint8Array(0);
  #soughtStart = 0;
  #soughtEnd = 0;
  readonly #isSought = (id: number) => this.#equals(id);

  constructor() {
    this.symbols = new SymbolTable(this.#seed);
    const name = new TextEncoder().encode(METRIC_NAME);
    this.#metricName = this.symbols.intern(name, 0, name.length);
  }

  /** The id of the series with these canonical label bytes, -1 when it is not known. */
  find(bytes: Uint8Array, start: number, end: number): number {
    this.#soughtBytes = bytes;
    this.#soughtStart = start;
    this.#soughtEnd = end;
    return this.#slots.find(this.#hash(bytes, start, end), this.#isSought);
  }

  /** Adds a series that is not known, from its canonical label bytes. */
  add(bytes: Uint8Array, start: number, end: number): number {
    const cursor = this.#cursor;
    let hash = this.#seed;
    let labels = 0;
    for (cursor.reset(bytes, start, end); cursor.next(); labels++) {
      if (2 * labels === this.#pairs.length) this.#growPairs();
      const name = this.symbols.intern(bytes, cursor.nameStart, cursor.nameEnd);
      const value = this.symbols.intern(bytes, cursor.valueStart, cursor.valueEnd);
      this.#pairs[2 * labels] = name;
      this.#pairs[2 * labels + 1] = value;
      this.#lists[labels] = this.postings.listFor(name, value);
      hash = mixLabel(hash, this.symbols.hashOf(name), this.symbols.hashOf(value));
    }
    return this.addSymbols({ pairs: this.#pairs, lists: this.#lists, labels, hash });
  }

  /** Adds a series that is not known, from its symbols. */
  addSymbols({ pairs, lists, labels, hash }: SeriesSymbols): number {
    const id = this.#slots.add(hash);
    const place = this.#allocate(1 + 2 * labels);
    const segment = this.#segments[Math.floor(place / SEGMENT_WORDS)];
    let at = place % SEGMENT_WORDS;
    segment[at++] = labels;
    let metric = NO_SYMBOL;
    for (let i = 0; i < labels; i++) {
      segment[at++] = pairs[2 * i];
      segment[at++] = pairs[2 * i + 1];
      if (pairs[2 * i] === this.#metricName) metric = pairs[2 * i + 1];
      this.postings.add(lists[i], id);
    }
    this.#note(id, place, metric);
    return id;
  }

  /** Where the hash of a series begins; `mixLabel` takes it from label to label. */
  get hashStart(): number {
    return this.#seed;
  }

  /** Symbols of the labels of a series: name, value, name, value … */
  pairs(id: number): Uint32Array {
    const place = this.#places[id];
    const segment = this.#segments[Math.floor(place / SEGMENT_WORDS)];
    const at = place % SEGMENT_WORDS;
    return segment.subarray(at + 1, at + 1 + 2 * segment[at]);
  }

  /** Symbol of the value a series has for a label name, `NO_SYMBOL` when it has none. */
  valueOf(id: number, name: number): number {
    const place = this.#places[id];
    const segment = this.#segments[Math.floor(place / SEGMENT_WORDS)];
    const at = (place % SEGMENT_WORDS) + 1;
    const end = at + 2 * segment[at - 1];
    for (let i = at; i < end; i += 2) if (segment[i] === name) return segment[i + 1];
    return NO_SYMBOL;
  }

  /** Symbol of the metric name of a series, or `NO_SYMBOL`. */
  metricOf(id: number): number {
    return this.#metrics[id];
  }

  /** Symbol of the metric name in canonical label bytes; `NO_SYMBOL` when there is none or it is not known. */
  metricIn(bytes: Uint8Array, start: number, end: number): number {
    const cursor = this.#cursor;
    for (cursor.reset(bytes, start, end); cursor.next(); ) {
      if (!this.symbols.equals(this.#metricName, bytes, cursor.nameStart, cursor.nameEnd)) continue;
      const symbol = this.symbols.find(bytes, cursor.valueStart, cursor.valueEnd);
      return symbol < 0 ? NO_SYMBOL : symbol;
    }
    return NO_SYMBOL;
  }

  /**
   * What orders series in runs: equal for series of one metric name, and the same for a name forever. It is
   * a checksum of the name, so two metrics may share one; their series are then interleaved, nothing else.
   */
  metricKey(id: number): number {
    const metric = this.#metrics[id];
    if (metric === NO_SYMBOL) return 0;
    let key = this.#metricKeys.get(metric);
    if (key === undefined) {
      key = crc32(this.symbols.bytes(metric));
      this.#metricKeys.set(metric, key);
    }
    return key;
  }

  labels(id: number): Labels {
    const cached = this.#cache.get(id);
    if (cached) return cached;
    const flat: string[] = [];
    for (const symbol of this.pairs(id)) flat.push(this.symbols.text(symbol));
    const labels = Labels.fromSorted(flat);
    this.#cache.set(id, labels);
    return labels;
  }

  #hash(bytes: Uint8Array, start: number, end: number): number {
    const cursor = this.#cursor;
    let hash = this.#seed;
    for (cursor.reset(bytes, start, end); cursor.next(); ) {
      const name = hashBytes(bytes, cursor.nameStart, cursor.nameEnd, this.#seed);
      const value = hashBytes(bytes, cursor.valueStart, cursor.valueEnd, this.#seed);
      hash = mixLabel(hash, name, value);
    }
    return hash;
  }

  #growPairs(): void {
    const pairs = new Uint32Array(2 * this.#pairs.length);
    pairs.set(this.#pairs);
    this.#pairs = pairs;
    const lists = new Uint32Array(2 * this.#lists.length);
    lists.set(this.#lists);
    this.#lists = lists;
  }

  #equals(id: number): boolean {
    const place = this.#places[id];
    const segment = this.#segments[Math.floor(place / SEGMENT_WORDS)];
    let at = place % SEGMENT_WORDS;
    let left = segment[at++];
    const bytes = this.#soughtBytes;
    const cursor = this.#cursor;
    cursor.reset(bytes, this.#soughtStart, this.#soughtEnd);
    while (cursor.next()) {
      if (left-- === 0) return false;
      if (!this.symbols.equals(segment[at++], bytes, cursor.nameStart, cursor.nameEnd)) return false;
      if (!this.symbols.equals(segment[at++], bytes, cursor.valueStart, cursor.valueEnd)) return false;
    }
    return left === 0;
  }

  /** Places are numbers above 2^32 in very large stores, hence the doubles and the divisions. */
  #allocate(words: number): number {
    if (this.#segmentUsed + words > SEGMENT_WORDS) {
      this.#segments.push(new Uint32Array(Math.max(SEGMENT_WORDS, words)));
      this.#segmentUsed = 0;
    }
    const place = (this.#segments.length - 1) * SEGMENT_WORDS + this.#segmentUsed;
    this.#segmentUsed += words;
    return place;
  }

  #note(id: number, place: number, metric: number): void {
    if (id === this.#places.length) {
      const places = new Float64Array(2 * id);
      places.set(this.#places);
      this.#places = places;
      const metrics = new Uint32Array(2 * id);
      metrics.set(this.#metrics);
      this.#metrics = metrics;
    }
    this.#places[id] = place;
    this.#metrics[id] = metric;
    this.count = id + 1;
  }
}

/** A series that is not in the index, with all its symbols there. */
export interface SeriesSymbols {
  /** Name, value, name, value … */
  readonly pairs: Uint32Array;
  /** The posting list of each label. */
  readonly lists: Uint32Array;
  readonly labels: number;
  /** `mixLabel` over the labels from `hashStart` on. */
  readonly hash: number;
}

/** The hash of a series up to and with a label, from the hashes of its name and value. */
export function mixLabel(hash: number, name: number, value: number): number {
  const mixed = Math.imul(hash ^ name, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15) ^ value, 0x85ebca6b) >>> 0;
}

/** The label sets used last, in two generations: the older one is dropped when the younger one is full. */
class LabelsCache {
  #young = new Map<number, Labels>();
  #old = new Map<number, Labels>();

  get(id: number): Labels | undefined {
    const young = this.#young.get(id);
    if (young) return young;
    const old = this.#old.get(id);
    if (old) this.set(id, old);
    return old;
  }

  set(id: number, labels: Labels): void {
    if (this.#young.size >= LABELS_CACHED_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, labels);
  }
}
