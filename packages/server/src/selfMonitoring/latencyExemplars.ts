import type { TraceIds } from '../tracing/traceIds.js';

/** Buckets of which an exemplar is kept; those of all routes are fewer. */
const EXEMPLARS_MAX = 2000;

/** A request that a bucket of a histogram counted, whose trace is kept. */
export interface LatencyExemplar {
  readonly labels: TraceIds;
  readonly value: number;
  readonly timeMs: number;
}

/** Labels of a sample as prom-client has them. */
export type SampleLabels = Readonly<Record<string, string | number | undefined>>;

/** The last traced request in each bucket of the own histograms of latency. */
export class LatencyExemplars {
  readonly #byBucket = new Map<string, LatencyExemplar>();

  /** Takes the place of the one before. `sample` and `labels`, the bucket's `le` among them, are as in `/metrics`. */
  note(sample: string, labels: SampleLabels, exemplar: LatencyExemplar): void {
    const key = keyOf(sample, labels);
    if (this.#byBucket.size < EXEMPLARS_MAX || this.#byBucket.has(key)) this.#byBucket.set(key, exemplar);
  }

  /** That of a sample `<histogram>_bucket`, if there is one. */
  find(sample: string, labels: SampleLabels): LatencyExemplar | undefined {
    return this.#byBucket.size === 0 ? undefined : this.#byBucket.get(keyOf(sample, labels));
  }
}

function keyOf(sample: string, labels: SampleLabels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return [sample, ...pairs.sort()].join('\n');
}
