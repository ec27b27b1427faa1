import { type ErrorCode, LabelsBuilder, type WriteBatch } from '@tinyobs/model';
import { REMOTE_WRITE_LABELS_MAX } from '../limits.js';
import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { COPY_SLACK_BYTES, copyWords } from '../remoteWrite/copyWords.js';
import { isBelow, isMetricName, quotedBytes, viewOf } from '../remoteWrite/labelText.js';
import { References } from './references.js';
import type { Symbols } from './symbols.js';

const NONE = -1;

/** Bytes of the length before a text. */
const LENGTH_BYTES_MAX = 5;

/**
 * The labels of one TimeSeries on their way to canonical bytes, as `SeriesLabels` is for version 1.0. Those that come
 * as the specification demands, not empty and in the order of their names, are copied straight into the batch's
 * arena, length and all; others, and those that something is wrong with, take the way through a builder.
 */
export class ReferencedLabels {
  readonly references: References;
  /** After `end`, what is wrong with the series; its rows are refused by it. */
  problemCode: ErrorCode | undefined;
  problem = '';
  /** After `end`, the symbol of the metric name; -1 when there is none. */
  metric = NONE;

  readonly #reader: ProtobufReader;
  readonly #symbols: Symbols;
  readonly #batch: WriteBatch;
  readonly #builder = new LabelsBuilder();
  #arena: Uint8Array;
  #arenaView: DataView;
  /** Where the labels in the arena end; 0 when they are in the builder. */
  #arenaEnd = 0;

  constructor(reader: ProtobufReader, symbols: Symbols, batch: WriteBatch) {
    this.references = new References(reader);
    this.#reader = reader;
    this.#symbols = symbols;
    this.#batch = batch;
    this.#arena = batch.arena;
    this.#arenaView = viewOf(batch.arena);
  }

  begin(): void {
    this.references.reset();
    this.metric = NONE;
    this.problemCode = undefined;
  }

  /** Ends the labels, whose references are read. @throws TinyObsError `body_too_large` */
  end(): void {
    const sizeBytes = this.#checkReferences();
    if (this.problemCode !== undefined) {
      this.#findMetric();
      return;
    }
    this.#symbols.take(sizeBytes);
    this.#arenaEnd = this.#copy(sizeBytes);
    if (this.#arenaEnd === 0) this.#gather();
    if (this.problemCode === undefined && (this.metric < 0 || this.#symbols.sizeOf(this.metric) === 0)) {
      this.refuse('invalid_metric_name', 'the series has no label __name__');
    }
  }

  /** Adds the series to the batch; for once after `end`, when there is no problem. Returns its index. */
  commit(): number {
    return this.#arenaEnd > 0 ? this.#batch.commitSeries(this.#arenaEnd) : this.#builder.writeTo(this.#batch);
  }

  /** Lets all rows of the series be refused. */
  refuse(code: ErrorCode, problem: string): void {
    this.problemCode = code;
    this.problem = problem;
  }

  /** The series for a message, by its metric. */
  describe(): string {
    const { starts, ends } = this.#symbols;
    if (this.metric < 0 || starts[this.metric] === ends[this.metric]) return 'series without a name';
    return `metric ${quotedBytes(this.#reader.bytes, starts[this.metric], ends[this.metric])}`;
  }

  /** Bytes that the labels take, each text with its length; finds references that lead nowhere. */
  #checkReferences(): number {
    const { values, count, areTooMany } = this.references;
    const { canonicalStarts, starts, ends, count: symbolCount } = this.#symbols;
    if (areTooMany) {
      this.refuse('too_many_labels', `the series has more than ${REMOTE_WRITE_LABELS_MAX} labels`);
      return 0;
    }
    if (count % 2 !== 0) {
      this.refuse('invalid_label', `labels_refs has ${count} references, and so a name without a value`);
      return 0;
    }
    let sizeBytes = 0;
    for (let i = 0; i < count; i++) {
      const symbol = values[i];
      if (symbol >= symbolCount) {
        this.refuse('invalid_label', `labels_refs names symbol ${symbol} of ${symbolCount}`);
        return 0;
      }
      sizeBytes += ends[symbol] - (canonicalStarts[symbol] || starts[symbol] - LENGTH_BYTES_MAX);
    }
    return sizeBytes;
  }

  /** Finds the metric name among references of which some lead nowhere, for messages. */
  #findMetric(): void {
    const { values, count } = this.references;
    const { starts, ends, count: symbolCount } = this.#symbols;
    for (let i = 0; i + 1 < Math.min(count, values.length); i += 2) {
      const isThere = values[i] < symbolCount && values[i + 1] < symbolCount;
      if (isThere && isMetricName(this.#reader.view, starts[values[i]], ends[values[i]])) {
        this.metric = values[i + 1];
      }
    }
  }

  /** Copies labels as long as they are canonical; returns where they end, or 0 when one is not. */
  #copy(sizeBytes: number): number {
    const { bytes, view } = this.#reader;
    const { values, count } = this.references;
    const { canonicalStarts, starts, ends } = this.#symbols;
    const arenaView = this.#reserve(sizeBytes + COPY_SLACK_BYTES);
    let to = this.#batch.arenaLength;
    let before = NONE;
    for (let i = 0; i < count; i += 2) {
      const name = values[i];
      const value = values[i + 1];
      const nameAt = canonicalStarts[name];
      const valueAt = canonicalStarts[value];
      if (nameAt === 0 || valueAt === 0) return 0;
      if (before >= 0 && !isBelow(bytes, starts[before], ends[before], starts[name], ends[name])) return 0;
      before = name;
      if (isMetricName(view, starts[name], ends[name])) this.metric = value;
      copyWords(view, nameAt, arenaView, to, ends[name] - nameAt);
      to += ends[name] - nameAt;
      copyWords(view, valueAt, arenaView, to, ends[value] - valueAt);
      to += ends[value] - valueAt;
    }
    return to;
  }

  #reserve(sizeBytes: number): DataView {
    this.#batch.reserveArena(sizeBytes);
    if (this.#arena !== this.#batch.arena) {
      this.#arena = this.#batch.arena;
      this.#arenaView = viewOf(this.#arena);
    }
    return this.#arenaView;
  }

  /** Takes all labels through a builder that orders them and finds what is wrong. */
  #gather(): void {
    const { bytes, view } = this.#reader;
    const { values, count } = this.references;
    const { starts, ends } = this.#symbols;
    this.metric = NONE;
    this.#builder.reset();
    for (let i = 0; i < count; i += 2) {
      const name = values[i];
      const value = values[i + 1];
      const isMetric = isMetricName(view, starts[name], ends[name]);
      if (isMetric) this.metric = value;
      if (!this.#areUtf8(name, value, isMetric)) return;
      this.#builder.addName(bytes, starts[name], ends[name]);
      this.#builder.addValue(bytes, starts[value], ends[value]);
    }
    const problem = this.#builder.findProblem();
    if (problem !== undefined) this.refuse('invalid_label', problem);
  }

  #areUtf8(name: number, value: number, isMetric: boolean): boolean {
    const nameIsText = this.#symbols.isUtf8(name);
    if (nameIsText && this.#symbols.isUtf8(value)) return true;
    const { starts, ends } = this.#symbols;
    const shown = quotedBytes(this.#reader.bytes, starts[name], ends[name]);
    const code = isMetric ? 'invalid_metric_name' : 'invalid_label';
    this.refuse(code, `the ${nameIsText ? 'value' : 'name'} of label ${shown} is not UTF-8`);
    return false;
  }
}
