import { writeVarint } from '@tinyobs/model';
import type { Attributes } from './attributes.js';
import { type LabelPair, METRIC_NAME_BYTES } from './labelPair.js';
import { compareBytes, copyBytes } from './textList.js';

/** Bytes of a length. */
const LENGTH_BYTES_MAX = 5;

const NO_ATTRIBUTES = {};
const NO_PAIRS: readonly LabelPair[] = [];
const NO_NAME = new Uint8Array(0);

/**
 * What the labels of points with the same keys in the same scope have in common, in canonical bytes: the pieces between
 * their values, and which values come where. Piece i ends with the name of the label whose value comes behind it; the
 * last piece ends the labels. An attribute with a name of ours (the metric name, `ownName`) is in none of them.
 */
export class LabelForm {
  bytes = new Uint8Array(1024);
  /** Values, one fewer than pieces. */
  valueCount = 0;
  readonly pieceEnds: number[] = [];
  /** Where, in the bytes, the name that piece i ends with begins. */
  readonly nameStarts: number[] = [];
  /** Value i is that of the attributes `attributes[firsts[i] .. firsts[i + 1]]`, several where they have one name. */
  readonly firsts: number[] = [];
  readonly attributes: number[] = [];
  /** The pieces, and places in the bytes, where the metric name goes and the label by which series of a point differ. */
  namePiece = 0;
  nameAt = 0;
  ownPiece = 0;
  ownAt = 0;

  #end = 0;
  #hasName = false;
  #hasOwn = false;
  /** What the form was made for. */
  #source: object = NO_ATTRIBUTES;
  #version = -1;
  #scope = NO_PAIRS;
  #ownName: Uint8Array = NO_NAME;

  /** Makes it the form of these attributes, sorted as labels, of a point in a scope that has these labels. */
  follow(attributes: Attributes, scope: readonly LabelPair[], ownName: Uint8Array): void {
    const isSame = this.#version === attributes.version && this.#source === attributes;
    if (isSame && this.#scope === scope && this.#ownName === ownName) return;
    this.#source = attributes;
    this.#version = attributes.version;
    this.#scope = scope;
    this.#ownName = ownName;
    this.#make(attributes, scope);
  }

  #make(attributes: Attributes, scope: readonly LabelPair[]): void {
    const { count } = attributes;
    this.#end = this.valueCount = this.pieceEnds.length = this.nameStarts.length = 0;
    this.firsts.length = this.attributes.length = 0;
    this.firsts.push(0);
    this.#hasName = this.#hasOwn = false;
    let next = 0;
    for (const pair of scope) {
      while (next < count && orderOf(attributes, next, pair.name) < 0)
        next = this.#addAttribute(attributes, next);
      const isGiven = next < count && orderOf(attributes, next, pair.name) === 0;
      if (isGiven && pair.yields) continue;
      if (!this.#passGaps(pair.name, 0, pair.name.length)) this.#append(pair.bytes, 0, pair.bytes.length);
      while (next < count && orderOf(attributes, next, pair.name) === 0) next++;
    }
    while (next < count) next = this.#addAttribute(attributes, next);
    if (!this.#hasName) this.#setNameGap();
    if (!this.#hasOwn) this.#setOwnGap();
    this.pieceEnds.push(this.#end);
  }

  /** Adds the attributes that have the name of the one at `place` of the order; returns the place behind them. */
  #addAttribute({ names, order, count }: Attributes, place: number): number {
    const first = order[place];
    let end = place + 1;
    while (end < count && names.compare(order[end], first) === 0) end++;
    const start = names.starts[first];
    const nameEnd = names.starts[first + 1];
    if (this.#passGaps(names.bytes, start, nameEnd)) return end;
    this.nameStarts.push(this.#end);
    this.#reserve(LENGTH_BYTES_MAX);
    this.#end = writeVarint(nameEnd - start, this.bytes, this.#end);
    this.#append(names.bytes, start, nameEnd);
    this.pieceEnds.push(this.#end);
    for (let i = place; i < end; i++) this.attributes.push(order[i]);
    this.firsts.push(this.attributes.length);
    this.valueCount++;
    return end;
  }

  /** Sets the gaps that come before a name; true when it is the name of one of them. */
  #passGaps(bytes: Uint8Array, start: number, end: number): boolean {
    if (!this.#hasName) {
      const order = compareBytes(bytes, start, end, METRIC_NAME_BYTES, 0, METRIC_NAME_BYTES.length);
      if (order < 0) return false;
      this.#setNameGap();
      if (order === 0) return true;
    }
    if (this.#hasOwn) return false;
    const order = compareBytes(bytes, start, end, this.#ownName, 0, this.#ownName.length);
    if (order >= 0) this.#setOwnGap();
    return order === 0;
  }

  #setNameGap(): void {
    this.#hasName = true;
    this.namePiece = this.valueCount;
    this.nameAt = this.#end;
  }

  #setOwnGap(): void {
    this.#hasOwn = true;
    this.ownPiece = this.valueCount;
    this.ownAt = this.#end;
  }

  #append(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    this.#end = copyBytes(source, start, end, this.bytes, this.#end);
  }

  #reserve(sizeBytes: number): void {
    if (this.#end + sizeBytes <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.#end + sizeBytes));
    grown.set(this.bytes.subarray(0, this.#end));
    this.bytes = grown;
  }
}

function orderOf({ names, order }: Attributes, place: number, name: Uint8Array): number {
  return names.compareTo(order[place], name, 0, name.length);
}
