import { type ErrorCode, LabelsBuilder, METRIC_NAME, type WriteBatch } from '@tinyobs/model';
import { allOrNothing } from '../allOrNothing.js';
import { KNOWN_ROWS_MAX, type KnownSeries } from '../known/knownSeries.js';
import { INFLUX_LINES_MAX, INFLUX_SAMPLES_MAX } from '../limits.js';
import { quoted } from '../quoted.js';
import { type DecodeResult, Refusals, tooMany } from '../refusals.js';
import { readFloat } from '../text/readNumber.js';
import { findInvalidUtf8 } from '../utf8.js';
import { INFLUX_PRECISIONS, type InfluxPrecision, readInfluxTimeMs } from './influxTime.js';
import { InfluxToken } from './influxToken.js';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const TAB = 0x09;
const SPACE = 0x20;
const QUOTE = 0x22;
const HASH = 0x23;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const LOWER_I = 0x69;
const LOWER_U = 0x75;

const NAME_BYTES = new TextEncoder().encode(METRIC_NAME);

/** What booleans are written like. */
const BOOLEANS: ReadonlyMap<string, number> = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((word): [string, number] => [word, 1]),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((word): [string, number] => [word, 0]),
]);
const BOOLEAN_BYTES_MAX = 5;

const INTEGER = /^[-+]?\d{1,20}$/;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

export interface InfluxOptions {
  /** Time of lines without a timestamp, ms since the epoch. */
  readonly nowMs: number;
  /** Unit of timestamps. */
  readonly precision: InfluxPrecision;
  /** Most bytes that the labels of all samples may take: each field has those of its line. */
  readonly labelBytesMax: number;
  /** Series remembered from earlier bodies, begun for this batch; by their references they enter it. */
  readonly known?: KnownSeries;
}

export interface InfluxResult extends DecodeResult {
  /** Fields that are text, of which there is no sample. */
  readonly stringFields: number;
}

/**
 * Adds the samples of a body in the line protocol to a batch: each field is a series `<measurement>_<field>`, with what
 * PromQL cannot write without quotes as `_`, and the tags of its line as labels. Integers and booleans become doubles;
 * fields that are text are counted and left out. Rows are lines, from 1; a line that cannot be read is refused whole,
 * by `invalid_text_line`, `invalid_label`, `invalid_value` or `invalid_timestamp`, and the others go on.
 *
 * @throws TinyObsError `body_too_large`; the batch is unchanged then.
 * Source: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
 */
export function decodeInflux(body: Uint8Array, batch: WriteBatch, options: InfluxOptions): InfluxResult {
  const known = options.known?.load(body) ? options.known : undefined;
  return allOrNothing(batch, () => new InfluxDecoding(body, batch, { ...options, known }).run());
}

class InfluxDecoding {
  readonly #body: Uint8Array;
  readonly #batch: WriteBatch;
  readonly #options: InfluxOptions;
  readonly #known: KnownSeries | undefined;
  readonly #builder = new LabelsBuilder();
  readonly #refusals = new Refusals();
  readonly #decoder = new TextDecoder();
  readonly #measurement = new InfluxToken();
  /** Names and values of the tags of the line at hand, one after the other; `#tagCount` of them are in use. */
  readonly #tags: InfluxToken[] = [];
  #tagCount = 0;
  readonly #field = new InfluxToken();
  /** Line of each row of the batch from `#firstRow` on. */
  readonly #lines: number[] = [];
  readonly #firstRow: number;
  readonly #arenaEndMax: number;
  #line = 0;
  #rows = 0;
  #stringFields = 0;
  #at = 0;
  #end = 0;
  #lineStart = 0;
  /** Where measurement and tags of the line at hand are written, and the field at hand. */
  #head = { start: 0, end: 0 };
  #name = { start: 0, end: 0 };
  /** The first quote behind what was read. */
  #quoteAt = -1;
  #failedCode: ErrorCode = 'invalid_text_line';
  #expected = '';

