import { type ErrorCode, LabelsBuilder, type WriteBatch, writeVarint } from '@tinyobs/model';
import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { findInvalidUtf8 } from '../utf8.js';
import { COPY_SLACK_BYTES, copyWords } from './copyWords.js';
import { LABEL_NAME_TAG, LABEL_VALUE_TAG, SERIES_LABEL_TAG } from './fields.js';
import { LabelReader } from './labelReader.js';
import { isBelow, isMetricName, quotedBytes, viewOf } from './labelText.js';

const HIGH_BITS = 0x80808080 | 0;

/** A Label field whose name and value have a byte each takes this much more than its tag. */
const PLAIN_LABEL_BYTES_MIN = 7;

/** Reaches past the end of every message. */
const NO_LENGTH = 2 ** 30;

/**
 * The labels of one TimeSeries on their way to canonical bytes. Those that come as every client sends them,
 * short, not empty and in the order of their names, as remote write demands, are written straight into the
 * batch's arena, behind its last series. All others, and those that something is wrong with, take the way
 * through a builder.
 */
export class SeriesLabels {
  /** After `end`, what is wrong with the series; its samples are refused by it. */
  problemCode: ErrorCode | undefined;
  problem = '';

  readonly #reader: ProtobufReader;
  readonly #batch: WriteBatch;
  readonly #label: LabelReader;
  readonly #builder = new LabelsBuilder();

  #arena: Uint8Array;
  #arenaView: DataView;
  /** Where the labels in the arena end. */
  #arenaAt = 0;
  /** Whether all labels so far are in the arena, as they came. */
  isPlain = true;
  /** Where the metric name stands; empty when there is none. */
  #metricStart = 0;
  #metricEnd = 0;

  constructor(reader: ProtobufReader, batch: WriteBatch) {
    this.#reader = reader;
    this.#batch = batch;
    this.#label = new LabelReader(reader);
    this.#arena = batch.arena;
    this.#arenaView = viewOf(batch.arena);
  }

  /** Starts a series with the labels that stand first in its message, which ends at `end`. */
  begin(end: number): void {
    // Canonical bytes are shorter than the message.
    this.#arenaAt = this.#batch.reserveArena(end - this.#reader.at + COPY_SLACK_BYTES);
    if (this.#arena !== this.#batch.arena) {
      this.#arena = this.#batch.arena;
      this.#arenaView = viewOf(this.#arena);
    }
    this.isPlain = true;
    this.#metricStart = this.#metricEnd = 0;
    this.problemCode = undefined;
    this.#takePlain(end);
  }

  /** Reads one more Label message, which ends at `end`. @throws TinyObsError `malformed_body` */
  add(end: number): void {
    this.#label.read(end);
    this.isPlain = false;
  }

  /** Ends the labels. `fieldsStart .. fieldsEnd` is the message they are part of, for a second look at it. */
  end(fieldsStart: number, fieldsEnd: number): void {
    if (!this.isPlain) this.#gather(fieldsStart, fieldsEnd);
    if (this.problemCode === undefined && this.#metricStart === this.#metricEnd) {
      this.#setProblem('invalid_metric_name', 'the series has no label __name__');
    }
  }

  /** Adds the series to the batch; for once after `end`, when there is no problem. Returns its index. */
  commit(): number {
    return this.isPlain ? this.#batch.commitSeries(this.#arenaAt) : this.#builder.writeTo(this.#batch);
  }

