import { HELD_STRETCH_BYTES } from '../limits.js';

interface Stretch {
  /** The number behind its last record. */
  endSeq: number;
  sizeBytes: number;
}

/** How many bytes write-ahead records take, by stretches of about a mebibyte: a number for each record would be too many. */
export class HeldSizes {
  #stretches: Stretch[] = [];

  /** A record was written, the one behind all before. */
  add(seq: number, sizeBytes: number): void {
    const last = this.#stretches.at(-1);
    if (last === undefined || last.sizeBytes >= HELD_STRETCH_BYTES) {
      this.#stretches.push({ endSeq: seq + 1, sizeBytes });
      return;
    }
    last.endSeq = seq + 1;
    last.sizeBytes += sizeBytes;
  }

  /** Forgets the stretches of which nothing is left. */
  dropBefore(seq: number): void {
    const first = this.#stretches.findIndex(({ endSeq }) => endSeq > seq);
    this.#stretches = first < 0 ? [] : this.#stretches.slice(first);
  }

  /** Of records from `fromSeq` up to but without `beforeSeq`, about. */
  between(fromSeq: number, beforeSeq: number): number {
    let sum = 0;
    for (const { endSeq, sizeBytes } of this.#stretches) {
      if (endSeq > fromSeq && endSeq <= beforeSeq) sum += sizeBytes;
    }
    return sum;
  }

  /** Where records begin of which at most `sizeBytesMax` bytes are before `beforeSeq`; not before `fromSeq`. */
  startOf(sizeBytesMax: number, { fromSeq, beforeSeq }: { fromSeq: number; beforeSeq: number }): number {
    let left = this.between(fromSeq, beforeSeq);
    let start = fromSeq;
    for (const { endSeq, sizeBytes } of this.#stretches) {
      if (left <= sizeBytesMax || endSeq > beforeSeq) break;
      if (endSeq <= fromSeq) continue;
      start = endSeq;
      left -= sizeBytes;
    }
    return start;
  }
}
