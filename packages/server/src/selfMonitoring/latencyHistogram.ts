import {
  Histogram,
  type HistogramConfiguration,
  type MetricObjectWithValues,
  type MetricValueWithName,
} from 'prom-client';
import { sampledTraceIds, type TraceIds } from '../tracing/traceIds.js';

/** Buckets of one histogram of which an exemplar is kept; those of all routes are fewer. */
const EXEMPLARS_MAX = 2000;

export interface LatencyHistogramOptions<Label extends string> extends HistogramConfiguration<Label> {
  /** Upper bounds, ascending, seconds. */
  readonly buckets: number[];
  /** Gives the times of exemplars, ms. */
  readonly now: () => number;
}

/** A request that a bucket counted, and by which its trace is found, as prom-client has exemplars. */
interface LatencyExemplar {
  readonly labelSet: TraceIds;
  readonly value: number;
  /** Seconds. */
  readonly timestamp: number;
}

/** A histogram of durations that tells with each bucket the last request in it whose trace is kept. */
export class LatencyHistogram<Label extends string = string> extends Histogram<Label> {
  readonly #buckets: readonly number[];
  readonly #now: () => number;
  readonly #exemplars = new Map<string, LatencyExemplar>();

  constructor({ now, ...configuration }: LatencyHistogramOptions<Label>) {
    super(configuration);
    this.#buckets = configuration.buckets;
    this.#now = now;
  }

  /** Counts a duration, in the span it was taken of. */
  observeLatency(labels: Readonly<Record<Label, string>>, seconds: number): void {
    this.observe(labels, seconds);
    const labelSet = sampledTraceIds();
    if (!labelSet) return;
    const key = keyOf({ ...labels, le: this.#buckets.find((bound) => seconds <= bound) ?? '+Inf' });
    if (this.#exemplars.size >= EXEMPLARS_MAX && !this.#exemplars.has(key)) return;
    this.#exemplars.set(key, { labelSet, value: seconds, timestamp: this.#now() / 1000 });
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<Label>>> {
    const metric = await super.get();
    if (this.#exemplars.size === 0) return metric;
    const values = metric.values.map((value) => ({
      ...value,
      exemplar: this.#exemplars.get(keyOf(value.labels)),
    }));
    return { ...metric, values };
  }
}

/** Only buckets have a label `le`. */
function keyOf(labels: Readonly<Record<string, string | number | undefined>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.sort().join('\n');
}
