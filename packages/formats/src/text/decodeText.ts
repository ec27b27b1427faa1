import { LabelsBuilder, METRIC_NAME, type WriteBatch } from '@tinyobs/model';
import { METRIC_TYPE_WORDS, MetadataCollector, metricTypeOf } from '../metricFamilies.js';
import { type DecodeResult, Refusals } from '../refusals.js';
import { LineScanner } from './lineScanner.js';
import { readFloat, readInteger } from './readNumber.js';

const HASH = 0x23;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const encoder = new TextEncoder();
const METRIC_NAME_BYTES = encoder.encode(METRIC_NAME);
const HELP_BYTES = encoder.encode('HELP');
const TYPE_BYTES = encoder.encode('TYPE');
const TYPE_WORDS = METRIC_TYPE_WORDS.map((word) => ({
  bytes: encoder.encode(word),
  type: metricTypeOf(word),
}));

const OTHER_METRIC_NAMES = 'letters, digits, _ and : (any other metric name is written {"like this"})';
const OTHER_LABEL_NAMES = 'a label name: letters, digits and _ (any other is written "like this")';

/**
 * Adds the samples and metadata of a body in the Prometheus text format 0.0.4 to a batch, the quoted UTF-8
 * names of Prometheus 3 included. Rows are lines, from 1. A line that cannot be read is refused, by
 * `invalid_text_line`, `invalid_metric_name`, `invalid_label`, `invalid_value` or `invalid_timestamp`; the
 * others go on. `rows` counts sample lines; a refused HELP or TYPE line is among the refusals only.
 *
 * Never throws for what a body holds.
 *
 * @param options.nowMs Time of samples without a timestamp, ms since the epoch.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function decodeText(body: Uint8Array, batch: WriteBatch, options: { nowMs: number }): DecodeResult {
  return new TextDecoding(body, batch, options.nowMs).run();
}

class TextDecoding {
  readonly #line: LineScanner;
  readonly #batch: WriteBatch;
  readonly #nowMs: number;
  readonly #builder = new LabelsBuilder();
  readonly #metadata = new MetadataCollector();
  readonly #refusals = new Refusals();
  #row = 0;
  /** Where the labels of the line at hand begin, or of an earlier line when it has none. */
  #labelsAt = 0;
  #family = '';
  #familyBytes = new Uint8Array(0);

  constructor(body: Uint8Array, batch: WriteBatch, nowMs: number) {
    this.#line = new LineScanner(body);
    this.#batch = batch;
    this.#nowMs = nowMs;
  }

  run(): DecodeResult {
    const line = this.#line;
    let rows = 0;
    while (line.nextLine()) {
      this.#row++;
      line.skipBlanks();
      if (line.atLineEnd) continue;
      const comment = line.take(HASH);
      if (!comment) rows++;
      const read = comment ? this.#readComment() : this.#readSample();
      if (!read) this.#refuse();
    }
    this.#metadata.addTo(this.#batch);
    return { rows, ...this.#refusals.result() };
  }

  #refuse(): void {
    const line = this.#line;
    this.#refusals.add(line.failedCode, () => ({
      row: this.#row,
      column: line.failedColumn,
      message: `column ${line.failedColumn}: ${line.expected}; found ${line.describeFound()}`,
    }));
  }

  #readSample(): boolean {
    this.#builder.reset();
    if (!this.#readSeries()) return false;
    const line = this.#line;
    line.skipBlanks();
    line.readWord();
    const value = readFloat(line.source, line.start, line.end);
    if (value === undefined)
      return line.fail('invalid_value', 'expected a number, NaN, +Inf or -Inf', line.start);
    line.skipBlanks();
    line.readWord();
    const timeMs = line.start === line.end ? this.#nowMs : readInteger(line.source, line.start, line.end);
    if (timeMs === undefined) {
      return line.fail('invalid_timestamp', 'expected whole milliseconds since 1970', line.start);
    }
    line.skipBlanks();
    if (!line.atLineEnd)
      return line.fail('invalid_text_line', 'expected the end of the line after the timestamp');
    return this.#addSample(timeMs, value);
  }

  #addSample(timeMs: number, value: number): boolean {
    const problem = this.#builder.findProblem();
    if (problem !== undefined) {
      return this.#line.fail('invalid_label', `expected each label once, but ${problem}`, this.#labelsAt);
    }
    this.#batch.addSample(this.#builder.writeTo(this.#batch), timeMs, value, this.#row);
    return true;
  }

  /** The metric name, before the braces or quoted within them, and the labels. */
  #readSeries(): boolean {
    const line = this.#line;
    line.readMetricName();
    const named = line.end > line.start;
    if (named) this.#addMetricName();
    const nameEnd = line.at;
    line.skipBlanks();
    if (line.take(OPEN_BRACE)) return this.#readLabels(named);
    const separated = line.at > nameEnd || line.atLineEnd;
    return (
      (named && separated) ||
      line.fail('invalid_metric_name', `expected a metric name of ${OTHER_METRIC_NAMES}`)
    );
  }

  #addMetricName(): void {
    this.#builder.addName(METRIC_NAME_BYTES, 0, METRIC_NAME_BYTES.length);
    this.#builder.addValue(this.#line.source, this.#line.start, this.#line.end);
  }

  #readLabels(namedBefore: boolean): boolean {
    const line = this.#line;
    this.#labelsAt = line.at;
    let named = namedBefore;
    for (;;) {
      line.skipBlanks();
      if (line.take(CLOSE_BRACE)) break;
      const quoted = line.peek() === QUOTE;
      if (!this.#readLabelName(quoted)) return false;
      if (quoted && this.#endsItem()) {
        if (named)
          return line.fail('invalid_text_line', 'expected = and a value: the metric has a name already');
        if (line.start === line.end)
          return line.fail('invalid_metric_name', 'expected a metric name that is not empty');
        this.#addMetricName();
        named = true;
      } else if (!this.#readLabelValue()) {
        return false;
      }
      line.skipBlanks();
      if (!line.take(COMMA) && line.peek() !== CLOSE_BRACE) {
        return line.fail('invalid_text_line', 'expected , or } after a label');
      }
    }
    return (
      named ||
      line.fail('invalid_metric_name', 'expected a metric name before or in the braces', this.#labelsAt)
    );
  }

  /** Whether a quoted text is followed by what ends a metric name in braces rather than by `=`. */
  #endsItem(): boolean {
    this.#line.skipBlanks();
    const next = this.#line.peek();
    return next === COMMA || next === CLOSE_BRACE;
  }

  #readLabelName(quoted: boolean): boolean {
    const line = this.#line;
    if (quoted) return line.readQuoted('invalid_label', 'a name');
    line.readLabelName();
    return line.end > line.start || line.fail('invalid_label', `expected ${OTHER_LABEL_NAMES}`);
  }

  /** `="value"`; the token at hand is the label's name. */
  #readLabelValue(): boolean {
    const line = this.#line;
    if (line.start === line.end) return line.fail('invalid_label', 'expected a label name that is not empty');
    if (line.tokenIs(METRIC_NAME_BYTES)) {
      return line.fail(
        'invalid_label',
        'expected another label name: the metric name is written before the braces',
      );
    }
    this.#builder.addName(line.source, line.start, line.end);
    line.skipBlanks();
    if (!line.take(EQUALS)) return line.fail('invalid_label', 'expected = after the label name');
    line.skipBlanks();
    if (!line.readQuoted('invalid_label', 'the label value')) return false;
    this.#builder.addValue(line.source, line.start, line.end);
    return true;
  }

  /** After `#`. Only HELP and TYPE mean something; any other comment is passed over. */
  #readComment(): boolean {
    const line = this.#line;
    line.skipBlanks();
    line.readWord();
    const isHelp = line.tokenIs(HELP_BYTES);
    if (!isHelp && !line.tokenIs(TYPE_BYTES)) return true;
    line.skipBlanks();
    if (line.peek() === QUOTE) {
      if (!line.readQuoted('invalid_metric_name', 'the metric name')) return false;
    } else {
      line.readMetricName();
    }
    if (line.start === line.end || !line.atBoundary) {
      return line.fail('invalid_metric_name', `expected a metric name of ${OTHER_METRIC_NAMES}`);
    }
    this.#noteFamily();
    line.skipBlanks();
    return isHelp ? this.#readHelp() : this.#readType();
  }

  /** HELP and TYPE of a family mostly follow each other: its name is decoded once. */
  #noteFamily(): void {
    const { source, start, end } = this.#line;
    if (this.#line.tokenIs(this.#familyBytes)) return;
    this.#familyBytes = source.slice(start, end);
    this.#family = this.#line.tokenText();
  }

  #readHelp(): boolean {
    if (!this.#line.readHelp()) return false;
    this.#metadata.noteHelp(this.#family, this.#line.tokenText());
    return true;
  }

  #readType(): boolean {
    const line = this.#line;
    line.readWord();
    const typeAt = line.start;
    const type = TYPE_WORDS.find(({ bytes }) => line.tokenIs(bytes))?.type;
    line.skipBlanks();
    if (type === undefined || !line.atLineEnd) {
      return line.fail('invalid_text_line', `expected one of ${METRIC_TYPE_WORDS.join(', ')}`, typeAt);
    }
    this.#metadata.noteType(this.#family, type);
    return true;
  }
}
