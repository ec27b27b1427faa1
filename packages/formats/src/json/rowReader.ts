import { type ErrorCode, type LabelsBuilder, METRIC_NAME, nearestName } from '@tinyobs/model';
import { familyOfType, METRIC_TYPE_WORDS, type MetadataCollector, metricTypeOf } from '../metricFamilies.js';
import { quoted } from '../quoted.js';
import { hasLoneSurrogate } from '../utf8.js';
import { readRfc3339 } from './readRfc3339.js';

const ROW_KEYS: readonly string[] = ['name', 'type', 'value', 'labels', 'timestamp', 'help', 'unit'];
const KNOWN_KEYS: ReadonlySet<string> = new Set(ROW_KEYS);

/** What `value` may be when JSON has no number for it; the stale marker ends a series. */
const VALUE_WORDS: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['+Inf', Infinity],
  ['Inf', Infinity],
  ['-Inf', -Infinity],
]);
const STALE = 'stale';

/**
 * Reads one row after the other. After `read` was true the row's labels are in the builder, its time and value
 * in the fields; after false `failedCode` and `describeFailure` say why. null counts as not given where a field
 * is optional, because Go and others write absent maps that way.
 */
export class RowReader {
  timeMs = 0;
  value = 0;
  isStale = false;

  failedCode: ErrorCode = 'invalid_row';
  describeFailure: () => string = () => '';

  readonly #builder: LabelsBuilder;
  readonly #metadata: MetadataCollector;
  readonly #nowMs: number;
  #lastTimeText = '';
  #lastTimeMs: number | undefined;

  constructor(builder: LabelsBuilder, metadata: MetadataCollector, nowMs: number) {
    this.#builder = builder;
    this.#metadata = metadata;
    this.#nowMs = nowMs;
  }

  read(row: unknown): boolean {
    if (!isRecord(row)) {
      return this.#fail('invalid_row', () => `the row is ${describeType(row)}, not an object`);
    }
    for (const key in row) {
      if (!KNOWN_KEYS.has(key)) return this.#fail('invalid_row', () => describeUnknownKey(key));
    }
    this.#builder.reset();
    const { name } = row;
    if (!this.#checkName(name)) return false;
    this.#builder.addStrings(METRIC_NAME, name);
    return (
      this.#readLabels(row['labels']) &&
      this.#readValue(row['value']) &&
      this.#readTimestamp(row['timestamp']) &&
      this.#readMetadata(name, row)
    );
  }

  #fail(code: ErrorCode, describe: () => string): false {
    this.failedCode = code;
    this.describeFailure = describe;
    return false;
  }

