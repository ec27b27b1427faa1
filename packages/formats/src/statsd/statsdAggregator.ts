import { type Labels, METRIC_NAME, WriteBatch } from '@tinyobs/model';
import { quoted } from '../quoted.js';
import { type DecodeResult, Refusals } from '../refusals.js';
import { formatValue } from '../text/formatValue.js';
import { readStatsdNumber, type SkippedKind, type StatsdKind, StatsdLine } from './readStatsdLine.js';
import { statsdLabels, statsdMetadata } from './statsdSeries.js';

/** What a series, a way to write it, and a value of a set take beside their texts, bytes, about. */
const SERIES_BYTES = 500;
const ALIAS_BYTES = 150;
const SET_VALUE_BYTES = 80;

const MS_PER_SECOND = 1000;

/** Samples of a batch of `flush`, but for those of the histogram that is at hand then. */
const BATCH_SAMPLES_MAX = 5000;

export interface StatsdOptions {
  /** Upper bounds of the buckets of histograms, ascending; of timers in seconds. */
  readonly buckets: readonly number[];
  /** How long a series is written on without anything new, ms. */
  readonly ttlMs: number;
  /** Most memory that series take, about; what would be new past it is refused. */
  readonly sizeBytesMax: number;
}

/** What is known of one series, or of one histogram. */
interface Held {
  readonly kind: StatsdKind;
  readonly labels: Labels;
  /** Of a counter what it counted, of a gauge its value, of a histogram the sum. */
  value: number;
  /** Of histograms: by bucket, and all at the end. */
  readonly counts: Float64Array;
  /** Of sets: those of the interval. */
  readonly values: Set<string>;
  /** Ways in which lines write it, and what the values of a set take. */
  readonly aliases: string[];
  sizeBytes: number;
  setBytes: number;
  hasChanged: boolean;
  changedMs: number | undefined;
}

/** What came since it was last taken. */
export interface StatsdReport extends DecodeResult {
  readonly skipped: Readonly<Record<SkippedKind, number>>;
}

/**
 * Adds up what StatsD and DogStatsD send, and makes samples of it at an interval: counters count on from the start of
 * this object, gauges keep their value, timers, histograms and distributions are classic histograms, and a set is how
 * many values it had in the interval. A line that cannot be taken changes nothing; memory is bounded.
 */
export class StatsdAggregator {
  readonly #options: StatsdOptions;
  readonly #decoder = new TextDecoder('utf-8');
  readonly #line = new StatsdLine();
  /** By what lines have before and behind the value. */
  readonly #byAlias = new Map<string, Held>();
  /** By `Labels.key`. */
  readonly #byLabels = new Map<string, Held>();
  readonly #bounds: readonly string[];
  #sizeBytes = 0;
  #rows = 0;
  #refusals = new Refusals();
  #skipped = { event: 0, service_check: 0 };

  constructor(options: StatsdOptions) {
    this.#options = options;
    this.#bounds = [...options.buckets.map(formatValue), '+Inf'];
  }

  get seriesCount(): number {
    return this.#byLabels.size;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Takes a packet of one or several lines. */
  add(packet: Uint8Array): void {
    const text = this.#decoder.decode(packet);
    for (let start = 0; start < text.length; ) {
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline;
      if (end > start) this.#addLine(text.slice(start, end));
      start = end + 1;
    }
  }

  /** What came since this was last called; rows are its lines, from 1. */
  takeReport(): StatsdReport {
    const report = { rows: this.#rows, ...this.#refusals.result(), skipped: this.#skipped };
    this.#rows = 0;
    this.#refusals = new Refusals();
    this.#skipped = { event: 0, service_check: 0 };
    return report;
  }

  /**
   * Samples of all series, a batch at a time; what comes meanwhile is taken. Series that have grown too old end.
   *
   * @param span When it was last called, before which nothing of a new series was counted, and the time of the samples.
   */
  *flush(span: { readonly sinceMs: number; readonly timeMs: number }): Generator<WriteBatch> {
    let batch = new WriteBatch();
    for (const held of this.#byLabels.values()) {
      this.#addSamples(batch, held, span);
      if (batch.sampleCount < BATCH_SAMPLES_MAX) continue;
      yield batch;
      batch = new WriteBatch();
    }
    if (batch.sampleCount > 0) yield batch;
  }

  #addLine(text: string): void {
    this.#rows++;
    const line = this.#line;
    if (!line.read(text)) {
      if (line.skipped) this.#skipped[line.skipped]++;
      else this.#refuse(line.failedCode, line.expected, text);
      return;
    }
    const values = this.#readValues(line, text);
    const held = values && this.#find(line, text);
    if (!held) return;
    for (const value of values) this.#apply(held, value, line.rate);
    held.hasChanged = true;
  }

  /** Numbers, of gauges and sets as texts; undefined where one of them is refused. */
  #readValues({ kind, values }: StatsdLine, text: string): readonly (number | string)[] | undefined {
    if (kind === 'set') return [values];
    const read: (number | string)[] = [];
    for (let start = 0; start <= values.length; ) {
      const colon = values.indexOf(':', start);
      const end = colon < 0 ? values.length : colon;
      const written = values.slice(start, end);
      const value = readStatsdNumber(written);
      if (value === undefined) return this.#refuse('invalid_value', 'a number', text);
      if (value < 0 && kind === 'counter') {
        return this.#refuse('invalid_value', 'a count of 0 or more: what goes down is a gauge', text);
      }
      read.push(kind === 'gauge' ? written : value);
      start = end + 1;
    }
    return read;
  }

