import { LabelCursor, Labels, METRIC_NAME, TinyObsError } from '@tinyobs/model';
import { crc32 } from '../kv/platform.js';
import { grown } from './grownArray.js';
import { hashBytes } from './hashBytes.js';
import { HashSlots } from './hashSlots.js';
import { LabelsCache } from './labelsCache.js';
import { Postings } from './postings.js';
import { SeriesRows } from './seriesRows.js';
import { SymbolTable } from './symbolTable.js';

const SEGMENT_WORDS = 65_536;
const SEGMENT_SHIFT = Math.log2(SEGMENT_WORDS);
const SEGMENT_MASK = SEGMENT_WORDS - 1;
/** Work between two looks at the clock. */
const STRIDE = 256;

/** Stands for the metric of a series without a metric name. */
export const NO_SYMBOL = 0xffffffff;

/** Lists and symbols that nobody meets any more who begins to read now. */
export interface Unused {
  readonly lists: readonly number[];
  readonly symbols: readonly number[];
}

/**
 * The series a store knows, by ascending ids, in typed arrays: symbols, each series as pairs of symbols, a hash over
 * canonical label bytes whose hits are compared for real, postings.
 *
 * Readers see the series below `visible` only: those whose write-ahead record is committed (S1).
 *
 * A series is forgotten in steps, so that whoever reads meanwhile goes on: `retire` takes it out of the hash, `sweep`
 * takes all retired ones out of the postings, and when nobody is left who began before that, `release` and `free`
 * let others have the memory.
 */