  /** The series for a message, by its metric. */
  describe(): string {
    if (this.#metricStart === this.#metricEnd) return 'series without a name';
    return `metric ${quotedBytes(this.#reader.bytes, this.#metricStart, this.#metricEnd)}`;
  }

  /**
   * Takes Label fields as long as they are plain: name and value in this order, neither empty, the value's
   * length in at most two bytes and the name's in one, the name above the one before, text in UTF-8. Leaves the
   * reader at the first field that is anything else.
   */
  #takePlain(end: number): void {
    const { bytes, view } = this.#reader;
    const arena = this.#arena;
    const arenaView = this.#arenaView;
    let to = this.#arenaAt;
    let at = this.#reader.at;
    let previousStart = 0;
    let previousEnd = 0;
    while (end - at > PLAIN_LABEL_BYTES_MIN && bytes[at] === SERIES_LABEL_TAG) {
      const nameTagAt = bytes[at + 1] < 0x80 ? at + 2 : at + 3;
      const labelLength = readShortLength(bytes, at + 1);
      const nameStart = nameTagAt + 2;
      const nameLength = bytes[nameTagAt + 1];
      const nameEnd = nameStart + nameLength;
      const labelEnd = nameTagAt + labelLength;
      if (labelEnd > end || nameEnd + 2 > labelEnd) break;
      if (bytes[nameTagAt] !== LABEL_NAME_TAG || nameLength >= 0x80) break;
      const valueStart = bytes[nameEnd + 1] < 0x80 ? nameEnd + 2 : nameEnd + 3;
      const valueLength = readShortLength(bytes, nameEnd + 1);
      if (bytes[nameEnd] !== LABEL_VALUE_TAG || valueStart + valueLength !== labelEnd) break;
      if (valueLength === 0 || !isBelow(bytes, previousStart, previousEnd, nameStart, nameEnd)) break;

      arena[to] = nameLength;
      const nameBits = copyWords(view, nameStart, arenaView, to + 1, nameLength);
      if ((nameBits & HIGH_BITS) !== 0 && findInvalidUtf8(bytes, nameStart, nameEnd) >= 0) break;
      const valueTo = writeVarint(valueLength, arena, to + 1 + nameLength);
      const valueBits = copyWords(view, valueStart, arenaView, valueTo, valueLength);
      if ((valueBits & HIGH_BITS) !== 0 && findInvalidUtf8(bytes, valueStart, labelEnd) >= 0) break;

      if (isMetricName(view, nameStart, nameEnd)) {
        this.#metricStart = valueStart;
        this.#metricEnd = labelEnd;
      }
      previousStart = nameStart;
      previousEnd = nameEnd;
      to = valueTo + valueLength;
      at = labelEnd;
    }
    this.#arenaAt = to;
    this.#reader.at = at;
  }

  /** Takes all labels of the message again, through a builder that orders them and finds what is wrong. */
  #gather(fieldsStart: number, fieldsEnd: number): void {
    const reader = this.#reader;
    const label = this.#label;
    this.#metricStart = this.#metricEnd = 0;
    this.#builder.reset();
    reader.at = fieldsStart;
    while (reader.at < fieldsEnd) {
      const tag = reader.readTag(fieldsEnd);
      if (tag !== SERIES_LABEL_TAG) {
        reader.skipUnknown(tag, fieldsEnd, 0);
        continue;
      }
      label.read(reader.readLength(fieldsEnd));
      if (!this.#gatherLabel()) return;
    }
    const problem = this.#builder.findProblem();
    if (problem !== undefined) this.#setProblem('invalid_label', problem);
  }

  #gatherLabel(): boolean {
    const { bytes, view } = this.#reader;
    const { nameStart, nameEnd, valueStart, valueEnd } = this.#label;
    const isMetric = isMetricName(view, nameStart, nameEnd);
    if (isMetric) {
      this.#metricStart = valueStart;
      this.#metricEnd = valueEnd;
    }
    const nameIsText = findInvalidUtf8(bytes, nameStart, nameEnd) < 0;
    if (!nameIsText || findInvalidUtf8(bytes, valueStart, valueEnd) >= 0) {
      const code = isMetric ? 'invalid_metric_name' : 'invalid_label';
      const name = quotedBytes(bytes, nameStart, nameEnd);
      return this.#setProblem(code, `the ${nameIsText ? 'value' : 'name'} of label ${name} is not UTF-8`);
    }
    this.#builder.addName(bytes, nameStart, nameEnd);
    this.#builder.addValue(bytes, valueStart, valueEnd);
    return true;
  }

  #setProblem(code: ErrorCode, problem: string): false {
    this.problemCode = code;
    this.problem = problem;
    return false;
  }
}

/** A length of one or two bytes; of a longer one `NO_LENGTH`. */
function readShortLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return first;
  const second = bytes[at + 1];
  return second < 0x80 ? (first & 0x7f) | (second << 7) : NO_LENGTH;
}
