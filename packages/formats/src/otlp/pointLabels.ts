import { type WriteBatch, writeVarint } from '@tinyobs/model';
import { type Attributes, compareBytes } from './attributes.js';
import { type LabelPair, METRIC_NAME_BYTES } from './labelPair.js';

/** Bytes that the lengths of a label and the separators of joined values can take beside it. */
const LENGTHS_BYTES_MAX = 10;

const COPIED_BY_LOOP_MAX = 64;
const SEMICOLON = 0x3b;
const NOTHING = new Uint8Array(0);

/**
 * The labels of one data point as canonical bytes, with a gap for the metric name and one for the label by which its
 * series differ (`le`, `quantile`): the series of a histogram are copies of the same bytes.
 */
export class PointLabels {
  #bytes = new Uint8Array(4096);
  #length = 0;
  /** Where the metric name goes, and the label by which the series of a point differ. */
  #nameAt = -1;
  #ownAt = -1;
  #ownName: Uint8Array = NOTHING;

  /**
   * Takes the labels of a point: those that its scope gives to every series, and its attributes, whose names are
   * escaped and in order. Attributes with the same name become one, with their values joined by `;`; one with a name
   * of ours is left out.
   *
   * @param ownName Name of the label by which the series of the point differ; empty for none.
   */
  begin(attributes: Attributes, scope: readonly LabelPair[], ownName: Uint8Array): void {
    const { order, count } = attributes;
    this.#length = 0;
    this.#nameAt = this.#ownAt = -1;
    this.#ownName = ownName;
    let next = 0;
    for (const pair of scope) {
      while (next < count && this.#order(attributes, order[next], pair.name) < 0) {
        next = this.#takeAttribute(attributes, next);
      }
      const isGiven = next < count && this.#order(attributes, order[next], pair.name) === 0;
      if (isGiven && pair.yields) continue;
      const isOurs = this.#passGaps(pair.name, 0, pair.name.length);
      if (!isOurs) this.#append(pair.bytes, 0, pair.bytes.length);
      while (next < count && this.#order(attributes, order[next], pair.name) === 0) next++;
    }
    while (next < count) next = this.#takeAttribute(attributes, next);
    if (this.#nameAt < 0) this.#nameAt = this.#length;
    if (this.#ownAt < 0) this.#ownAt = this.#length;
  }

  /** Adds the series with these labels, a metric name and, where the kind has it, a label of its own. */
  commit(batch: WriteBatch, name: Uint8Array, own: Uint8Array = NOTHING): number {
    // `__name__` comes before `le` and `quantile` in the order of bytes.
    let end = batch.reserveArena(this.#length + name.length + own.length);
    const { arena } = batch;
    end = copy(this.#bytes, 0, this.#nameAt, arena, end);
    end = copy(name, 0, name.length, arena, end);
    end = copy(this.#bytes, this.#nameAt, this.#ownAt, arena, end);
    end = copy(own, 0, own.length, arena, end);
    end = copy(this.#bytes, this.#ownAt, this.#length, arena, end);
    return batch.commitSeries(end);
  }

  #order({ bytes, offsets }: Attributes, attribute: number, name: Uint8Array): number {
    return compareBytes(bytes, offsets[4 * attribute], offsets[4 * attribute + 1], name, 0, name.length);
  }

  /** Takes all attributes that have the name of the one at `place` of the order; returns the place behind them. */
  #takeAttribute(attributes: Attributes, place: number): number {
    const { order, count, bytes, offsets } = attributes;
    const first = order[place];
    const nameStart = offsets[4 * first];
    const nameEnd = offsets[4 * first + 1];
    let end = place + 1;
    while (end < count && attributes.haveSameName(order[end], first)) end++;
    if (this.#passGaps(bytes, nameStart, nameEnd)) return end;
    if (end === place + 1) this.#appendLabel(attributes, first);
    else this.#appendJoined(attributes, place, end);
    return end;
  }

  /** Notes the gaps that come before a name; true when it is the name of one of them. */
  #passGaps(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#nameAt < 0) {
      const order = compareBytes(bytes, start, end, METRIC_NAME_BYTES, 0, METRIC_NAME_BYTES.length);
      if (order >= 0) this.#nameAt = this.#length;
      if (order === 0) return true;
    }
    if (this.#ownAt >= 0 || this.#nameAt < 0) return false;
    const own = this.#ownName;
    const order = compareBytes(bytes, start, end, own, 0, own.length);
    if (order >= 0) this.#ownAt = this.#length;
    return order === 0;
  }

  #appendLabel({ bytes, offsets }: Attributes, attribute: number): void {
    const nameStart = offsets[4 * attribute];
    const nameEnd = offsets[4 * attribute + 1];
    const valueStart = offsets[4 * attribute + 2];
    const valueEnd = offsets[4 * attribute + 3];
    if (valueStart === valueEnd) return;
    this.#appendLength(nameEnd - nameStart);
    this.#append(bytes, nameStart, nameEnd);
    this.#appendLength(valueEnd - valueStart);
    this.#append(bytes, valueStart, valueEnd);
  }

  #appendJoined({ bytes, offsets, order }: Attributes, from: number, to: number): void {
    const given = order.slice(from, to).filter((one) => offsets[4 * one + 3] > offsets[4 * one + 2]);
    if (given.length === 0) return;
    const valueBytes = given.reduce((sum, one) => sum + offsets[4 * one + 3] - offsets[4 * one + 2], 0);
    const nameStart = offsets[4 * given[0]];
    const nameEnd = offsets[4 * given[0] + 1];
    this.#appendLength(nameEnd - nameStart);
    this.#append(bytes, nameStart, nameEnd);
    this.#appendLength(valueBytes + given.length - 1);
    for (const [i, one] of given.entries()) {
      if (i > 0) this.#bytes[this.#length++] = SEMICOLON;
      this.#append(bytes, offsets[4 * one + 2], offsets[4 * one + 3]);
    }
  }

  #appendLength(length: number): void {
    this.#reserve(LENGTHS_BYTES_MAX);
    this.#length = writeVarint(length, this.#bytes, this.#length);
  }

  #append(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start + LENGTHS_BYTES_MAX);
    this.#length = copy(source, start, end, this.#bytes, this.#length);
  }

  #reserve(sizeBytes: number): void {
    if (this.#length + sizeBytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + sizeBytes));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** A loop is faster than `set` on a `subarray` for few bytes. Returns the end of the copy. */
function copy(source: Uint8Array, start: number, end: number, target: Uint8Array, to: number): number {
  if (end - start > COPIED_BY_LOOP_MAX) {
    target.set(source.subarray(start, end), to);
    return to + end - start;
  }
  let at = to;
  for (let i = start; i < end; i++) target[at++] = source[i];
  return at;
}
