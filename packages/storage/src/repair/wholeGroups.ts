import type { Piece, RunWriter } from '../flush/runWriter.js';
import { GROUP_PIECES } from '../rollup/bucketPieces.js';

/** Lets the buckets of a damaged rollup run through of which every column is there. */
export class WholeGroups {
  readonly #writer: RunWriter;
  #group: Piece[] = [];
  #nextNumber = 0;

  constructor(writer: RunWriter) {
    this.#writer = writer;
  }

  /** Takes the next sound piece of the run; what it holds is copied. */
  add(piece: Piece, number: number): void {
    const isNext = this.#group[0]?.series === piece.series && number === this.#nextNumber;
    if (!isNext) {
      this.#group = [];
      if (number % GROUP_PIECES !== 0) return;
    }
    const { offsets, words, count } = piece;
    this.#group.push({ ...piece, offsets: offsets.slice(0, count), words: words.slice(0, 2 * count) });
    this.#nextNumber = number + 1;
    if (this.#group.length < GROUP_PIECES) return;
    for (const whole of this.#group) this.#writer.add(whole);
    this.#group = [];
  }
}
