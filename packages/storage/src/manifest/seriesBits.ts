const PAGE_SHIFT = 16;
const PAGE_WORDS = 2 ** (PAGE_SHIFT - 5);
const PAGE_MASK = 2 ** PAGE_SHIFT - 1;
const ALL = 0xffffffff;

/** A set of series ids that is being made: a bit for each id of the pages that have any. */
export class SeriesBits {
  readonly #pages: (Uint32Array | undefined)[] = [];

  add(id: number): void {
    const page = this.#pages[id >>> PAGE_SHIFT] ?? this.#addPage(id >>> PAGE_SHIFT);
    page[(id & PAGE_MASK) >>> 5] |= 1 << (id & 31);
  }

  /** Adds the ids from `start` up to `end`. */
  addStretch(start: number, end: number): void {
    for (let id = start; id < end; ) {
      const page = this.#pages[id >>> PAGE_SHIFT] ?? this.#addPage(id >>> PAGE_SHIFT);
      const stop = Math.min(end, (id | PAGE_MASK) + 1);
      while (id < stop) {
        if ((id & 31) === 0 && id + 32 <= stop) {
          page[(id & PAGE_MASK) >>> 5] = ALL;
          id += 32;
        } else {
          page[(id & PAGE_MASK) >>> 5] |= 1 << (id & 31);
          id++;
        }
      }
    }
  }

  has(id: number): boolean {
    const page = this.#pages[id >>> PAGE_SHIFT];
    return page !== undefined && (page[(id & PAGE_MASK) >>> 5] & (1 << (id & 31))) !== 0;
  }

  /** How many ids are in the set: counted anew at each call. */
  get count(): number {
    let count = 0;
    for (const page of this.#pages) {
      if (!page) continue;
      for (let i = 0; i < PAGE_WORDS; i++) if (page[i] !== 0) count += bitCount(page[i]);
    }
    return count;
  }

  /** Calls `visit` with each stretch of consecutive ids `[start, end)`, ascending. */
  forEachStretch(visit: (start: number, end: number) => void): void {
    let start = -1;
    for (let number = 0; number < this.#pages.length; number++) {
      const page = this.#pages[number];
      const first = number * 2 ** PAGE_SHIFT;
      if (!page) {
        if (start >= 0) visit(start, first);
        start = -1;
        continue;
      }
      for (let word = 0; word < PAGE_WORDS; word++) {
        const marks = page[word];
        if ((start < 0 && marks === 0) || (start >= 0 && marks === ALL)) continue;
        for (let bit = 0; bit < 32; bit++) {
          const isIn = (marks & (1 << bit)) !== 0;
          if (isIn === start >= 0) continue;
          const id = first + 32 * word + bit;
          if (!isIn) visit(start, id);
          start = isIn ? id : -1;
        }
      }
    }
    if (start >= 0) visit(start, this.#pages.length * 2 ** PAGE_SHIFT);
  }

  #addPage(number: number): Uint32Array {
    while (this.#pages.length <= number) this.#pages.push(undefined);
    const page = new Uint32Array(PAGE_WORDS);
    this.#pages[number] = page;
    return page;
  }
}

/** How many bits of a 32-bit word are set. */
export function bitCount(word: number): number {
  let pairs = word - ((word >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
