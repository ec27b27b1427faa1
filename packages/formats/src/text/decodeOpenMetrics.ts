import { LabelsBuilder, type MetricType, TinyObsError, type WriteBatch } from '@tinyobs/model';
import { allOrNothing } from '../allOrNothing.js';
import { exemplarProblem } from '../exemplarLabels.js';
import type { DecodeResult } from '../refusals.js';
import { type DecodeOptions, ExpositionDecoding, typeWords } from './expositionDecoding.js';
import { KnownComments } from './knownComments.js';
import { LineScanner } from './lineScanner.js';
import { readSecondsMs } from './readSeconds.js';
import { readLabels } from './readSeries.js';

const NEWLINE = 0x0a;
const HASH = 0x23;

const encoder = new TextEncoder();
const HELP_BYTES = encoder.encode('HELP');
const TYPE_BYTES = encoder.encode('TYPE');
const UNIT_BYTES = encoder.encode('UNIT');
const EOF_BYTES = encoder.encode('EOF');
const LAST_LINE_BYTES = encoder.encode('# EOF');

const METRIC_TYPES: readonly MetricType[] = [
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
  'unknown',
];
/** What is known of comments holds for all bodies, whoever sends them. */
const FORMAT = {
  typeWords: typeWords(METRIC_TYPES.map((type) => [type, type])),
  knownComments: new KnownComments(),
};

/**
 * Adds the samples, exemplars and metadata of a body in OpenMetrics text 1.0 to a batch, the quoted UTF-8 names of
 * Prometheus 3 included. A body that does not end with its line `# EOF` may have been cut and is refused as a whole.
 * Otherwise rows are as those of `decodeText`. Of blanks, empty lines and comments no more is taken than
 * Prometheus' parser takes; as there, the rules on what a type demands of names and values are not held against a body.
 *
 * An exemplar whose labels cannot be kept is refused by `invalid_label` with its row, whose sample is taken.
 * Metadata is kept under the name that the text format has for the family: that of a counter `jobs` under
 * `jobs_total`, of an info `build` under `build_info`.
 *
 * @throws TinyObsError `malformed_body` without `# EOF` as the last line, or with more behind it; `body_too_large`
 * for more than `TEXT_ROWS_MAX` samples or `TEXT_OBJECTS_MAX` families and exemplars. The batch is unchanged then.
 * Source: https://prometheus.io/docs/specs/om/open_metrics_spec/
 */
export function decodeOpenMetrics(body: Uint8Array, batch: WriteBatch, options: DecodeOptions): DecodeResult {
  if (!endsWithLastLine(body)) {
    throw new TinyObsError(
      'malformed_body',
      'the last line is not "# EOF": the body was cut, or something follows it; nothing of it was taken',
    );
  }
  return allOrNothing(batch, () => new OpenMetricsDecoding(body, batch, options).run());
}

function endsWithLastLine(body: Uint8Array): boolean {
  const end = body.at(-1) === NEWLINE ? body.length - 1 : body.length;
  const start = end - LAST_LINE_BYTES.length;
  if (start < 0 || (start > 0 && body[start - 1] !== NEWLINE)) return false;
  return LAST_LINE_BYTES.every((byte, i) => body[start + i] === byte);
}

class OpenMetricsDecoding extends ExpositionDecoding {
  readonly #nowMs: number;
  readonly #exemplarLabels = new LabelsBuilder();

  constructor(body: Uint8Array, batch: WriteBatch, options: DecodeOptions) {
    super(batch, { ...FORMAT, line: new LineScanner(body, { isStrict: true }) }, options);
    this.#nowMs = options.nowMs;
  }

  run(): DecodeResult {
    const result = this.readLines();
    this.metadata.addOpenMetricsTo(this.batch);
    return result;
  }

  protected override takeEmptyLine(): boolean {
    return this.line.fail('invalid_text_line', 'expected a sample or a comment: no line may be empty');
  }

  protected override readSampleEnd(value: number): boolean {
    const { line } = this;
    if (line.atLineEnd) return this.addSample(this.#nowMs, value) !== undefined;
    if (!line.takeGap('invalid_text_line')) return false;
    let timeMs = this.#nowMs;
    if (line.peek() !== HASH) {
      const read = this.#readTime();
      if (read === undefined) return false;
      timeMs = read;
      if (line.atLineEnd) return this.addSample(timeMs, value) !== undefined;
      if (!line.takeGap('invalid_text_line')) return false;
    }
    return this.#readExemplar(timeMs, value);
  }

  #readTime(): number | undefined {
    const { line } = this;
    line.readWord();
    const timeMs = readSecondsMs(line.source, line.start, line.end);
    if (timeMs === undefined) line.fail('invalid_timestamp', 'expected seconds since 1970', line.start);
    return timeMs;
  }

  /** ` # {labels} value [seconds]`, behind its first blank; then the sample is added with it. */
  #readExemplar(sampleTimeMs: number, sampleValue: number): boolean {
    const { line, batch } = this;
    if (!line.take(HASH))
      return line.fail('invalid_text_line', 'expected an exemplar or the end of the line');
    if (!line.takeGap('invalid_text_line')) return false;
    const labelsAt = line.at;
    this.#exemplarLabels.reset();
    if (!readLabels(line, this.#exemplarLabels, 'none')) return false;
    const value = this.readValue();
    if (value === undefined) return false;
    let timeMs: number | undefined = sampleTimeMs;
    if (!line.atLineEnd) timeMs = line.takeGap('invalid_text_line') ? this.#readTime() : undefined;
    if (timeMs === undefined) return false;
    if (!line.atLineEnd) return line.fail('invalid_text_line', 'expected the end of the line');

    this.checkObjects();
    const series = this.addSample(sampleTimeMs, sampleValue);
    if (series === undefined) return false;
    const problem = exemplarProblem(this.#exemplarLabels);
    if (problem !== undefined) {
      return line.fail('invalid_label', `${problem}; the sample is taken without it`, labelsAt);
    }
    batch.exemplars.push({ series, labels: this.#exemplarLabels.toLabels(), value, timeMs });
    return true;
  }

  protected override readComment(): boolean {
    const { line } = this;
    if (!line.takeGap('invalid_text_line')) return false;
    line.readWord();
    if (line.tokenIs(EOF_BYTES) && line.atLineEnd) return this.#readLastLine();
    const isHelp = line.tokenIs(HELP_BYTES);
    const isType = line.tokenIs(TYPE_BYTES);
    if (!isHelp && !isType && !line.tokenIs(UNIT_BYTES)) {
      return line.fail('invalid_text_line', 'expected HELP, TYPE, UNIT or, at the end, EOF', line.start);
    }
    const family = this.readFamily();
    if (family === undefined || !line.takeGap('invalid_text_line')) return false;
    if (isHelp) return this.readHelp(family);
    return isType ? this.readType(family) : this.#readUnit(family);
  }

  #readLastLine(): boolean {
    if (this.line.isLastLine) return true;
    throw new TinyObsError(
      'malformed_body',
      `line ${this.row} is "# EOF", and more follows; nothing of the body was taken`,
      { details: { line: this.row } },
    );
  }

  #readUnit(family: string): boolean {
    const { line } = this;
    line.readRest();
    const unitAt = line.start;
    if (!line.checkUtf8('invalid_text_line', 'the unit')) return false;
    const unit = line.tokenText();
    if (unit !== '' && !family.endsWith(`_${unit}`)) {
      return line.fail('invalid_text_line', 'expected a unit with which the name of the family ends', unitAt);
    }
    this.note({ kind: 'unit', family, text: unit });
    return true;
  }
}
