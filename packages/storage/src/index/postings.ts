import { HashSlots } from './hashSlots.js';

/** Lists of up to this many ids live in shared segments, longer ones in arrays of their own. */
const POOLED_MAX = 4096;
const SEGMENT_IDS = 65_536;
const SEGMENT_SHIFT = Math.log2(SEGMENT_IDS);
const NO_LIST = 0xffffffff;

/**
 * For each label (a name and a value, as symbols) the ascending ids of the series that carry it. Most labels
 * of a busy store belong to one or a few series, so short lists share segments of memory: a list that
 * outgrows its place moves to one twice as large, and its old place serves the next list of that size.
 */
export class Postings {
  readonly #slots = new HashSlots();
  #count = 0;
  #names = new Uint32Array(1024);
  #values = new Uint32Array(1024);
  #starts = new Uint32Array(1024);
  #lengths = new Uint32Array(1024);
  /** The next list of the same name: lists of one name form a chain. */
  #nextOfName = new Uint32Array(1024);
  readonly #firstOfName = new Map<number, number>();
  readonly #segments: Uint32Array[] = [];
  #segmentUsed = SEGMENT_IDS;
  /** Places given back, by the logarithm of their size. */
  readonly #free: number[][] = [];
  /** Long lists; `#starts` of such a list is its place here. */
  readonly #large: Uint32Array[] = [];
  #soughtName = 0;
  #soughtValue = 0;
  readonly #isSought = (list: number) =>
    this.#names[list] === this.#soughtName && this.#values[list] === this.#soughtValue;

  /** The list of a label, which is begun when there is none. */
  listFor(name: number, value: number): number {
    const list = this.find(name, value);
    return list < 0 ? this.#addList(name, value) : list;
  }

  /** Adds a series whose id is above all ids of the list. */
  add(list: number, series: number): void {
    const length = this.#lengths[list]++;
    if (length >= POOLED_MAX) {
      this.#addLarge(list, length, series);
      return;
    }
    // A pooled list has the capacity of the next power of two, so it is full exactly at powers of two.
    if ((length & (length - 1)) === 0) this.#moveToRoomFor(list, length);
    const start = this.#starts[list];
    this.#segments[start >>> SEGMENT_SHIFT][(start & (SEGMENT_IDS - 1)) + length] = series;
  }

  /** The list of a label, -1 when no series carries it. */
  find(name: number, value: number): number {
    this.#soughtName = name;
    this.#soughtValue = value;
    return this.#slots.find(hashPair(name, value), this.#isSought);
  }

  /** The ids of a list, as a view that is valid until the next `add`. */
  ids(list: number): Uint32Array {
    const length = this.#lengths[list];
    if (length > POOLED_MAX) return this.#large[this.#starts[list]].subarray(0, length);
    const start = this.#starts[list];
    const at = start & (SEGMENT_IDS - 1);
    return this.#segments[start >>> SEGMENT_SHIFT].subarray(at, at + length);
  }

  length(list: number): number {
    return this.#lengths[list];
  }

  nameOf(list: number): number {
    return this.#names[list];
  }

  valueOf(list: number): number {
    return this.#values[list];
  }

  /** Symbols of all label names. */
  names(): Iterable<number> {
    return this.#firstOfName.keys();
  }

  /** All lists of a label name. */
  *listsOf(name: number): Iterable<number> {
    let list = this.#firstOfName.get(name) ?? NO_LIST;
    while (list !== NO_LIST) {
      yield list;
      list = this.#nextOfName[list];
    }
  }

  #addList(name: number, value: number): number {
    const list = this.#slots.add(hashPair(name, value));
    this.#count = list + 1;
    if (this.#count > this.#names.length) this.#growLists();
    this.#names[list] = name;
    this.#values[list] = value;
    this.#nextOfName[list] = this.#firstOfName.get(name) ?? NO_LIST;
    this.#firstOfName.set(name, list);
    return list;
  }

  #growLists(): void {
    const grow = (array: Uint32Array) => {
      const grown = new Uint32Array(array.length * 2);
      grown.set(array);
      return grown;
    };
    this.#names = grow(this.#names);
    this.#values = grow(this.#values);
    this.#starts = grow(this.#starts);
    this.#lengths = grow(this.#lengths);
    this.#nextOfName = grow(this.#nextOfName);
  }

  #moveToRoomFor(list: number, length: number): void {
    const capacity = length === 0 ? 1 : 2 * length;
    const place = this.#allocate(capacity);
    if (length > 0) {
      const from = this.#starts[list];
      const source = this.#segments[from >>> SEGMENT_SHIFT];
      const at = from & (SEGMENT_IDS - 1);
      const target = this.#segments[place >>> SEGMENT_SHIFT];
      target.set(source.subarray(at, at + length), place & (SEGMENT_IDS - 1));
      this.#giveBack(from, length);
    }
    this.#starts[list] = place;
  }

  #addLarge(list: number, length: number, series: number): void {
    if (length === POOLED_MAX) this.#makeLarge(list);
    const place = this.#starts[list];
    let ids = this.#large[place];
    if (length === ids.length) {
      ids = new Uint32Array(ids.length * 2);
      ids.set(this.#large[place]);
      this.#large[place] = ids;
    }
    ids[length] = series;
  }

  /** Moves a list that has reached `POOLED_MAX` ids to an array of its own. */
  #makeLarge(list: number): void {
    const start = this.#starts[list];
    const at = start & (SEGMENT_IDS - 1);
    const ids = new Uint32Array(2 * POOLED_MAX);
    ids.set(this.#segments[start >>> SEGMENT_SHIFT].subarray(at, at + POOLED_MAX));
    this.#giveBack(start, POOLED_MAX);
    this.#starts[list] = this.#large.push(ids) - 1;
  }

  /** Sizes are powers of two up to `POOLED_MAX`, so a place never crosses a segment. */
  #allocate(capacity: number): number {
    const given = this.#free[Math.log2(capacity)]?.pop();
    if (given !== undefined) return given;
    if (this.#segmentUsed + capacity > SEGMENT_IDS) {
      this.#segments.push(new Uint32Array(SEGMENT_IDS));
      this.#segmentUsed = 0;
    }
    const place = (this.#segments.length - 1) * SEGMENT_IDS + this.#segmentUsed;
    this.#segmentUsed += capacity;
    return place;
  }

  #giveBack(place: number, capacity: number): void {
    const size = Math.log2(capacity);
    this.#free[size] ??= [];
    this.#free[size].push(place);
  }
}

function hashPair(name: number, value: number): number {
  return (Math.imul(name, 0x9e3779b1) ^ value) >>> 0;
}
