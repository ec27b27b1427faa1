import { grown } from './grownArray.js';
import { HashSlots } from './hashSlots.js';
import { LongIds } from './longIds.js';
import { POOLED_MAX, PooledIds } from './pooledIds.js';
import type { SymbolTable } from './symbolTable.js';

const NO_LIST = 0xffffffff;
/** The place of a list that was emptied. */
const EMPTIED = 0xffffffff;
/** Lists between two looks at the clock. */
const LIST_STRIDE = 64;

/**
 * For each label (a name and a value, as symbols) the ascending ids of the series that carry it. Most labels
 * of a busy store belong to one or a few series, so short lists share segments of memory: a list that
 * outgrows its place moves to one twice as large, and its old place serves the next list of that size.
 *
 * Lists use the symbols of their labels.
 */
export class Postings {
  readonly #symbols: SymbolTable;
  readonly #slots = new HashSlots();
  #count = 0;
  #names = new Uint32Array(1024);
  #values = new Uint32Array(1024);
  #starts = new Uint32Array(1024);
  /** Those of long lists are above `POOLED_MAX`, and while they are filtered more than there are ids. */
  #lengths = new Uint32Array(1024);
  /** The next list of the same name: lists of one name form a chain, the newest first. */
  #nextOfName = new Uint32Array(1024);
  readonly #firstOfName = new Map<number, number>();
  readonly #freeNumbers: number[] = [];
  readonly #pool = new PooledIds();
  /** Long lists; `#starts` of such a list is its place here. */
  readonly #large: LongIds[] = [];
  readonly #freeLarge: number[] = [];
  #soughtName = 0;
  #soughtValue = 0;
  readonly #isSought = (list: number) =>
    this.#names[list] === this.#soughtName && this.#values[list] === this.#soughtValue;

  constructor(symbols: SymbolTable) {
    this.#symbols = symbols;
  }

