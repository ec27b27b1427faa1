import { type WriteBatch, writeVarint } from '@tinyobs/model';
import type { Attributes } from './attributes.js';
import { LabelForm } from './labelForm.js';
import type { LabelPair } from './labelPair.js';
import { copyBytes, type TextList } from './textList.js';

/** Bytes of a length. */
const LENGTH_BYTES_MAX = 5;

const SEMICOLON = 0x3b;
const NOTHING = new Uint8Array(0);

/**
 * The labels of one data point as canonical bytes, with a gap for the metric name and one for the label by which its
 * series differ (`le`, `quantile`): the series of a histogram are copies of the same bytes.
 */
export class PointLabels {
  #bytes = new Uint8Array(4096);
  #length = 0;
  #nameAt = 0;
  #ownAt = 0;
  readonly #form = new LabelForm();

  /**
   * Takes the labels of a point: those that its scope gives to every series, and its attributes, sorted as labels.
   * Attributes with the same name become one, with their values joined by `;`; one without a value is none.
   *
   * @param ownName Name of the label by which the series of the point differ; empty for none.
   */
  begin(attributes: Attributes, scope: readonly LabelPair[], ownName: Uint8Array): void {
    const form = this.#form;
    form.follow(attributes, scope, ownName);
    this.#length = 0;
    let from = 0;
    for (let piece = 0; piece <= form.valueCount; piece++) {
      if (piece === form.namePiece) this.#nameAt = this.#length + form.nameAt - from;
      if (piece === form.ownPiece) this.#ownAt = this.#length + form.ownAt - from;
      const to = form.pieceEnds[piece];
      this.#reserve(to - from);
      this.#length = copyBytes(form.bytes, from, to, this.#bytes, this.#length);
      if (piece < form.valueCount && !this.#addValue(attributes.values, piece)) {
        this.#length -= to - form.nameStarts[piece];
      }
      from = to;
    }
  }

  /** Adds the series with these labels, a metric name and, where the kind has it, a label of its own. */
  commit(batch: WriteBatch, name: Uint8Array, own: Uint8Array = NOTHING): number {
    let end = batch.reserveArena(this.#length + name.length + own.length);
    const { arena } = batch;
    const bytes = this.#bytes;
    // `__name__` comes before `le` and `quantile` in the order of bytes.
    end = copyBytes(bytes, 0, this.#nameAt, arena, end);
    end = copyBytes(name, 0, name.length, arena, end);
    end = copyBytes(bytes, this.#nameAt, this.#ownAt, arena, end);
    end = copyBytes(own, 0, own.length, arena, end);
    end = copyBytes(bytes, this.#ownAt, this.#length, arena, end);
    return batch.commitSeries(end);
  }

  /** Adds a value of the form; false when it is empty. */
  #addValue(values: TextList, place: number): boolean {
    const { firsts, attributes } = this.#form;
    if (firsts[place + 1] > firsts[place] + 1) {
      return this.#addJoined(values, attributes.slice(firsts[place], firsts[place + 1]));
    }
    const attribute = attributes[firsts[place]];
    if (values.isEmptyAt(attribute)) return false;
    this.#addLength(lengthAt(values, attribute));
    this.#addText(values, attribute);
    return true;
  }

  #addJoined(values: TextList, attributes: readonly number[]): boolean {
    const given = attributes.filter((attribute) => !values.isEmptyAt(attribute));
    if (given.length === 0) return false;
    this.#addLength(given.reduce((sum, attribute) => sum + lengthAt(values, attribute), given.length - 1));
    for (const [i, attribute] of given.entries()) {
      if (i > 0) this.#bytes[this.#length++] = SEMICOLON;
      this.#addText(values, attribute);
    }
    return true;
  }

  /** A length, and room for so many bytes behind it. */
  #addLength(sizeBytes: number): void {
    this.#reserve(LENGTH_BYTES_MAX + sizeBytes);
    this.#length = writeVarint(sizeBytes, this.#bytes, this.#length);
  }

  #addText({ bytes, starts }: TextList, index: number): void {
    this.#length = copyBytes(bytes, starts[index], starts[index + 1], this.#bytes, this.#length);
  }

  #reserve(sizeBytes: number): void {
    if (this.#length + sizeBytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + sizeBytes));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

function lengthAt({ starts }: TextList, index: number): number {
  return starts[index + 1] - starts[index];
}
