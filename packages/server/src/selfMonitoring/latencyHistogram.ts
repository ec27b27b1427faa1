import { Histogram, type HistogramConfiguration } from 'prom-client';
import { sampledTraceIds } from '../tracing/traceIds.js';
import type { LatencyExemplars, SampleLabels } from './latencyExemplars.js';

export interface LatencyHistogramOptions<Label extends string> extends HistogramConfiguration<Label> {
  /** Upper bounds, ascending, seconds. */
  readonly buckets: number[];
  readonly exemplars: LatencyExemplars;
  readonly now: () => number;
}

/** A histogram of durations that tells of each bucket a request whose trace shows where the time went. */
export class LatencyHistogram<Label extends string = string> extends Histogram<Label> {
  readonly #options: LatencyHistogramOptions<Label>;

  constructor(options: LatencyHistogramOptions<Label>) {
    const { exemplars, now, ...configuration } = options;
    super(configuration);
    this.#options = options;
  }

  /** Counts a duration, in the span it was taken of. */
  observeLatency(labels: Readonly<Record<Label, string>>, seconds: number): void {
    this.observe(labels, seconds);
    const traced = sampledTraceIds();
    if (!traced) return;
    const { name, buckets, exemplars, now } = this.#options;
    const le = buckets.find((bound) => seconds <= bound) ?? '+Inf';
    const sample: SampleLabels = { ...labels, le };
    exemplars.note(`${name}_bucket`, sample, { labels: traced, value: seconds, timeMs: now() });
  }
}