  #apply(held: Held, value: number | string, rate: number): void {
    if (typeof value === 'string') {
      if (held.kind === 'set') this.#addToSet(held, value);
      else held.value = hasSign(value) ? held.value + Number(value) : Number(value);
    } else if (held.kind === 'counter') {
      held.value += value / rate;
    } else {
      this.#observe(held, held.kind === 'timer' ? value / MS_PER_SECOND : value, 1 / rate);
    }
  }

  #observe(held: Held, value: number, times: number): void {
    const { buckets } = this.#options;
    let bucket = 0;
    while (bucket < buckets.length && value > buckets[bucket]) bucket++;
    held.counts[bucket] += times;
    held.value += value * times;
  }

  #addToSet(held: Held, value: string): void {
    if (held.values.has(value)) return;
    const sizeBytes = SET_VALUE_BYTES + 2 * value.length;
    if (!this.#takeRoom(sizeBytes, value)) return;
    held.setBytes += sizeBytes;
    held.values.add(value);
  }

  /** The series of a line, new ones included; undefined where it is refused. */
  #find(line: StatsdLine, text: string): Held | undefined {
    const alias = `${line.kind}\n${line.name}\n${line.tags}`;
    const known = this.#byAlias.get(alias);
    if (known) return known;
    const labels = statsdLabels(line);
    if (typeof labels === 'string') return this.#refuse('invalid_label', labels, text);
    const held = this.#byLabels.get(labels.key) ?? this.#begin(labels, line.kind, text);
    if (held === undefined) return undefined;
    if (held.kind !== line.kind) {
      return this.#refuse('invalid_row', `another name: ${labels} is a ${held.kind}`, text);
    }
    const sizeBytes = ALIAS_BYTES + 2 * alias.length;
    // Without room for it the next line is looked into anew.
    if (this.#hasRoom(sizeBytes)) {
      this.#sizeBytes += sizeBytes;
      held.sizeBytes += sizeBytes;
      held.aliases.push(alias);
      this.#byAlias.set(alias, held);
    }
    return held;
  }

  #begin(labels: Labels, kind: StatsdKind, text: string): Held | undefined {
    const bucketCount = kind === 'timer' || kind === 'histogram' ? this.#bounds.length : 0;
    const sizeBytes = SERIES_BYTES + 8 * bucketCount + 4 * labels.key.length;
    if (!this.#takeRoom(sizeBytes, text)) return undefined;
    const held: Held = {
      kind,
      labels,
      value: 0,
      counts: new Float64Array(bucketCount),
      values: new Set(),
      aliases: [],
      sizeBytes,
      setBytes: 0,
      hasChanged: false,
      changedMs: undefined,
    };
    this.#byLabels.set(labels.key, held);
    return held;
  }

  #hasRoom(sizeBytes: number): boolean {
    return this.#sizeBytes + sizeBytes <= this.#options.sizeBytesMax;
  }

  #takeRoom(sizeBytes: number, text: string): boolean {
    if (!this.#hasRoom(sizeBytes)) {
      this.#refuse(
        'too_many_series',
        'less: StatsD has no room for more series; drop tags, or raise memory.max',
        text,
      );
      return false;
    }
    this.#sizeBytes += sizeBytes;
    return true;
  }

  #refuse(code: StatsdLine['failedCode'], expected: string, text: string): undefined {
    const row = this.#rows;
    this.#refusals.add(code, () => ({ row, message: `expected ${expected}; found ${quoted(text)}` }));
    return undefined;
  }

  #addSamples(batch: WriteBatch, held: Held, { sinceMs, timeMs }: { sinceMs: number; timeMs: number }): void {
    const isNew = held.changedMs === undefined;
    if (held.hasChanged || held.changedMs === undefined) held.changedMs = timeMs;
    held.hasChanged = false;
    const isOver = timeMs - held.changedMs > this.#options.ttlMs;
    const startMs = isNew && sinceMs < timeMs ? sinceMs : undefined;
    for (const [labels, value] of this.#samplesOf(held)) {
      const series = batch.addSeries(labels);
      if (isOver) batch.addStaleMarker(series, timeMs, batch.sampleCount);
      else {
        if (startMs !== undefined && held.kind !== 'gauge' && held.kind !== 'set')
          batch.addStart(series, startMs);
        batch.addSample(series, timeMs, value, batch.sampleCount);
      }
    }
    if (isNew) batch.metadata.push(statsdMetadata(held.labels, held.kind));
    this.#sizeBytes -= held.setBytes;
    held.setBytes = 0;
    held.values.clear();
    if (isOver) this.#forget(held);
  }

  *#samplesOf(held: Held): Generator<[labels: Labels, value: number]> {
    const { kind, labels, value, counts, values } = held;
    if (kind === 'counter' || kind === 'gauge') return yield [labels, value];
    if (kind === 'set') return yield [labels, values.size];
    const part = (suffix: string): Labels => labels.with(METRIC_NAME, labels.metricName + suffix);
    const bucketLabels = part('_bucket');
    let count = 0;
    for (const [i, bound] of this.#bounds.entries()) {
      count += counts[i];
      yield [bucketLabels.with('le', bound), count];
    }
    yield [part('_sum'), value];
    yield [part('_count'), count];
  }

  #forget(held: Held): void {
    this.#byLabels.delete(held.labels.key);
    for (const alias of held.aliases) this.#byAlias.delete(alias);
    this.#sizeBytes -= held.sizeBytes;
  }
}

/** What a gauge changes by, and is not set to, has a sign. */
function hasSign(text: string): boolean {
  return text[0] === '+' || text[0] === '-';
}