  #checkName(name: unknown): name is string {
    if (typeof name !== 'string' || name === '') {
      return this.#fail('invalid_metric_name', () => `"name" is ${describeText(name)}; name the metric`);
    }
    if (/^(?:nan|inf)$/i.test(name)) {
      return this.#fail(
        'invalid_metric_name',
        () => `${quoted(name)} as a metric name could not be queried: PromQL reads it as a number`,
      );
    }
    return (
      !hasLoneSurrogate(name) || this.#fail('invalid_metric_name', () => `"name" has half a surrogate pair`)
    );
  }

  #readLabels(labels: unknown): boolean {
    if (labels === undefined || labels === null) return true;
    if (!isRecord(labels)) {
      return this.#fail(
        'invalid_label',
        () => `"labels" is ${describeType(labels)}; write an object like {"code":"200"}`,
      );
    }
    for (const name in labels) {
      const value = labels[name];
      if (
        name === '' ||
        name === METRIC_NAME ||
        typeof value !== 'string' ||
        hasLoneSurrogate(name + value)
      ) {
        return this.#fail('invalid_label', () => describeLabelProblem(name, value));
      }
      this.#builder.addStrings(name, value);
    }
    return true;
  }

  #readValue(value: unknown): boolean {
    this.isStale = value === STALE;
    const read = typeof value === 'string' ? VALUE_WORDS.get(value) : value;
    const words = typeof value === 'string';
    if (this.isStale || (typeof read === 'number' && (words || Number.isFinite(read)))) {
      this.value = this.isStale ? Number.NaN : (read as number);
      return true;
    }
    return this.#fail('invalid_value', () => describeValueProblem(value));
  }

  #readTimestamp(timestamp: unknown): boolean {
    const read =
      timestamp === undefined || timestamp === null
        ? this.#nowMs
        : typeof timestamp === 'string'
          ? this.#readTimeText(timestamp)
          : timestamp;
    if (typeof read !== 'number' || !Number.isSafeInteger(read)) {
      return this.#fail('invalid_timestamp', () => describeTimestampProblem(timestamp));
    }
    this.timeMs = read;
    return true;
  }

  /** Rows of one body mostly share one time. */
  #readTimeText(text: string): number | undefined {
    if (text !== this.#lastTimeText) {
      this.#lastTimeText = text;
      this.#lastTimeMs = readRfc3339(text);
    }
    return this.#lastTimeMs;
  }

  #readMetadata(name: string, row: Record<string, unknown>): boolean {
    const type = row['type'] ?? '';
    const help = row['help'] ?? '';
    const unit = row['unit'] ?? '';
    if (type === '' && help === '' && unit === '') return true;
    const metricType = typeof type === 'string' && type !== '' ? metricTypeOf(type) : undefined;
    if (type !== '' && metricType === undefined) {
      return this.#fail(
        'invalid_row',
        () =>
          `"type" is ${describeText(type)}; write one of ${METRIC_TYPE_WORDS.join(', ')}, or leave it out`,
      );
    }
    if (!isText(help) || !isText(unit)) {
      return this.#fail(
        'invalid_row',
        () => `"${isText(help) ? 'unit' : 'help'}" is not text; write a string`,
      );
    }
    const family = familyOfType(name, metricType ?? 'unknown');
    if (metricType !== undefined) this.#metadata.noteType(family, metricType);
    if (help !== '') this.#metadata.noteHelp(family, help);
    if (unit !== '') this.#metadata.noteUnit(family, unit);
    return true;
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !hasLoneSurrogate(value);
}

function describeUnknownKey(key: string): string {
  const meant = nearestName(key, ROW_KEYS);
  const advice = meant === undefined ? `known keys are ${ROW_KEYS.join(', ')}` : `did you mean "${meant}"?`;
  return `unknown key ${quoted(key)}; ${advice}`;
}

function describeLabelProblem(name: string, value: unknown): string {
  if (name === '') return 'a label has an empty name';
  if (name === METRIC_NAME) return `the label ${METRIC_NAME} is the metric's name: write it in "name"`;
  if (typeof value === 'string') return `label ${quoted(name)} has half a surrogate pair`;
  const advice =
    typeof value === 'number' || typeof value === 'boolean'
      ? `write it as a string: "${value}"`
      : 'write a string';
  return `label ${quoted(name)} is ${describeType(value)}; ${advice}`;
}

function describeValueProblem(value: unknown): string {
  const advice = 'write a number, or "NaN", "+Inf", "-Inf" or "stale"';
  if (value === undefined) return `"value" is missing; ${advice}`;
  if (value === null) return `"value" is null, which is what JavaScript makes of NaN; ${advice}`;
  if (typeof value === 'number') return `"value" is too large for a double; ${advice}`;
  return `"value" is ${describeText(value)}; ${advice}`;
}

function describeTimestampProblem(timestamp: unknown): string {
  const advice = 'write whole milliseconds since 1970 as a number, RFC 3339 text, or leave it out for now';
  if (typeof timestamp === 'number') return `"timestamp" is ${timestamp}; ${advice}`;
  return `"timestamp" is ${describeText(timestamp)}; ${advice}`;
}

/** A sender's text, cut, or the type of what is no text. Never the contents: they may be nested without end. */
function describeText(value: unknown): string {
  return typeof value === 'string' ? (value === '' ? 'empty' : quoted(value)) : describeType(value);
}

export function describeType(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