export class SeriesIndex {
  readonly symbols: SymbolTable;
  readonly postings: Postings;
  readonly rows = new SeriesRows();
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0];
  readonly #slots = new HashSlots();
  /** Pair lists: a count, then name and value symbols. A list never crosses a segment. Place 0 holds an empty one. */
  readonly #segments: Uint32Array[] = [];
  #segmentUsed = SEGMENT_WORDS;
  /** Pair lists of released series, by their number of labels. */
  readonly #freePlaces = new Map<number, number[]>();
  /** By row; 0 for a series that was released. */
  #places = new Uint32Array(1024);
  #metrics = new Uint32Array(1024);
  readonly #metricKeys = new Map<number, number>();
  readonly #metricName: number;
  readonly #cursor = new LabelCursor(new Uint8Array(0), 0, 0);
  readonly #cache = new LabelsCache();
  visible = 0;
  /** Series retired so far. */
  retirements = 0;
  /** Series released so far: their labels cannot be told any more. */
  releases = 0;
  /** Symbols and posting lists of the labels of the series that is being added. */
  #pairs = new Uint32Array(128);
  #lists = new Uint32Array(64);
  #soughtBytes: Uint8Array = new Uint8Array(0);
  #soughtStart = 0;
  #soughtEnd = 0;
  readonly #isSought = (id: number) => this.#equals(id);
  /** The series found last, and whether it was the one behind that before. */
  #found = -1;
  #isInOrder = false;

  constructor() {
    this.symbols = new SymbolTable(this.#seed);
    this.postings = new Postings(this.symbols);
    const name = new TextEncoder().encode(METRIC_NAME);
    this.#metricName = this.symbols.intern(name, 0, name.length);
    this.symbols.use(this.#metricName);
  }

  /** Series that are known. */
  get count(): number {
    return this.rows.count;
  }

  /** The id of the next new series: ids are never used again. */
  get end(): number {
    return this.rows.end;
  }

  /**
   * The id of the series with these canonical label bytes, -1 when it is not known. Senders repeat series in the order
   * in which they first came, which is that of ids: the next one is then found without a hash, and where memory was
   * just read.
   */
  find(bytes: Uint8Array, start: number, end: number): number {
    this.#soughtBytes = bytes;
    this.#soughtStart = start;
    this.#soughtEnd = end;
    const next = this.#found + 1;
    if (this.#isInOrder && this.rows.has(next) && this.#equals(next)) {
      this.#found = next;
      return next;
    }
    const id = this.#slots.find(this.#hash(bytes, start, end), this.#isSought);
    this.#isInOrder = id === next;
    if (id >= 0) this.#found = id;
    return id;
  }

  /** Makes room for so many more series: cheaper at once than one after the other. */
  reserve(more: number): void {
    this.#slots.reserve(more);
  }

  /** Adds a series that is not known, from its canonical label bytes, under the next id or a later one. */
  add(bytes: Uint8Array, start: number, end: number, id = this.end): number {
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
    this.addSymbols(id, { pairs: this.#pairs, lists: this.#lists, labels, hash });
    return id;
  }

  /** Adds a series that is not known, from its symbols, under the next id or a later one. */
  addSymbols(id: number, { pairs, lists, labels, hash }: SeriesSymbols): void {
    this.#slots.add(hash, id);
    const free = this.#freePlaces.size > 0 ? this.#freePlaces.get(labels) : undefined;
    const place = free?.pop() ?? this.#allocate(1 + 2 * labels);
    const segment = this.#segments[place >>> SEGMENT_SHIFT];
    let at = place & SEGMENT_MASK;
    segment[at++] = labels;
    let metric = NO_SYMBOL;
    for (let i = 0; i < labels; i++) {
      segment[at++] = pairs[2 * i];
      segment[at++] = pairs[2 * i + 1];
      if (pairs[2 * i] === this.#metricName) metric = pairs[2 * i + 1];
      this.postings.add(lists[i], id);
    }
    const row = this.rows.add(id);
    if (this.rows.rowEnd > this.#places.length) this.#growRows();
    this.#places[row] = place;
    this.#metrics[row] = metric;
  }

  /** Where the hash of a series begins; `mixLabel` takes it from label to label. */
  get hashStart(): number {
    return this.#seed;
  }

  /** Whether a series is known or was, and its labels can still be told. */
  remembers(id: number): boolean {
    return id < this.end && this.#places[this.rows.rowOf(id)] !== 0;
  }

  /** Symbols of the labels of a series: name, value, name, value … */
  pairs(id: number): Uint32Array {
    const place = this.#places[this.rows.rowOf(id)];
    const segment = this.#segments[place >>> SEGMENT_SHIFT];
    const at = place & SEGMENT_MASK;
    return segment.subarray(at + 1, at + 1 + 2 * segment[at]);
  }

  /** Symbol of the value a series has for a label name, `NO_SYMBOL` when it has none. */
  valueOf(id: number, name: number): number {
    const place = this.#places[this.rows.rowOf(id)];
    const segment = this.#segments[place >>> SEGMENT_SHIFT];
    const at = (place & SEGMENT_MASK) + 1;
    const end = at + 2 * segment[at - 1];
    for (let i = at; i < end; i += 2) if (segment[i] === name) return segment[i + 1];
    return NO_SYMBOL;
  }

  /** Symbol of the metric name of a series, or `NO_SYMBOL`. */
  metricOf(id: number): number {
    return this.#metrics[this.rows.rowOf(id)];
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
    const metric = this.metricOf(id);
    if (metric === NO_SYMBOL) return 0;
    let key = this.#metricKeys.get(metric);
    if (key === undefined) {
      key = crc32(this.symbols.bytes(metric));
      this.#metricKeys.set(metric, key);
    }
    return key;
  }

  /** @throws TinyObsError `store_busy` for a series that was forgotten since it was read */
  labels(id: number): Labels {
    const cached = this.#cache.get(id);
    if (cached) return cached;
    if (!this.remembers(id)) {
      throw new TinyObsError('store_busy', 'a series was forgotten long after it was read: ask again');
    }
    const flat: string[] = [];
    for (const symbol of this.pairs(id)) flat.push(this.symbols.text(symbol));
    const labels = Labels.fromSorted(flat);
    this.#cache.set(id, labels);
    return labels;
  }

  /** Lets nobody find a series by its labels any more. Who has its id can still read it. */
  retire(id: number): void {
    let hash = this.#seed;
    const pairs = this.pairs(id);
    for (let i = 0; i < pairs.length; i += 2) {
      hash = mixLabel(hash, this.symbols.hashOf(pairs[i]), this.symbols.hashOf(pairs[i + 1]));
    }
    this.#slots.remove(hash, id);
    this.rows.retire(id);
    this.retirements++;
  }

  /** Takes retired series out of the postings, in pieces of well under a millisecond. */
  async sweep(breathe: () => Promise<void> | undefined): Promise<Unused> {
    const { rows, symbols, postings } = this;
    const lists = await postings.filter((id) => rows.has(id), breathe);
    const unused: number[] = [];
    for (let i = 0; i < lists.length; i++) {
      if (i % STRIDE === STRIDE - 1) await breathe();
      const [name, value] = [postings.nameOf(lists[i]), postings.valueOf(lists[i])];
      if (symbols.disuse(name)) unused.push(name);
      if (symbols.disuse(value)) unused.push(value);
    }
    return { lists, symbols: unused };
  }

  /** Gives the memory of a retired series to others; nothing is known of it from then on. */
  release(id: number): void {
    const row = this.rows.rowOf(id);
    const labels = this.pairs(id).length / 2;
    const free = this.#freePlaces.get(labels);
    if (free) free.push(this.#places[row]);
    else this.#freePlaces.set(labels, [this.#places[row]]);
    this.#places[row] = 0;
    this.rows.release(id);
    this.releases++;
  }

  /** Gives lists and symbols to others, after the series of their sweep are released. */
  free({ lists, symbols }: Unused): void {
    for (const list of lists) this.postings.free(list);
    for (const symbol of symbols) {
      this.#metricKeys.delete(symbol);
      this.symbols.free(symbol);
    }
  }

  get sizeBytes(): number {
    const segments = this.#segments.reduce((total, { byteLength }) => total + byteLength, 0);
    let places = 0;
    for (const free of this.#freePlaces.values()) places += free.length;
    const rows = this.rows.sizeBytes + 8 * this.#metrics.length;
    const parts = this.symbols.sizeBytes + this.postings.sizeBytes + this.#slots.sizeBytes;
    return segments + 8 * places + rows + parts;
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
    const place = this.#places[this.rows.rowOf(id)];
    const segment = this.#segments[place >>> SEGMENT_SHIFT];
    let at = place & SEGMENT_MASK;
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

  #allocate(words: number): number {
    if (this.#segmentUsed + words > SEGMENT_WORDS) {
      const isFirst = this.#segments.length === 0;
      this.#segments.push(new Uint32Array(Math.max(SEGMENT_WORDS, words + 1)));
      this.#segmentUsed = isFirst ? 1 : 0;
    }
    const place = (this.#segments.length - 1) * SEGMENT_WORDS + this.#segmentUsed;
    this.#segmentUsed += words;
    return place;
  }

  #growRows(): void {
    this.#places = grown(this.#places, this.rows.rowEnd);
    this.#metrics = grown(this.#metrics, this.rows.rowEnd);
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