  constructor(body: Uint8Array, batch: WriteBatch, options: InfluxOptions) {
    this.#body = body;
    this.#batch = batch;
    this.#options = options;
    this.#known = options.known;
    this.#firstRow = batch.sampleCount;
    this.#arenaEndMax = batch.arenaLength + options.labelBytesMax;
  }

  run(): InfluxResult {
    const body = this.#body;
    for (let start = this.#takeKnown(0); start < body.length; start = this.#takeKnown(this.#end + 1)) {
      this.#line++;
      this.#lineStart = this.#at = start;
      this.#end = this.#findLineEnd(start);
      this.#skipBlanks();
      if (this.#atEnd || body[this.#at] === HASH) continue;
      if (++this.#rows > INFLUX_LINES_MAX) throw tooMany('lines', INFLUX_LINES_MAX);
      this.#takeLine();
    }
    const lines = this.#lines;
    return {
      rows: this.#rows,
      ...this.#refusals.result(),
      rowOf: (row) => lines[row - this.#firstRow],
      stringFields: this.#stringFields,
    };
  }

  /** Takes the lines from `start` on as long as all their fields are known. Returns where the next line begins. */
  #takeKnown(start: number): number {
    const samples = this.#lines.length;
    const isNearlyFull =
      samples + KNOWN_ROWS_MAX > INFLUX_SAMPLES_MAX || this.#rows + KNOWN_ROWS_MAX > INFLUX_LINES_MAX;
    if (this.#known === undefined || isNearlyFull) return start;
    const { nowMs, precision } = this.#options;
    const given = { start, end: this.#body.length, nowMs, unit: INFLUX_PRECISIONS[precision] };
    const taken = this.#known.takeFieldLines(given, this.#batch, this.#firstRow + samples);
    for (const line of taken.lines) this.#lines.push(this.#line + 1 + line);
    this.#line += taken.lineCount;
    this.#rows += taken.lineCount;
    return taken.stoppedAt;
  }

  /** All fields of a line, or none of them. */
  #takeLine(): void {
    const batch = this.#batch;
    const { seriesCount, sampleCount } = batch;
    const stringFields = this.#stringFields;
    if (this.#readHead() && this.#readFields() && this.#readTime(sampleCount)) return;
    batch.seriesCount = seriesCount;
    batch.sampleCount = sampleCount;
    this.#known?.cutBack(batch);
    this.#lines.length = sampleCount - this.#firstRow;
    this.#stringFields = stringFields;
    const row = this.#line;
    const column = this.#at - this.#lineStart + 1;
    this.#refusals.add(this.#failedCode, () => ({
      row,
      column,
      message: `unable to parse ${this.#lineText()}: column ${column}: expected ${this.#expected}`,
    }));
  }

  /** Where the line ends: quoted fields may hold line breaks. */
  #findLineEnd(start: number): number {
    const body = this.#body;
    const end = Math.min(positionOf(NEWLINE, body, start), body.length);
    // Found once for all lines before it.
    if (this.#quoteAt < start) this.#quoteAt = positionOf(QUOTE, body, start);
    if (this.#quoteAt > end || body[start] === HASH) return end;
    return endBehindQuotes(body, start);
  }

  get #atEnd(): boolean {
    const left = this.#end - this.#at;
    return left <= 0 || (left === 1 && this.#body[this.#at] === CARRIAGE_RETURN);
  }

  #skipBlanks(): void {
    while (this.#at < this.#end && (this.#body[this.#at] === SPACE || this.#body[this.#at] === TAB))
      this.#at++;
  }

  /** Measurement and tags. */
  #readHead(): boolean {
    const body = this.#body;
    const headAt = this.#at;
    this.#at = this.#measurement.read(body, this.#at, this.#end, 'measurement');
    if (this.#measurement.isEmpty) return this.#fail('invalid_text_line', 'a measurement');
    this.#tagCount = 0;
    while (body[this.#at] === COMMA && this.#at < this.#end) {
      this.#at++;
      if (!this.#readTag()) return false;
    }
    const from = this.#at;
    this.#skipBlanks();
    if (from === this.#at || this.#atEnd) return this.#fail('invalid_text_line', 'a space and fields');
    this.#head = { start: headAt, end: from };
    return this.#checkUtf8(this.#lineStart, from);
  }

  #readTag(): boolean {
    const name = this.#nextTagToken();
    this.#at = name.read(this.#body, this.#at, this.#end, 'key');
    if (name.isEmpty) return this.#fail('invalid_text_line', 'the name of a tag');
    if (this.#body[this.#at] !== EQUALS || this.#at >= this.#end) {
      return this.#fail('invalid_text_line', '= behind the name of a tag');
    }
    const value = this.#nextTagToken();
    this.#at = value.read(this.#body, this.#at + 1, this.#end, 'value');
    return !value.isEmpty || this.#fail('invalid_text_line', 'the value of a tag');
  }

  #nextTagToken(): InfluxToken {
    const token = this.#tags[this.#tagCount] ?? new InfluxToken();
    this.#tags[this.#tagCount++] = token;
    return token;
  }

  #readFields(): boolean {
    const body = this.#body;
    for (;;) {
      const nameAt = this.#at;
      this.#at = this.#field.read(body, this.#at, this.#end, 'key');
      if (this.#field.isEmpty) return this.#fail('invalid_text_line', 'the name of a field');
      if (body[this.#at] !== EQUALS || this.#at >= this.#end) {
        return this.#fail('invalid_text_line', '= behind the name of a field');
      }
      if (!this.#checkUtf8(nameAt, this.#at)) return false;
      this.#name = { start: nameAt, end: this.#at };
      this.#at++;
      if (!this.#readField()) return false;
      if (body[this.#at] !== COMMA || this.#at >= this.#end) return true;
      this.#at++;
    }
  }

  #readField(): boolean {
    const body = this.#body;
    if (body[this.#at] === QUOTE && this.#at < this.#end) {
      const end = endOfQuoted(body, this.#at, this.#end);
      if (end < 0) return this.#fail('invalid_value', 'a closing double quote');
      this.#at = end;
      this.#stringFields++;
      return true;
    }
    const start = this.#at;
    let end = start;
    while (end < this.#end && body[end] !== COMMA && body[end] > SPACE) end++;
    const value = this.#readValue(start, end);
    if (value === undefined) {
      return this.#fail(
        'invalid_value',
        'a number, an integer such as 1i or 1u, true, false, or text in double quotes',
      );
    }
    this.#at = end;
    return this.#addSample(value);
  }

  #readValue(start: number, end: number): number | undefined {
    const last = this.#body[end - 1];
    if (last === LOWER_I || last === LOWER_U) {
      const text = this.#decoder.decode(this.#body.subarray(start, end - 1));
      return INTEGER.test(text) ? integerOf(BigInt(text.replace('+', '')), last === LOWER_U) : undefined;
    }
    const value = readFloat(this.#body, start, end);
    if (value !== undefined) return Number.isFinite(value) ? value : undefined;
    if (end - start > BOOLEAN_BYTES_MAX) return undefined;
    return BOOLEANS.get(this.#decoder.decode(this.#body.subarray(start, end)));
  }

  /** Of the time that the end of the line says. */
  #addSample(value: number): boolean {
    const builder = this.#builder;
    builder.reset();
    builder.addBytes(NAME_BYTES, this.#measurement.metricNameWith(this.#field));
    for (let i = 0; i < this.#tagCount; i += 2) {
      const name = this.#tags[i].labelName();
      if (isMetricName(name)) return this.#fail('invalid_label', 'another name of a tag than __name__');
      builder.addBytes(name, this.#tags[i + 1].bytes());
    }
    const problem = builder.findProblem();
    if (problem !== undefined) return this.#fail('invalid_label', `each tag once, but ${problem}`);
    if (this.#lines.length === INFLUX_SAMPLES_MAX) throw tooMany('samples', INFLUX_SAMPLES_MAX);
    const series = builder.writeTo(this.#batch);
    if (this.#batch.arenaLength > this.#arenaEndMax)
      throw tooMany('bytes of labels', this.#options.labelBytesMax);
    this.#batch.addSample(series, this.#options.nowMs, value, this.#firstRow + this.#lines.length);
    this.#lines.push(this.#line);
    this.#known?.noteField(this.#batch, series, { head: this.#head, name: this.#name });
    return true;
  }

  /** The timestamp, which is of all samples from `firstSample` on. */
  #readTime(firstSample: number): boolean {
    const from = this.#at;
    this.#skipBlanks();
    if (this.#atEnd) return true;
    if (from === this.#at) return this.#fail('invalid_text_line', 'a comma or a space behind a field');
    const start = this.#at;
    let end = start;
    while (end < this.#end && this.#body[end] > SPACE) end++;
    const timeMs = readInfluxTimeMs(this.#body, start, end, this.#options.precision);
    if (timeMs === undefined) return this.#fail('invalid_timestamp', 'a whole number as timestamp');
    this.#at = end;
    this.#skipBlanks();
    if (!this.#atEnd) return this.#fail('invalid_text_line', 'the end of the line behind the timestamp');
    const { times, sampleCount } = this.#batch;
    for (let sample = firstSample; sample < sampleCount; sample++) times[sample] = timeMs;
    return true;
  }

  #checkUtf8(start: number, end: number): boolean {
    const invalid = findInvalidUtf8(this.#body, start, end);
    if (invalid < 0) return true;
    this.#at = invalid;
    return this.#fail('invalid_text_line', 'valid UTF-8');
  }

  #lineText(): string {
    return quoted(
      this.#decoder.decode(this.#body.subarray(this.#lineStart, Math.min(this.#end, this.#lineStart + 300))),
    );
  }

  #fail(code: ErrorCode, expected: string): false {
    this.#failedCode = code;
    this.#expected = expected;
    return false;
  }
}

/** Behind the closing quote of a text that begins at `at`; -1 where there is none. */
function endOfQuoted(body: Uint8Array, at: number, end: number): number {
  for (let i = at + 1; i < end; i++) {
    if (body[i] === BACKSLASH) i++;
    else if (body[i] === QUOTE) return i + 1;
  }
  return -1;
}

/** The first line break that is in no quoted field: quotes open only behind the `=` of a field, not in tags. */
function endBehindQuotes(body: Uint8Array, start: number): number {
  let isInFields = false;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === NEWLINE) return at;
    isInFields ||= byte === SPACE && at > start;
    if (byte === BACKSLASH) at++;
    else if (isInFields && byte === QUOTE && body[at - 1] === EQUALS) {
      const end = endOfQuoted(body, at, body.length);
      if (end < 0) return Math.min(positionOf(NEWLINE, body, at), body.length);
      at = end - 1;
    }
  }
  return body.length;
}

/** Past everything where it is not there. */
function positionOf(byte: number, body: Uint8Array, start: number): number {
  const at = body.indexOf(byte, start);
  return at < 0 ? Number.POSITIVE_INFINITY : at;
}

/** As a double; undefined where it is out of the range of its 64 bits. */
function integerOf(value: bigint, isUnsigned: boolean): number | undefined {
  const [min, max] = isUnsigned ? [0n, UINT64_MAX] : [INT64_MIN, INT64_MAX];
  return value >= min && value <= max ? Number(value) : undefined;
}

function isMetricName(name: Uint8Array): boolean {
  return name.length === NAME_BYTES.length && NAME_BYTES.every((byte, i) => name[i] === byte);
}
