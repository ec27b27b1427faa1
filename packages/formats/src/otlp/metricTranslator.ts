import type { ErrorCode, WriteBatch } from '@tinyobs/model';
import { allOrNothing } from '../allOrNothing.js';
import { MetadataCollector } from '../metricFamilies.js';
import { quoted } from '../quoted.js';
import { Refusals } from '../refusals.js';
import { BatchRoom } from './batchRoom.js';
import type { DataPoint, MetricHead } from './dataPoint.js';
import { MetricFamily } from './metricFamily.js';
import { unitName } from './metricName.js';
import type { OtlpOptions, OtlpResult } from './otlpOptions.js';
import { PointSeries } from './pointSeries.js';
import { type ScopeHead, ScopeLabels, TARGET_INFO } from './scopeLabels.js';

/**
 * Adds to a batch what `read` tells a translator. What it throws leaves the batch as it was.
 *
 * @throws TinyObsError `body_too_large`, and what `read` throws
 */
export function translateInto(
  batch: WriteBatch,
  options: OtlpOptions,
  read: (translator: MetricTranslator) => void,
): OtlpResult {
  return allOrNothing(batch, () => {
    const translator = new MetricTranslator(batch, options);
    read(translator);
    return translator.finish();
  });
}

/**
 * Makes series and samples of what a request says, in its order: resource, scope, metric, points. Both encodings are
 * read into this, so that they mean the same.
 */
export class MetricTranslator {
  readonly #batch: WriteBatch;
  readonly #options: OtlpOptions;
  readonly #labels: ScopeLabels;
  readonly #series: PointSeries;
  readonly #metadata = new MetadataCollector();
  readonly #refusals = new Refusals();
  readonly #room: BatchRoom;
  /** The first row of each data point, whether it has any or not. */
  readonly #firstRows: number[] = [];
  /** The series of `target_info`, each with the time of the latest point of its resource. */
  readonly #targets: { readonly series: number; readonly timeMs: number }[] = [];
  #family!: MetricFamily;
  /** Whether the metadata of the metric at hand is noted. */
  #isNoted = false;
  /** Time of the latest point of the resource at hand. */
  #latestMs = 0;

  constructor(batch: WriteBatch, options: OtlpOptions) {
    this.#batch = batch;
    this.#options = options;
    this.#labels = new ScopeLabels(options);
    this.#room = new BatchRoom(batch, options.batchBytesMax);
    this.#series = new PointSeries(batch, this.#room, this.#labels, options);
  }

  beginResource(attributes: readonly (readonly [key: string, value: string])[]): void {
    this.#room.countObject();
    this.#labels.beginResource(attributes);
    this.#latestMs = 0;
  }

  endResource(): void {
    const { targetInfo: labels } = this.#labels;
    if (!labels || this.#latestMs === 0) return;
    this.#targets.push({ series: this.#batch.addSeries(labels), timeMs: this.#latestMs });
    this.#room.check();
  }

  beginScope(scope: ScopeHead): void {
    this.#room.countObject();
    this.#series.scope = this.#labels.ofScope(scope);
  }

  beginMetric(head: MetricHead): void {
    this.#room.countObject();
    this.#family = new MetricFamily(head, this.#options.strategy);
    this.#isNoted = false;
  }

  /** Counts an exemplar, or a value within a value, before it is made. @throws TinyObsError `body_too_large` */
  countObject(): void {
    this.#room.countObject();
  }

  /** @throws TinyObsError `body_too_large` */
  addPoint(point: DataPoint): void {
    this.#room.countPoint();
    this.#firstRows.push(this.#room.rows);
    const { name, problem } = this.#family;
    if (name === '') this.#refuse('invalid_metric_name', 'nothing is left of its name');
    else if (problem !== '') this.#refuse('invalid_value', problem);
    else if (point.timeMs === 0) this.#refuse('invalid_timestamp', 'the point has no time');
    else if (!this.#series.add(point, this.#family))
      this.#refuse(this.#series.failedCode, this.#series.problem);
    else this.#noteAdded(point.timeMs);
  }

  /** Adds what belongs to no point; for once at the end. */
  finish(): OtlpResult {
    const firstRows = this.#firstRows;
    const pointRows = this.#room.rows;
    for (const { series, timeMs } of this.#targets) {
      this.#batch.addSample(series, timeMs, 1, this.#room.rows);
    }
    this.#room.check();
    if (this.#targets.length > 0) {
      this.#metadata.noteType(TARGET_INFO, 'info');
      this.#metadata.noteHelp(TARGET_INFO, 'Attributes of resources.');
    }
    this.#metadata.addTo(this.#batch);
    return {
      rows: firstRows.length,
      ...this.#refusals.result(),
      deltas: this.#series.deltas,
      rowOf: (row) => (row < pointRows ? lastAtOrBefore(firstRows, row) : -1),
    };
  }

  #noteAdded(timeMs: number): void {
    this.#latestMs = Math.max(this.#latestMs, timeMs);
    if (this.#isNoted) return;
    this.#isNoted = true;
    const { name, type, head } = this.#family;
    this.#metadata.noteType(name, type);
    this.#metadata.noteHelp(name, head.description);
    this.#metadata.noteUnit(name, unitName(head.unit));
  }

  #refuse(code: ErrorCode, problem: string): void {
    const row = this.#firstRows.length - 1;
    const { head } = this.#family;
    this.#refusals.add(code, () => ({ row, message: `metric ${quoted(head.name)}: ${problem}` }));
  }
}

/** The last place whose number is not above `wanted`, in ascending numbers of which the first is 0. */
function lastAtOrBefore(numbers: readonly number[], wanted: number): number {
  let low = 0;
  let high = numbers.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (numbers[middle] <= wanted) low = middle;
    else high = middle;
  }
  return low;
}
