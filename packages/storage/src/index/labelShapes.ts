import { HashSlots } from './hashSlots.js';
import { offsetOf, WordLists } from './wordLists.js';

/** Words before the names: how many names there are, and how many series use the shape. */
const HEAD_WORDS = 2;
const NONE = -1;

/**
 * The shapes of series: the symbols of their label names, in the order of the labels. Most series share theirs with many
 * others, so a series keeps the number of its shape beside its values. A shape that no series uses any more is gone.
 *
 * Shape 0 has no names: it is what is read of series that are not there.
 */
export class LabelShapes {
  /** A shape's number is its place here. */
  readonly #lists = new WordLists();
  readonly #slots = new HashSlots();
  /** The shape asked for last: the next series is likely to have the same. */
  #last = NONE;
  #sought = new Uint32Array(0);
  #soughtCount = 0;
  readonly #isSought = (shape: number) => this.#equals(shape);

  /** The shape of the first `count` names, with one more series that uses it. */
  use(names: Uint32Array<ArrayBuffer>, count: number): number {
    this.#sought = names;
    this.#soughtCount = count;
    if (this.#last === NONE || !this.#equals(this.#last)) {
      const hash = hashNames(names, 0, count);
      const known = this.#slots.find(hash, this.#isSought);
      this.#last = known >= 0 ? known : this.#add(hash);
    }
    this.#lists.segmentOf(this.#last)[offsetOf(this.#last) + 1]++;
    return this.#last;
  }

  /** One series less uses a shape. */
  disuse(shape: number): void {
    const words = this.#lists.segmentOf(shape);
    const at = offsetOf(shape);
    if (--words[at + 1] > 0) return;
    this.#slots.remove(hashNames(words, at + HEAD_WORDS, words[at]), shape);
    this.#lists.giveBack(shape, HEAD_WORDS + words[at]);
    this.#last = NONE;
  }

  lengthOf(shape: number): number {
    return this.#lists.segmentOf(shape)[offsetOf(shape)];
  }

  /** Symbol of one of the names. */
  nameAt(shape: number, position: number): number {
    return this.#lists.segmentOf(shape)[offsetOf(shape) + HEAD_WORDS + position];
  }

  /** Symbols of the names. */
  names(shape: number): Uint32Array {
    const start = offsetOf(shape) + HEAD_WORDS;
    return this.#lists.segmentOf(shape).subarray(start, start + this.lengthOf(shape));
  }

  /** Where a name is among those of a shape; -1 when it has no such name. */
  positionOf(shape: number, name: number): number {
    const words = this.#lists.segmentOf(shape);
    const start = offsetOf(shape) + HEAD_WORDS;
    const end = start + words[start - HEAD_WORDS];
    for (let at = start; at < end; at++) if (words[at] === name) return at - start;
    return -1;
  }

  get sizeBytes(): number {
    return this.#lists.sizeBytes + this.#slots.sizeBytes;
  }

  #add(hash: number): number {
    const count = this.#soughtCount;
    const shape = this.#lists.allocate(HEAD_WORDS + count);
    const words = this.#lists.segmentOf(shape);
    const at = offsetOf(shape);
    words[at] = count;
    words[at + 1] = 0;
    for (let i = 0; i < count; i++) words[at + HEAD_WORDS + i] = this.#sought[i];
    this.#slots.add(hash, shape);
    return shape;
  }

  #equals(shape: number): boolean {
    const words = this.#lists.segmentOf(shape);
    const at = offsetOf(shape);
    const count = this.#soughtCount;
    if (words[at] !== count) return false;
    const first = at + HEAD_WORDS;
    for (let i = 0; i < count; i++) if (words[first + i] !== this.#sought[i]) return false;
    return true;
  }
}

function hashNames(words: Uint32Array, start: number, count: number): number {
  let hash = count;
  for (let i = start; i < start + count; i++) {
    hash = Math.imul(hash ^ words[i], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash >>> 0;
}
