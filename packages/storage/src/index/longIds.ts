import { bitCount } from '../manifest/seriesBits.js';

const PAGE_SHIFT = 16;
const PAGE_IDS = 2 ** PAGE_SHIFT;
const PAGE_MASK = PAGE_IDS - 1;
const PAGE_WORDS = PAGE_IDS / 32;
const ALL = -1;
/** So many ids take as much as a bit for each id of the page. */
const LISTED_MAX = PAGE_IDS / 16;
const LISTED_MIN = 16;

/**
 * Many ascending ids, by pages of 65,536: of a page the low halves of its ids are kept, or when those are many a bit for
 * each id of the page. So ids take 2 B at most, and much less in lists that hold a good part of all series.
 */
export class LongIds {
  length = 0;
  /** The pages that have ids, ascending. */
  readonly #pages: Page[] = [];
  readonly #numbers: number[] = [];

  /** Adds the ids from `start` up to `end`, which are above all others. */
  addStretch(start: number, end: number): void {
    this.length += end - start;
    for (let id = start; id < end; ) {
      const number = id >>> PAGE_SHIFT;
      const page = this.#pageOf(number);
      for (const stop = Math.min(end, (number + 1) * PAGE_IDS); id < stop; id++) page.add(id & PAGE_MASK);
    }
  }

  /** Copies all ids to `target` from `at` on. */
  copyTo(target: Uint32Array, at: number): void {
    let to = at;
    for (let i = 0; i < this.#pages.length; i++) {
      to = this.#pages[i].copyTo(this.#numbers[i] * PAGE_IDS, target, to);
    }
  }

  /** Moves those of some ascending ids that are in the list to their front, and returns how many these are. */
  intersect(ids: Uint32Array): number {
    let kept = 0;
    let at = 0;
    for (let from = 0; from < ids.length; ) {
      const number = ids[from] >>> PAGE_SHIFT;
      while (at < this.#numbers.length && this.#numbers[at] < number) at++;
      if (at === this.#numbers.length) break;
      let to = from;
      for (const end = (number + 1) * PAGE_IDS; to < ids.length && ids[to] < end; ) to++;
      if (this.#numbers[at] === number) kept = this.#pages[at].intersect(ids, { from, to, kept });
      from = to;
    }
    return kept;
  }

  /** Takes out the ids that are not kept, page by page, each in one tick. Ids may be added meanwhile. */
  async filter(isKept: (id: number) => boolean, breathe: () => Promise<void> | undefined): Promise<void> {
    for (let i = 0; i < this.#pages.length; ) {
      const page = this.#pages[i];
      this.length -= page.filter(isKept, this.#numbers[i] * PAGE_IDS);
      if (page.count > 0) i++;
      else {
        this.#pages.splice(i, 1);
        this.#numbers.splice(i, 1);
      }
      await breathe();
    }
  }

  get sizeBytes(): number {
    return this.#pages.reduce((total, { sizeBytes }) => total + sizeBytes, 16 * this.#numbers.length);
  }

  /** The last page, when it has this number, or one behind it. */
  #pageOf(number: number): Page {
    const last = this.#pages.length - 1;
    if (this.#numbers[last] === number) return this.#pages[last];
    const page = new Page();
    this.#pages.push(page);
    this.#numbers.push(number);
    return page;
  }
}

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly kept: number;
}

/** Ids of one page, without their upper halves. */
class Page {
  count = 0;
  /** In front of `count`, ascending; not used when there are bits. */
  #listed = new Uint16Array(LISTED_MIN);
  #bits: Uint32Array | undefined;

  add(low: number): void {
    if (!this.#bits && this.count === this.#listed.length) this.#grow();
    if (this.#bits) this.#bits[low >>> 5] |= 1 << (low & 31);
    else this.#listed[this.count] = low;
    this.count++;
  }

  /** Copies the ids to `target` from `at` on, and returns the end. */
  copyTo(base: number, target: Uint32Array, at: number): number {
    let to = at;
    if (!this.#bits) {
      for (let i = 0; i < this.count; i++) target[to++] = base + this.#listed[i];
      return to;
    }
    for (let word = 0; word < PAGE_WORDS; word++) {
      const first = base + 32 * word;
      let marks = this.#bits[word] | 0;
      if (marks === ALL) for (let bit = 0; bit < 32; bit++) target[to++] = first + bit;
      else for (; marks !== 0; marks &= marks - 1) target[to++] = first + lowestBit(marks);
    }
    return to;
  }

  /** Moves those of the ids `from .. to` of this page that are in it to place `kept` and on; returns their end. */
  intersect(ids: Uint32Array, { from, to, kept }: Stretch): number {
    let end = kept;
    if (this.#bits) {
      for (let i = from; i < to; i++) {
        const id = ids[i];
        if ((this.#bits[(id & PAGE_MASK) >>> 5] & (1 << (id & 31))) !== 0) ids[end++] = id;
      }
      return end;
    }
    for (let i = from, at = 0; i < to && at < this.count; ) {
      const low = ids[i] & PAGE_MASK;
      if (this.#listed[at] < low) at++;
      else if (this.#listed[at] === low) ids[end++] = ids[i++];
      else i++;
    }
    return end;
  }

  /** Returns how many ids were not kept. */
  filter(isKept: (id: number) => boolean, base: number): number {
    const before = this.count;
    if (this.#bits) this.#filterBits(this.#bits, isKept, base);
    else {
      let kept = 0;
      for (let i = 0; i < before; i++) {
        if (isKept(base + this.#listed[i])) this.#listed[kept++] = this.#listed[i];
      }
      this.count = kept;
    }
    if (2 * this.count < before) this.#shrink();
    return before - this.count;
  }

  get sizeBytes(): number {
    return this.#bits ? this.#bits.byteLength : this.#listed.byteLength;
  }

  #filterBits(bits: Uint32Array, isKept: (id: number) => boolean, base: number): void {
    this.count = 0;
    for (let word = 0; word < PAGE_WORDS; word++) {
      let kept = bits[word];
      for (let marks = kept; marks !== 0; marks &= marks - 1) {
        const bit = lowestBit(marks);
        if (!isKept(base + 32 * word + bit)) kept &= ~(1 << bit);
      }
      bits[word] = kept;
      this.count += bitCount(kept);
    }
  }

  #grow(): void {
    if (this.count < LISTED_MAX) {
      const listed = new Uint16Array(2 * this.count);
      listed.set(this.#listed);
      this.#listed = listed;
      return;
    }
    this.#bits = new Uint32Array(PAGE_WORDS);
    for (const low of this.#listed) this.#bits[low >>> 5] |= 1 << (low & 31);
    this.#listed = new Uint16Array(0);
  }

  /** Lists the ids anew, in as little as they take now. */
  #shrink(): void {
    if (this.count >= LISTED_MAX) return;
    const ids = new Uint32Array(this.count);
    this.copyTo(0, ids, 0);
    this.#listed = new Uint16Array(Math.max(LISTED_MIN, 2 ** Math.ceil(Math.log2(this.count))));
    this.#listed.set(ids);
    this.#bits = undefined;
  }
}

/** Number of the lowest bit that is set, of at least one. */
function lowestBit(marks: number): number {
  return 31 - Math.clz32(marks & -marks);
}
