import { bitCount } from '../manifest/seriesBits.js';
import { grown } from './grownArray.js';

/** Ids of one block; the rows of a block are let go together. */
const BLOCK_IDS = 64;
const BLOCK_SHIFT = 6;
const BLOCK_MASK = BLOCK_IDS - 1;

/**
 * Where arrays keep what they know of each series: its row. Ids climb for ever, so a block of consecutive ids has
 * rows only while one of them is held, and the rows of blocks that are let go serve later ones: arrays by row are
 * as long as the most series there were at a time, in their blocks. What grows with the ids are 4 B for 64 of them.
 *
 * An id is held from `add` to `release`; between `retire` and `release` it has its row, but is not live any more.
 * Ids without a row share those of the first block, where arrays hold zeros.
 */
export class SeriesRows {
  /** Live ids. */
  count = 0;
  /** One past the greatest id there ever was. */
  end = 0;
  /** One past the greatest row. */
  rowEnd = BLOCK_IDS;
  /** The block of rows of each block of ids; 0 for none. */
  #blocks = new Uint32Array(64);
  /** Two words of bits a block of rows: the ids that are live, and those that are held. */
  #live = new Uint32Array(64);
  #held = new Uint32Array(64);
  readonly #free: number[] = [];

  /** Gives an id that was never there before its row. */
  add(id: number): number {
    const at = id >>> BLOCK_SHIFT;
    if (id >= this.end) this.skipTo(id + 1);
    if (this.#blocks[at] === 0) this.#blocks[at] = this.#takeBlock();
    const word = this.#wordOf(id);
    const bit = 1 << (id & 31);
    this.#live[word] |= bit;
    this.#held[word] |= bit;
    this.count++;
    return this.rowOf(id);
  }

  /** Lets ids begin behind those below `end`, of which those that were not added never are. */
  skipTo(end: number): void {
    if (end <= this.end) return;
    const blocks = (end + BLOCK_MASK) >>> BLOCK_SHIFT;
    if (blocks > this.#blocks.length) this.#blocks = grown(this.#blocks, blocks);
    this.end = end;
  }

  /** The row of an id below `end`. */
  rowOf(id: number): number {
    return this.#blocks[id >>> BLOCK_SHIFT] * BLOCK_IDS + (id & BLOCK_MASK);
  }

  /** Whether an id is live. */
  has(id: number): boolean {
    return id < this.end && (this.#live[this.#wordOf(id)] & (1 << (id & 31))) !== 0;
  }

  /** The least live id from `id` on; `end` when there is none. */
  next(id: number): number {
    for (let at = id; at < this.end; at = (at | 31) + 1) {
      const block = this.#blocks[at >>> BLOCK_SHIFT];
      if (block === 0) {
        at |= BLOCK_MASK;
        continue;
      }
      const marks = this.#live[this.#wordOf(at)] >>> (at & 31);
      if (marks !== 0) return at + (31 - Math.clz32(marks & -marks));
    }
    return this.end;
  }

  /** Live ids from `start` up to `end`. */
  countIn(start: number, end: number): number {
    let count = 0;
    const stop = Math.min(end, this.end);
    for (let id = start; id < stop; ) {
      const isWhole = (id & 31) === 0 && id + 32 <= stop;
      if (isWhole) count += bitCount(this.#live[this.#wordOf(id)]);
      else if (this.has(id)) count++;
      id += isWhole ? 32 : 1;
    }
    return count;
  }

  /** The live ids below `end`, ascending, in an array of its own. */
  ids(end: number): Uint32Array {
    const ids = new Uint32Array(Math.min(this.count, end));
    let count = 0;
    for (let id = this.next(0); id < end && id < this.end; id = this.next(id + 1)) ids[count++] = id;
    return ids.subarray(0, count);
  }

  /** Ends the life of a live id; its row stays until it is released. */
  retire(id: number): void {
    this.#live[this.#wordOf(id)] &= ~(1 << (id & 31));
    this.count--;
  }

  /** Lets the row of a retired id go, where arrays hold zeros, or what means the same, by now. */
  release(id: number): void {
    const word = this.#wordOf(id);
    this.#held[word] &= ~(1 << (id & 31));
    if (this.#held[word] !== 0 || this.#held[word ^ 1] !== 0) return;
    this.#free.push(this.#blocks[id >>> BLOCK_SHIFT]);
    this.#blocks[id >>> BLOCK_SHIFT] = 0;
  }

  get sizeBytes(): number {
    return 4 * (this.#blocks.length + this.#live.length + this.#held.length) + 8 * this.#free.length;
  }

  /** The word of an id's bits, which are never set for ids without a row. */
  #wordOf(id: number): number {
    return 2 * this.#blocks[id >>> BLOCK_SHIFT] + ((id >>> 5) & 1);
  }

  #takeBlock(): number {
    const given = this.#free.pop();
    if (given !== undefined) return given;
    const block = this.rowEnd / BLOCK_IDS;
    this.rowEnd += BLOCK_IDS;
    if (2 * block >= this.#live.length) {
      this.#live = grown(this.#live, 2 * block + 2);
      this.#held = grown(this.#held, 2 * block + 2);
    }
    return block;
  }
}
