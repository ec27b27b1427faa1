import { type ErrorCode, Labels, type WriteBatch } from '@tinyobs/model';
import { EXEMPLAR_LABELS_LENGTH_MAX, OTLP_BOUNDS_KEPT_MAX } from '../limits.js';
import type { BatchRoom } from './batchRoom.js';
import { ClassicBuckets } from './classicBuckets.js';
import type { DataPoint, OtlpExemplar } from './dataPoint.js';
import { decimalText } from './decimalText.js';
import { DeltaPoints } from './deltaPoints.js';
import { NO_RECORDED_VALUE_FLAG } from './fields.js';
import { type LabelPair, labelBytes } from './labelPair.js';
import type { MetricFamily } from './metricFamily.js';
import { escapesNames } from './metricName.js';
import type { OtlpOptions } from './otlpOptions.js';
import { PointLabels } from './pointLabels.js';
import type { ScopeLabels } from './scopeLabels.js';

/** Adds the series and samples of data points to a batch. */
export class PointSeries {
  /** The labels of all series of the scope at hand, in the order of their names. */
  scope: readonly LabelPair[] = [];
  readonly deltas = new DeltaPoints();
  /** What was wrong with the last point that was not added. */
  failedCode: ErrorCode = 'invalid_value';
  problem = '';

  readonly #batch: WriteBatch;
  readonly #names: ScopeLabels;
  readonly #escapes: boolean;
  readonly #room: BatchRoom;
  readonly #labels = new PointLabels();
  readonly #buckets = new ClassicBuckets();
  readonly #bounds = new BoundLabels('le');
  readonly #quantiles = new BoundLabels('quantile');
  #timeMs = 0;
  #isStale = false;

  /** @param names Names the labels of exemplars. */
  constructor(batch: WriteBatch, room: BatchRoom, names: ScopeLabels, { strategy }: OtlpOptions) {
    this.#batch = batch;
    this.#names = names;
    this.#escapes = escapesNames(strategy);
    this.#room = room;
  }

  /** False when something is wrong with the point: nothing of it is added then. */
  add(point: DataPoint, family: MetricFamily): boolean {
    const { attributes } = point;
    this.#timeMs = point.timeMs;
    this.#isStale = (point.flags & NO_RECORDED_VALUE_FLAG) !== 0;
    attributes.sortAsLabels(this.#escapes);
    if (attributes.hasEmptyName) return this.#fail('invalid_label', 'an attribute has an empty key');
    const isWhole = Number.isFinite(point.value ?? 0) && Number.isFinite(point.sum ?? 0);
    // It would stay in the sum for ever.
    if (family.isDelta && !isWhole) return this.#fail('invalid_value', 'a delta is not a finite number');
    this.#labels.begin(attributes, this.scope, family.ownName);
    switch (family.kind) {
      case 'gauge':
      case 'sum':
        return this.#addNumber(point, family);
      case 'histogram':
        return this.#addHistogram(point, family, this.#buckets.takeExplicit(point));
      case 'exponential':
        return this.#addHistogram(point, family, this.#buckets.takeExponential(point));
      case 'summary':
        return this.#addSummary(point, family);
    }
  }

  #addNumber({ value, exemplars }: DataPoint, { plain, type, isDelta }: MetricFamily): boolean {
    if (value === undefined && !this.#isStale) return this.#fail('invalid_value', 'the point has no value');
    const start = this.#batch.sampleCount;
    const series = this.#addSample(plain, value ?? 0);
    if (isDelta && !this.#isStale) this.deltas.add(start, start, start + 1);
    if (type === 'counter') for (const exemplar of exemplars) this.#addExemplar(exemplar, series);
    return true;
  }

  /** @param problem What is wrong with its buckets; '' for nothing. */
  #addHistogram(
    point: DataPoint,
    { kind, bucket, sum, count, isDelta }: MetricFamily,
    problem: string,
  ): boolean {
    if (problem !== '') return this.#fail('invalid_value', problem);
    const { bounds, counts } = this.#buckets;
    const start = this.#batch.sampleCount;
    const firstSeries = this.#batch.seriesCount;
    for (let i = 0; i < bounds.length; i++) {
      this.#addSample(bucket, counts.values[i], this.#bounds.of(bounds.values[i]));
    }
    this.#addSample(bucket, point.count, this.#bounds.of(Number.POSITIVE_INFINITY));
    const bucketEnd = this.#batch.sampleCount;
    if (point.sum !== undefined) this.#addSample(sum, point.sum);
    this.#addSample(count, point.count);
    if (isDelta && !this.#isStale) {
      const told = kind === 'exponential' ? bounds.values.subarray(0, bounds.length) : undefined;
      this.deltas.add(start, bucketEnd, this.#batch.sampleCount, told);
    }
    for (const exemplar of point.exemplars) {
      this.#addExemplar(exemplar, firstSeries + this.#buckets.placeOf(exemplar.value));
    }
    return true;
  }

  #addSummary(point: DataPoint, { plain, sum, count }: MetricFamily): boolean {
    const { quantiles, quantileValues } = point;
    for (let i = 0; i < quantiles.length; i++) {
      this.#addSample(plain, quantileValues.values[i], this.#quantiles.of(quantiles.values[i]));
    }
    this.#addSample(sum, point.sum ?? 0);
    this.#addSample(count, point.count);
    return true;
  }

  /** Returns the series. @throws TinyObsError `body_too_large` */
  #addSample(name: Uint8Array, value: number, own?: Uint8Array): number {
    const batch = this.#batch;
    const series = this.#labels.commit(batch, name, own);
    const row = this.#room.rows;
    if (this.#isStale) batch.addStaleMarker(series, this.#timeMs, row);
    else batch.addSample(series, this.#timeMs, value, row);
    this.#room.check();
    return series;
  }

  /** Trace and span matter most: attributes are left out where all together are too long. */
  #addExemplar({ timeMs, value, traceId, spanId, attributes }: OtlpExemplar, series: number): void {
    const trace = new Map([
      ['trace_id', traceId],
      ['span_id', spanId],
    ]);
    const all = new Map([...this.#names.ofAttributes(attributes), ...trace]);
    const labels = Labels.from(lengthOf(all) > EXEMPLAR_LABELS_LENGTH_MAX ? trace : all);
    this.#batch.exemplars.push({ series, labels, value, timeMs: timeMs === 0 ? this.#timeMs : timeMs });
  }

  #fail(code: ErrorCode, problem: string): false {
    this.failedCode = code;
    this.problem = problem;
    return false;
  }
}

/** The labels of bounds as canonical bytes: most points have the bounds of the point before. */
class BoundLabels {
  readonly #name: string;
  readonly #kept = new Map<number, Uint8Array>();

  constructor(name: string) {
    this.#name = name;
  }

  of(bound: number): Uint8Array {
    let label = this.#kept.get(bound);
    if (label === undefined) {
      label = labelBytes(this.#name, decimalText(bound));
      if (this.#kept.size === OTLP_BOUNDS_KEPT_MAX) this.#kept.clear();
      this.#kept.set(bound, label);
    }
    return label;
  }
}

/** Characters of all names and values. */
function lengthOf(labels: ReadonlyMap<string, string>): number {
  let length = 0;
  for (const [name, value] of labels) if (value !== '') length += [...name].length + [...value].length;
  return length;
}
