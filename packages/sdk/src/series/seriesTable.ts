import { LABELS_PER_SERIES_MAX } from '../constants.js';
import { labelText } from '../labels.js';

/** What `find` gives for a label set that the table does not hold, or that is none. */
export const UNKNOWN = -1;

/** Where absent labels stand among the texts. */
const ABSENT = 0;

/** 2^32 divided by the golden ratio: its multiples are spread evenly, and numbers that follow each other apart. */
const GOLDEN = 0x9e3779b1;

/** One for each column, by which the same text weighs differently in each. */
const WEIGHTS = Int32Array.from({ length: LABELS_PER_SERIES_MAX }, (_, column) => {
  return column === 0 ? 1 : mix(Math.imul(column, GOLDEN)) | 1;
});

/** The labels of many series at one moment: names once, and for each slot the numbers of its texts. */
export interface LabelColumns {
  readonly names: readonly string[];
  readonly texts: readonly string[];
  /** For each slot, in the order of `names`, an index into `texts`; 0 where it has no such label. */
  readonly ids: Int32Array;
}

/**
 * The label sets of one metric, each in a slot of its own. Every distinct label value is kept once and has a
 * number; a set is the row of its numbers, found by an open-addressing hash whose hits are compared number by
 * number. Looking up a known set makes no string and no object, whatever the order of its names.
 *
 * It checks nothing: what is added must be valid, and the caller bounds how much.
 */
