import type { ErrorCode, MetricType, WriteBatch } from '@tinyobs/model';
import { TEXT_OBJECTS_MAX, TEXT_ROWS_MAX } from '../limits.js';
import { MetadataCollector } from '../metricFamilies.js';
import { type DecodeResult, Refusals, tooMany } from '../refusals.js';
import type { Comment, KnownComments } from './knownComments.js';
import type { LineScanner } from './lineScanner.js';
import { readFloat } from './readNumber.js';
import { METRIC_NAME_EXPECTED } from './readSeries.js';
import { SeriesReader } from './seriesReader.js';

const HASH = 0x23;
const QUOTE = 0x22;

const encoder = new TextEncoder();

/** A word that means a type. */
export interface TypeWord {
  readonly word: string;
  readonly bytes: Uint8Array;
  readonly type: MetricType;
}

export function typeWords(words: Iterable<readonly [word: string, type: MetricType]>): TypeWord[] {
  return [...words].map(([word, type]) => ({ word, bytes: encoder.encode(word), type }));
}

export interface DecodeOptions {
  /** Time of samples without a timestamp, ms since the epoch. */
  readonly nowMs: number;
  /**
   * Whether labels with empty values stay in the batch, which means more than none to who joins them with others, as a
   * scrape does; a store takes none.
   */
  readonly keepsEmptyLabels?: boolean;
}

/** What the two text formats have in common: lines, each a sample or a comment, and how one is refused. */
export abstract class ExpositionDecoding {
  protected readonly line: LineScanner;
  protected readonly batch: WriteBatch;
  protected readonly metadata = new MetadataCollector();
  protected row = 0;
  readonly #series: SeriesReader;
  readonly #refusals = new Refusals();
  readonly #typeWords: readonly TypeWord[];
  readonly #knownComments: KnownComments;
  #rows = 0;
  /** Where the comment at hand begins in the body. */
  #lineStart = 0;

  constructor(
    batch: WriteBatch,
    format: {
      readonly line: LineScanner;
      readonly typeWords: readonly TypeWord[];
      readonly knownComments: KnownComments;
    },
    options: DecodeOptions,
  ) {
    this.line = format.line;
    this.#knownComments = format.knownComments;
    this.batch = batch;
    this.#typeWords = format.typeWords;
    this.#series = new SeriesReader(format.line, batch, options);
  }

  /** Reads what stands behind `#`. False when the line is refused, as `fail` of the scanner has it. */
  protected abstract readComment(): boolean;

  /** Reads what stands behind the value and adds the sample. */
  protected abstract readSampleEnd(value: number): boolean;

  /** Whether an empty line is none. */
  protected abstract takeEmptyLine(): boolean;

  /** Passes over lines whose samples are added otherwise, `passOver` counting them. */
  protected takeKnown(): void {}

  protected get rows(): number {
    return this.#rows;
  }

  /** Counts lines of samples that were taken, the line behind which begins at `nextLineAt`. */
  protected passOver(samples: number, nextLineAt: number): void {
    this.line.goTo(nextLineAt);
    this.row += samples;
    this.#rows += samples;
  }

  /** Reads all lines; metadata is for the caller to add. */
  protected readLines(): DecodeResult {
    const { line } = this;
    for (this.takeKnown(); line.nextLine(); this.takeKnown()) {
      this.row++;
      line.skipBlanks();
      const isRead = line.atLineEnd ? this.takeEmptyLine() : this.#readLine();
      if (!isRead) this.refuse(line.failedCode, line.expected);
    }
    return { rows: this.#rows, ...this.#refusals.result() };
  }

  #readLine(): boolean {
    if (this.line.peek() === HASH) return this.#takeComment();
    if (this.#rows === TEXT_ROWS_MAX) throw tooMany('samples', TEXT_ROWS_MAX);
    this.#rows++;
    return this.#readSample();
  }

  #takeComment(): boolean {
    const { line } = this;
    this.#lineStart = line.at;
    const known = this.#knownComments.find(line.view, line.at, line.lineEnd);
    if (known !== undefined) {
      this.#addComment(known);
      return true;
    }
    line.take(HASH);
    return this.readComment();
  }

