import { randomBytes } from 'node:crypto';
import { decodeText, KnownSeries } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';
import { decodeAnswer } from './decoders.js';

/** Behind a series, makes a line of text of it. */
const VALUE = new TextEncoder().encode(' 0\n');

/**
 * What all targets expose, remembered by what series are written as, which most targets of a job have in common: each
 * has a number then, and in the next answer of any target is known by it without its labels being read.
 */
export class ExposedSeries {
  readonly #sizeBytesMax: number;
  /** Made when the first answer comes: its memory is laid out at once. */
  #known: KnownSeries | undefined;
  readonly #numbering = {};
  readonly #single = new WriteBatch();

  /** @param options.sizeBytesMax Memory for what series are written as; those that have no room are read each time. */
  constructor({ sizeBytesMax }: { readonly sizeBytesMax: number }) {
    this.#sizeBytesMax = sizeBytesMax;
  }

  /** Changes when numbers mean something else than before. Only `decode` does that. */
  get generation(): number {
    return this.#knownSeries.generation;
  }

  /**
   * Decodes an answer, as `decodeAnswer`. The references of the batch are numbers of series, 0 where one has none;
   * series that had one before are there by it alone.
   *
   * @throws TinyObsError those of `decodeAnswer`
   */
  decode(body: Uint8Array, contentType: string, batch: WriteBatch): void {
    const known = this.#knownSeries;
    known.begin(batch, this.#numbering);
    decodeAnswer(body, contentType, { batch, known });
    known.enumerate(batch);
  }

  /** A batch whose only series is the one of a number, with labels as targets have them; valid until the next call. */
  labelsOf(number: number): WriteBatch {
    const written = this.#knownSeries.bytesOf(number);
    const line = new Uint8Array(written.length + VALUE.length);
    line.set(written);
    line.set(VALUE, written.length);
    this.#single.clear();
    decodeText(line, this.#single, { nowMs: 0, keepsEmptyLabels: true });
    return this.#single;
  }

  get #knownSeries(): KnownSeries {
    this.#known ??= new KnownSeries({
      sizeBytesMax: this.#sizeBytesMax,
      seed: randomBytes(8).readBigUInt64LE(),
    });
    return this.#known;
  }
}
