import { type ErrorCode, Labels, METRIC_NAME, WriteBatch } from '@tinyobs/model';

/** Metrics whose refused samples are told; those of others are in `tinyobs_ingest_refused_samples_total` only. */
const METRICS_MAX = 1000;

/** The label that tells an overflow series from the others of its metric. */
const OVERFLOW_LABEL = 'tinyobs_overflow';

const SERIES_LIMITS: ReadonlySet<ErrorCode> = new Set([
  'too_many_series',
  'too_many_series_per_metric',
  'too_many_series_per_key',
]);

/** Whether a sample was refused because its series would be one too many. */
export function isOverflow(code: ErrorCode): boolean {
  return SERIES_LIMITS.has(code);
}

/** How many samples of new series were refused since the start, by metric: what overflow series say. */
export class OverflowCounts {
  readonly #byMetric = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#byMetric.size === 0;
  }

  /** Counts a refused sample of a metric. */
  note(metric: string): void {
    const count = this.#byMetric.get(metric) ?? 0;
    if (count > 0 || this.#byMetric.size < METRICS_MAX) this.#byMetric.set(metric, count + 1);
  }

  /** A sample of the overflow series of each metric. */
  toBatch(timeMs: number): WriteBatch {
    const batch = new WriteBatch();
    for (const [metric, count] of this.#byMetric) {
      const labels = Labels.fromObject({ [METRIC_NAME]: metric, [OVERFLOW_LABEL]: 'true' });
      batch.addSample(batch.addSeries(labels), timeMs, count, batch.sampleCount);
    }
    return batch;
  }
}