export class SeriesTable {
  /** One column each; a metric that takes any label gets more as they come. */
  readonly #names: string[] = [];
  /** Numbers of label values, as they are given (200, '200', true). */
  readonly #numbers = new Map<unknown, number>([
    ['', ABSENT],
    [null, ABSENT],
    [undefined, ABSENT],
  ]);
  readonly #texts: string[] = [''];
  /** How many rows have a text; what no row has is forgotten, and its number used again. */
  readonly #uses: number[] = [1];
  readonly #freeNumbers: number[] = [];

  #rows = new Int32Array(0);
  /** The row looked for last. */
  #row = new Int32Array(0);
  /** Slot + 1 by hash; 0 is empty. Its size is a power of two, at least 4/3 of the sets in it. */
  #index = new Int32Array(4);
  /** Leaves of a hash as many bits as the index needs. */
  #shift = 30;
  #count = 0;
  readonly #freeSlots: number[] = [];
  #slotCount = 0;

  constructor(names: readonly string[]) {
    for (const name of names) this.#addColumn(name);
  }

  /** One more than the highest slot that was ever in use. */
  get slotCount(): number {
    return this.#slotCount;
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** The slot of a label set, or UNKNOWN. The set may be anything an app hands over. */
  find(labels: object): number {
    const names = this.#names;
    const row = this.#row;
    for (let column = 0; column < row.length; column++) row[column] = ABSENT;
    let hash = 0;
    let next = 0;
    for (const name in labels) {
      let column = next++;
      // Apps mostly write the names in one order.
      if (names[column] !== name) {
        column = names.indexOf(name);
        if (column === -1) return UNKNOWN;
      }
      const number = this.#numbers.get((labels as Record<string, unknown>)[name]);
      if (number === undefined) return UNKNOWN;
      row[column] = number;
      hash = (hash + Math.imul(number, WEIGHTS[column])) | 0;
    }
    return this.#slotOfRow(hash);
  }

  /**
   * The slot of a label set whose values may be written in another way than before (200 for '200'), or UNKNOWN.
   * From then on `find` knows that way too. Names that the table has not are absent from `labels`, or empty.
   */
  findByText(labels: Readonly<Record<string, unknown>>): number {
    this.#row.fill(ABSENT);
    let hash = 0;
    for (const [name, value] of Object.entries(labels)) {
      const text = labelText(value);
      if (!text) continue;
      const column = this.#names.indexOf(name);
      const number = this.#numbers.get(text);
      if (column === -1 || number === undefined) return UNKNOWN;
      this.#row[column] = number;
      hash = (hash + Math.imul(number, WEIGHTS[column])) | 0;
    }
    const slot = this.#slotOfRow(hash);
    if (slot !== UNKNOWN) this.#learn(labels);
    return slot;
  }

  /** Gives a label set that is not in the table a slot. */
  add(labels: Readonly<Record<string, unknown>>): number {
    for (const [name, value] of Object.entries(labels)) {
      if (labelText(value) && !this.#names.includes(name)) this.#addColumn(name);
    }
    const slot = this.reserve();
    const width = this.#names.length;
    for (const [name, value] of Object.entries(labels)) {
      const text = labelText(value);
      if (text) this.#rows[slot * width + this.#names.indexOf(name)] = this.#use(text);
    }
    this.#learn(labels);
    this.#count++;
    if (this.#count * 4 > this.#index.length * 3) this.#growIndex();
    this.#enter(slot);
    return slot;
  }

  /** A slot that no label set leads to; it is never released. */
  reserve(): number {
    const slot = this.#freeSlots.pop() ?? this.#slotCount++;
    const needed = this.#slotCount * this.#names.length;
    if (needed > this.#rows.length) this.#rows = grown(this.#rows, needed);
    return slot;
  }

  /** Takes a label set out of the table; its slot will be another's. */
  release(slot: number): void {
    const width = this.#names.length;
    this.#leave(slot);
    this.#count--;
    for (let column = 0; column < width; column++) {
      this.#disuse(this.#rows[slot * width + column]);
      this.#rows[slot * width + column] = ABSENT;
    }
    this.#freeSlots.push(slot);
  }

  /** The labels of all series, as they are now and remain. */
  columns(): LabelColumns {
    const ids = this.#rows.slice(0, this.#slotCount * this.#names.length);
    return { names: this.#names.slice(), texts: this.#texts.slice(), ids };
  }

  #slotOfRow(hash: number): number {
    const row = this.#row;
    const rows = this.#rows;
    const index = this.#index;
    const width = row.length;
    const mask = index.length - 1;
    for (let at = Math.imul(hash, GOLDEN) >>> this.#shift; ; at = (at + 1) & mask) {
      const slot = index[at] - 1;
      if (slot === -1) return UNKNOWN;
      let column = 0;
      for (let from = slot * width; column < width && rows[from + column] === row[column]; ) column++;
      if (column === width) return slot;
    }
  }

  #homeOf(slot: number): number {
    const width = this.#names.length;
    let hash = 0;
    for (let column = 0; column < width; column++) {
      hash = (hash + Math.imul(this.#rows[slot * width + column], WEIGHTS[column])) | 0;
    }
    return Math.imul(hash, GOLDEN) >>> this.#shift;
  }

  #enter(slot: number): void {
    const index = this.#index;
    let at = this.#homeOf(slot);
    while (index[at] !== 0) at = (at + 1) & (index.length - 1);
    index[at] = slot + 1;
  }

  /** Entries behind the gap move up to it, unless that is before their home: no probe ends too early. */
  #leave(slot: number): void {
    const index = this.#index;
    const mask = index.length - 1;
    let gap = this.#homeOf(slot);
    while (index[gap] !== slot + 1) gap = (gap + 1) & mask;
    for (let at = (gap + 1) & mask; index[at] !== 0; at = (at + 1) & mask) {
      const home = this.#homeOf(index[at] - 1);
      if (((at - home) & mask) < ((at - gap) & mask)) continue;
      index[gap] = index[at];
      gap = at;
    }
    index[gap] = 0;
  }

  #growIndex(): void {
    const entries = this.#index.filter((entry) => entry !== 0);
    this.#index = new Int32Array(this.#index.length * 2);
    this.#shift--;
    for (const entry of entries) this.#enter(entry - 1);
  }

  /** Rows become wider; hashes stay as they are, since absent labels add nothing to them. */
  #addColumn(name: string): void {
    const before = this.#names.length;
    // As a key of an object it is the very string that `for in` gives, so that comparing them is quick.
    this.#names.push(Object.keys({ [name]: 0 })[0]);
    const rows = new Int32Array((before + 1) * Math.max(1, this.#slotCount));
    for (let slot = 0; slot < this.#slotCount; slot++) {
      rows.set(this.#rows.subarray(slot * before, (slot + 1) * before), slot * (before + 1));
    }
    this.#rows = rows;
    this.#row = new Int32Array(before + 1);
  }

  #use(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      this.#uses[known]++;
      return known;
    }
    const number = this.#freeNumbers.pop() ?? this.#texts.length;
    this.#texts[number] = text;
    this.#uses[number] = 1;
    this.#numbers.set(text, number);
    return number;
  }

  #disuse(number: number): void {
    if (number === ABSENT || --this.#uses[number] > 0) return;
    const text = this.#texts[number];
    for (const value of waysToWrite(text)) this.#numbers.delete(value);
    this.#texts[number] = '';
    this.#freeNumbers.push(number);
  }

  /** Takes note of values that are no text but stand for one. */
  #learn(labels: Readonly<Record<string, unknown>>): void {
    for (const value of Object.values(labels)) {
      const number = this.#numbers.get(labelText(value));
      if (number !== undefined) this.#numbers.set(value, number);
    }
  }
}

/** What an app may have given for a label value that is this text. */
function waysToWrite(text: string): unknown[] {
  if (text === 'true' || text === 'false') return [text, text === 'true'];
  return String(Number(text)) === text ? [text, Number(text)] : [text];
}

function mix(bits: number): number {
  const mixed = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

function grown(rows: Int32Array, needed: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(needed, Math.ceil(rows.length * 1.5)));
  larger.set(rows);
  return larger;
}