  /** The list of a label, which is begun when there is none; whoever begins it adds to it in the same tick. */
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
    this.#pool.set(this.#starts[list], length, series);
  }

  /** Adds the series from `start` up to `end`, which are above all ids of the list. */
  addStretch(list: number, start: number, end: number): void {
    let id = start;
    while (id < end && this.#lengths[list] <= POOLED_MAX) this.add(list, id++);
    if (id === end) return;
    this.#lengths[list] += end - id;
    this.#large[this.#starts[list]].addStretch(id, end);
  }

  /** The list of a label, -1 when no series carries it. */
  find(name: number, value: number): number {
    this.#soughtName = name;
    this.#soughtValue = value;
    return this.#slots.find(hashPair(name, value), this.#isSought);
  }

  /** Copies the ids of a list to `target` from `at` on. */
  copyIds(list: number, target: Uint32Array, at: number): void {
    const length = this.#lengths[list];
    if (length > POOLED_MAX) this.#large[this.#starts[list]].copyTo(target, at);
    else if (length > 0) target.set(this.#pool.ids(this.#starts[list], length), at);
  }

  /** Those of some ascending ids that are in a list, in their place. */
  intersect(list: number, ids: Uint32Array): Uint32Array {
    const length = this.#lengths[list];
    if (length > POOLED_MAX) return ids.subarray(0, this.#large[this.#starts[list]].intersect(ids));
    return length === 0 ? ids.subarray(0, 0) : intersect(ids, this.#pool.ids(this.#starts[list], length));
  }

  length(list: number): number {
    const length = this.#lengths[list];
    return length > POOLED_MAX ? this.#large[this.#starts[list]].length : length;
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

  /** All lists of a label name, and perhaps some that have become empty since the first was asked for. */
  *listsOf(name: number): Iterable<number> {
    let list = this.#firstOfName.get(name) ?? NO_LIST;
    while (list !== NO_LIST) {
      yield list;
      list = this.#nextOfName[list];
    }
  }

  /**
   * Takes out of all lists the ids that are not kept. Lists that become empty are not found any more, and are
   * returned: nobody new meets them, but readers may stand at them until they are freed.
   *
   * @param breathe called between pieces of work of well under a millisecond
   */
  async filter(isKept: (id: number) => boolean, breathe: () => Promise<void> | undefined): Promise<number[]> {
    const emptied: number[] = [];
    const end = this.#count;
    for (let list = 0; list < end; list++) {
      if (list % LIST_STRIDE === 0) await breathe();
      if (this.#lengths[list] > POOLED_MAX) await this.#filterLarge(list, isKept, breathe);
      else if (this.#lengths[list] > 0) this.#filterPooled(list, isKept);
      else continue;
      if (this.#lengths[list] > 0) continue;
      this.#slots.remove(hashPair(this.#names[list], this.#values[list]), list);
      this.#starts[list] = EMPTIED;
      emptied.push(list);
    }
    await this.#unchain(emptied, breathe);
    return emptied;
  }

  /** Lets others have the number of an emptied list, when nobody stands at it any more. */
  free(list: number): void {
    this.#freeNumbers.push(list);
  }

  get sizeBytes(): number {
    const large = this.#large.reduce((total, { sizeBytes }) => total + sizeBytes, 0);
    const numbers = 20 * this.#names.length + 8 * (this.#freeNumbers.length + this.#freeLarge.length);
    return this.#pool.sizeBytes + large + numbers + this.#slots.sizeBytes;
  }

  #addList(name: number, value: number): number {
    const list = this.#freeNumbers.pop() ?? this.#nextNumber();
    this.#slots.add(hashPair(name, value), list);
    this.#symbols.use(name);
    this.#symbols.use(value);
    this.#names[list] = name;
    this.#values[list] = value;
    this.#lengths[list] = 0;
    this.#nextOfName[list] = this.#firstOfName.get(name) ?? NO_LIST;
    this.#firstOfName.set(name, list);
    return list;
  }

  #nextNumber(): number {
    if (this.#count === this.#names.length) {
      this.#names = grown(this.#names);
      this.#values = grown(this.#values);
      this.#starts = grown(this.#starts);
      this.#lengths = grown(this.#lengths);
      this.#nextOfName = grown(this.#nextOfName);
    }
    return this.#count++;
  }

  #moveToRoomFor(list: number, length: number): void {
    const place = this.#pool.allocate(length === 0 ? 1 : 2 * length);
    if (length > 0) {
      const from = this.#starts[list];
      this.#pool.ids(place, length).set(this.#pool.ids(from, length));
      this.#pool.giveBack(from, length);
    }
    this.#starts[list] = place;
  }

  #addLarge(list: number, length: number, series: number): void {
    if (length === POOLED_MAX) this.#makeLarge(list);
    this.#large[this.#starts[list]].addStretch(series, series + 1);
  }

  #makeLarge(list: number): void {
    const place = this.#starts[list];
    const ids = new LongIds();
    for (const id of this.#pool.ids(place, POOLED_MAX)) ids.addStretch(id, id + 1);
    this.#pool.giveBack(place, POOLED_MAX);
    this.#starts[list] = this.#freeLarge.pop() ?? this.#large.length;
    this.#large[this.#starts[list]] = ids;
  }

  /** Such a list has at most `POOLED_MAX` ids. */
  #filterPooled(list: number, isKept: (id: number) => boolean): void {
    const length = this.#lengths[list];
    const place = this.#starts[list];
    const ids = this.#pool.ids(place, length);
    let kept = 0;
    for (let i = 0; i < length; i++) if (isKept(ids[i])) ids[kept++] = ids[i];
    this.#lengths[list] = kept;
    const capacity = capacityFor(length);
    if (kept === length || (kept > 0 && capacityFor(kept) === capacity)) return;
    if (kept > 0) this.#moveToPool(list, ids.subarray(0, kept));
    this.#pool.giveBack(place, capacity);
  }

  /** Whoever reads meanwhile may find some of the ids gone. */
  async #filterLarge(
    list: number,
    isKept: (id: number) => boolean,
    breathe: () => Promise<void> | undefined,
  ): Promise<void> {
    const place = this.#starts[list];
    const large = this.#large[place];
    await large.filter(isKept, breathe);
    this.#lengths[list] = large.length;
    if (large.length > POOLED_MAX) return;
    const ids = new Uint32Array(large.length);
    large.copyTo(ids, 0);
    if (ids.length > 0) this.#moveToPool(list, ids);
    this.#large[place] = new LongIds();
    this.#freeLarge.push(place);
  }

  #moveToPool(list: number, ids: Uint32Array): void {
    const place = this.#pool.allocate(capacityFor(ids.length));
    this.#pool.ids(place, ids.length).set(ids);
    this.#starts[list] = place;
  }

  /** Takes emptied lists out of the chains of their names. A reader that stands at one finds the rest from there. */
  async #unchain(emptied: readonly number[], breathe: () => Promise<void> | undefined): Promise<void> {
    const names = new Set(emptied.map((list) => this.#names[list]));
    let steps = 0;
    for (const name of names) {
      let before = NO_LIST;
      let list = this.#firstOfName.get(name) ?? NO_LIST;
      while (list !== NO_LIST) {
        const next = this.#nextOfName[list];
        if (this.#starts[list] === EMPTIED) this.#takeOut(list, before, name);
        else before = list;
        list = next;
        if (++steps % LIST_STRIDE === 0) await breathe();
      }
    }
  }

  #takeOut(list: number, before: number, name: number): void {
    const next = this.#nextOfName[list];
    let previous = before;
    if (previous === NO_LIST) {
      const first = this.#firstOfName.get(name)!;
      if (first === list) {
        if (next === NO_LIST) this.#firstOfName.delete(name);
        else this.#firstOfName.set(name, next);
        return;
      }
      // Lists were begun since the walk along the chain was.
      previous = first;
      while (this.#nextOfName[previous] !== list) previous = this.#nextOfName[previous];
    }
    this.#nextOfName[previous] = next;
  }
}

/** Those of the ascending ids `a` that are in `b`, too, in their place. */
export function intersect(a: Uint32Array, b: Uint32Array): Uint32Array {
  let kept = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      a[kept++] = a[i++];
      j++;
    } else if (a[i] < b[j]) i++;
    else j++;
  }
  return a.subarray(0, kept);
}

/** The least power of two from `length` on. */
function capacityFor(length: number): number {
  return 2 ** (32 - Math.clz32(length - 1));
}

function hashPair(name: number, value: number): number {
  return (Math.imul(name, 0x9e3779b1) ^ value) >>> 0;
}