  /** Refuses the line at hand where the scanner failed. */
  protected refuse(code: ErrorCode, expected: string): void {
    const { line, row } = this;
    this.#refusals.add(code, () => ({
      row,
      column: line.failedColumn,
      message: `column ${line.failedColumn}: ${expected}; found ${line.describeFound()}`,
    }));
  }

  #readSample(): boolean {
    const value = this.#series.read() ? this.readValue() : undefined;
    return value !== undefined && this.readSampleEnd(value);
  }

  /** The number behind what was read; undefined when there is none, and the scanner has failed. */
  protected readValue(): number | undefined {
    const { line } = this;
    if (!line.takeGap('invalid_value')) return undefined;
    line.readWord();
    const value = readFloat(line.source, line.start, line.end);
    if (value === undefined) line.fail('invalid_value', 'expected a number, NaN, +Inf or -Inf', line.start);
    return value;
  }

  /** Adds a sample of the series at hand. Returns the index of its series, or undefined when it has a problem. */
  protected addSample(timeMs: number, value: number): number | undefined {
    const problem = this.#series.findProblem();
    if (problem !== undefined) {
      this.line.fail('invalid_label', `expected each label once, but ${problem}`, this.#series.labelsAt);
      return undefined;
    }
    const series = this.#series.commit();
    this.batch.addSample(series, timeMs, value, this.row);
    return series;
  }

  /** Where the series at hand is written in the body. */
  protected get seriesText(): { readonly start: number; readonly end: number } {
    return this.#series.text;
  }

  /** The name of the family that a comment is about. */
  protected readFamily(): string | undefined {
    const { line } = this;
    if (!line.takeGap('invalid_metric_name')) return undefined;
    if (line.peek() === QUOTE) {
      if (!line.readQuoted('invalid_metric_name', 'the metric name')) return undefined;
    } else {
      line.readMetricName();
    }
    if (line.start === line.end || !line.atBoundary) {
      line.fail('invalid_metric_name', METRIC_NAME_EXPECTED);
      return undefined;
    }
    return line.tokenText();
  }

  /** @throws TinyObsError `body_too_large` */
  protected checkObjects(): void {
    if (this.metadata.size + this.batch.exemplars.length >= TEXT_OBJECTS_MAX) {
      throw tooMany('families and exemplars', TEXT_OBJECTS_MAX);
    }
  }

  protected readHelp(family: string): boolean {
    if (!this.line.readHelp()) return false;
    this.note({ kind: 'help', family, text: this.line.tokenText() });
    return true;
  }

  protected readType(family: string): boolean {
    const { line } = this;
    line.readWord();
    const typeAt = line.start;
    const type = this.#typeWords.find(({ bytes }) => line.tokenIs(bytes))?.type;
    line.skipBlanks();
    if (type === undefined || !line.atLineEnd) {
      const words = this.#typeWords.map(({ word }) => word).join(', ');
      return line.fail('invalid_text_line', `expected one of ${words}`, typeAt);
    }
    this.note({ kind: 'type', family, type });
    return true;
  }

  /** Takes what the line at hand says, and remembers that it says this. */
  protected note(comment: Comment): void {
    this.#knownComments.keep(this.line.view, this.#lineStart, this.line.lineEnd, comment);
    this.#addComment(comment);
  }

  #addComment(comment: Comment): void {
    const { kind, family } = comment;
    this.checkObjects();
    if (kind === 'type') this.metadata.noteType(family, comment.type);
    else if (kind === 'help') this.metadata.noteHelp(family, comment.text);
    else this.metadata.noteUnit(family, comment.text);
  }
}
