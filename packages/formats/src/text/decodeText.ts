import type { WriteBatch } from '@tinyobs/model';
import { allOrNothing } from '../allOrNothing.js';
import { KNOWN_ROWS_MAX, type KnownSeries } from '../known/knownSeries.js';
import { TEXT_ROWS_MAX } from '../limits.js';
import { METRIC_TYPES } from '../metricFamilies.js';
import type { DecodeResult } from '../refusals.js';
import { type DecodeOptions, ExpositionDecoding, typeWords } from './expositionDecoding.js';
import { KnownComments } from './knownComments.js';
import { LineScanner } from './lineScanner.js';
import { readInteger } from './readNumber.js';

const encoder = new TextEncoder();
const HELP_BYTES = encoder.encode('HELP');
const TYPE_BYTES = encoder.encode('TYPE');
/** What is known of comments holds for all bodies, whoever sends them. */
const FORMAT = { typeWords: typeWords(METRIC_TYPES), knownComments: new KnownComments() };

/**
 * Adds the samples and metadata of a body in the Prometheus text format 0.0.4 to a batch, the quoted UTF-8
 * names of Prometheus 3 included. Rows are lines, from 1. A line that cannot be read is refused, by
 * `invalid_text_line`, `invalid_metric_name`, `invalid_label`, `invalid_value` or `invalid_timestamp`; the
 * others go on. `rows` counts sample lines; a refused HELP or TYPE line is among the refusals only.
 *
 * @throws TinyObsError `body_too_large` for more than `TEXT_ROWS_MAX` samples or `TEXT_OBJECTS_MAX` families; the
 * batch is unchanged then.
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
 */
export function decodeText(body: Uint8Array, batch: WriteBatch, options: TextOptions): DecodeResult {
  const known = options.known?.load(body) ? options.known : undefined;
  return allOrNothing(batch, () => new TextDecoding(body, batch, { ...options, known }).run());
}

export interface TextOptions extends DecodeOptions {
  /** Series remembered from earlier bodies, begun for this batch; by their references they enter it. */
  readonly known?: KnownSeries;
}

class TextDecoding extends ExpositionDecoding {
  readonly #nowMs: number;
  readonly #known: KnownSeries | undefined;

  constructor(body: Uint8Array, batch: WriteBatch, options: TextOptions) {
    super(batch, { ...FORMAT, line: new LineScanner(body, { isStrict: false }) }, options);
    this.#nowMs = options.nowMs;
    this.#known = options.known;
  }

  run(): DecodeResult {
    const result = this.readLines();
    this.metadata.addTo(this.batch);
    return result;
  }

  protected override takeKnown(): void {
    if (this.#known === undefined || this.rows + KNOWN_ROWS_MAX > TEXT_ROWS_MAX) return;
    const { batch, line } = this;
    const before = batch.sampleCount;
    const lines = { start: line.nextLineAt, end: line.body.length, nowMs: this.#nowMs };
    const stoppedAt = this.#known.takeLines(lines, batch, this.row + 1);
    this.passOver(batch.sampleCount - before, stoppedAt);
  }

  protected override takeEmptyLine(): boolean {
    return true;
  }

  protected override readSampleEnd(value: number): boolean {
    const { line } = this;
    line.skipBlanks();
    line.readWord();
    const timeMs = line.start === line.end ? this.#nowMs : readInteger(line.source, line.start, line.end);
    if (timeMs === undefined) {
      return line.fail('invalid_timestamp', 'expected whole milliseconds since 1970', line.start);
    }
    line.skipBlanks();
    if (!line.atLineEnd)
      return line.fail('invalid_text_line', 'expected the end of the line after the timestamp');
    const series = this.addSample(timeMs, value);
    if (series === undefined) return false;
    const { start, end } = this.seriesText;
    this.#known?.note(this.batch, series, start, end);
    return true;
  }

  /** Only HELP and TYPE mean something; any other comment is passed over. */
  protected override readComment(): boolean {
    const { line } = this;
    line.skipBlanks();
    line.readWord();
    const isHelp = line.tokenIs(HELP_BYTES);
    if (!isHelp && !line.tokenIs(TYPE_BYTES)) return true;
    const family = this.readFamily();
    if (family === undefined) return false;
    line.skipBlanks();
    return isHelp ? this.readHelp(family) : this.readType(family);
  }
}
