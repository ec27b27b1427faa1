import { LabelCursor, Labels, METRIC_NAME, TinyObsError } from '@tinyobs/model';
import { crc32 } from '../kv/platform.js';
import { grown } from './grownArray.js';
import { hashBytes } from './hashBytes.js';
import { HashSlots } from './hashSlots.js';
import { LabelShapes } from './labelShapes.js';
import { LabelsCache } from './labelsCache.js';
import { Postings } from './postings.js';
import { SeriesRows } from './seriesRows.js';
import { SymbolTable } from './symbolTable.js';
import { offsetOf, WordLists } from './wordLists.js';

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
 * The series a store knows, by ascending ids, in typed arrays: symbols, each series as its shape and the symbols of its
 * values, a hash over canonical label bytes whose hits are compared for real, postings.
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
  readonly #shapes = new LabelShapes();
  readonly #seed = crypto.getRandomValues(new Uint32Array(1))[0];
  readonly #slots = new HashSlots();
  /** Of each series its shape, then the symbols of its values. */
  readonly #lists = new WordLists();
  /** By row, in `#lists`; 0 for a series that was released. */
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
  /** Of the labels of the series that is being added. */
  #added = new LabelSymbols(64);
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
      if (labels === this.#added.names.length) this.#added = this.#added.grown();
      const { names, values, lists } = this.#added;
      const name = this.symbols.intern(bytes, cursor.nameStart, cursor.nameEnd);
      const value = this.symbols.intern(bytes, cursor.valueStart, cursor.valueEnd);
      names[labels] = name;
      values[labels] = value;
      lists[labels] = this.postings.listFor(name, value);
      hash = mixLabel(hash, this.symbols.hashOf(name), this.symbols.hashOf(value));
    }
    this.addSymbols(id, this.#added, { labels, hash });
    for (let i = 0; i < labels; i++) this.postings.add(this.#added.lists[i], id);
    return id;
  }

  /**
   * Adds a series that is not known, from its symbols, under the next id or a later one. Adding it to its posting lists
   * in the same tick is left to the caller.
   *
   * @param options.hash `mixLabel` over the labels from `hashStart` on
   */
  addSymbols(
    id: number,
    { names, values }: LabelSymbols,
    { labels, hash }: { readonly labels: number; readonly hash: number },
  ): void {
    this.#slots.add(hash, id);
    const place = this.#lists.allocate(1 + labels);
    const words = this.#lists.segmentOf(place);
    let at = offsetOf(place);
    words[at++] = this.#shapes.use(names, labels);
    let metric = NO_SYMBOL;
    for (let i = 0; i < labels; i++) {
      words[at++] = values[i];
      if (names[i] === this.#metricName) metric = values[i];
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
    return id < this.end && this.#placeOf(id) !== 0;
  }

  /** Symbols of the label names of a series. */
  names(id: number): Uint32Array {
    const place = this.#placeOf(id);
    return this.#shapes.names(this.#lists.segmentOf(place)[offsetOf(place)]);
  }

  /** Symbols of the label values of a series, in the order of its names. */
  values(id: number): Uint32Array {
    const place = this.#placeOf(id);
    const words = this.#lists.segmentOf(place);
    const at = offsetOf(place);
    return words.subarray(at + 1, at + 1 + this.#shapes.lengthOf(words[at]));
  }

  /** Symbol of the value a series has for a label name, `NO_SYMBOL` when it has none. */
  valueOf(id: number, name: number): number {
    const place = this.#placeOf(id);
    const words = this.#lists.segmentOf(place);
    const at = offsetOf(place);
    const position = this.#shapes.positionOf(words[at], name);
    return position < 0 ? NO_SYMBOL : words[at + 1 + position];
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
    const values = this.values(id);
    this.names(id).forEach((name, i) => {
      flat.push(this.symbols.text(name), this.symbols.text(values[i]));
    });
    const labels = Labels.fromSorted(flat);
    this.#cache.set(id, labels);
    return labels;
  }

  /** Lets nobody find a series by its labels any more. Who has its id can still read it. */
  retire(id: number): void {
    let hash = this.#seed;
    const names = this.names(id);
    const values = this.values(id);
    for (let i = 0; i < names.length; i++) {
      hash = mixLabel(hash, this.symbols.hashOf(names[i]), this.symbols.hashOf(values[i]));
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
    const place = this.#placeOf(id);
    const shape = this.#lists.segmentOf(place)[offsetOf(place)];
    this.#lists.giveBack(place, 1 + this.#shapes.lengthOf(shape));
    this.#shapes.disuse(shape);
    this.#places[this.rows.rowOf(id)] = 0;
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
    const rows = this.rows.sizeBytes + 8 * this.#metrics.length;
    const series = this.#shapes.sizeBytes + this.#lists.sizeBytes + this.#slots.sizeBytes;
    return rows + series + this.symbols.sizeBytes + this.postings.sizeBytes;
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

  #placeOf(id: number): number {
    return this.#places[this.rows.rowOf(id)];
  }

  #equals(id: number): boolean {
    const place = this.#placeOf(id);
    const words = this.#lists.segmentOf(place);
    const at = offsetOf(place);
    const shape = words[at];
    const labels = this.#shapes.lengthOf(shape);
    const bytes = this.#soughtBytes;
    const cursor = this.#cursor;
    cursor.reset(bytes, this.#soughtStart, this.#soughtEnd);
    let label = 0;
    for (; cursor.next(); label++) {
      if (label === labels) return false;
      const name = this.#shapes.nameAt(shape, label);
      if (!this.symbols.equals(name, bytes, cursor.nameStart, cursor.nameEnd)) return false;
      if (!this.symbols.equals(words[at + 1 + label], bytes, cursor.valueStart, cursor.valueEnd))
        return false;
    }
    return label === labels;
  }

  #growRows(): void {
    this.#places = grown(this.#places, this.rows.rowEnd);
    this.#metrics = grown(this.#metrics, this.rows.rowEnd);
  }
}

/** What is known of the labels of a series that is to be added, in arrays that may be longer. */
export class LabelSymbols {
  readonly names: Uint32Array<ArrayBuffer>;
  readonly values: Uint32Array<ArrayBuffer>;
  /** Their posting lists. */
  readonly lists: Uint32Array<ArrayBuffer>;

  constructor(labels: number) {
    this.names = new Uint32Array(labels);
    this.values = new Uint32Array(labels);
    this.lists = new Uint32Array(labels);
  }

  /** Those of the same labels, with room for as many more. */
  grown(): LabelSymbols {
    const twice = new LabelSymbols(2 * this.names.length);
    twice.names.set(this.names);
    twice.values.set(this.values);
    twice.lists.set(this.lists);
    return twice;
  }
}

/** The hash of a series up to and with a label, from the hashes of its name and value. */
export function mixLabel(hash: number, name: number, value: number): number {
  const mixed = Math.imul(hash ^ name, 0x9e3779b1);
  return Math.imul(mixed ^ (mixed >>> 15) ^ value, 0x85ebca6b) >>> 0;
}
