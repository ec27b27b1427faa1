/** The parts of @opentelemetry/sdk-metrics' data that are used. */
export interface ResourceMetrics {
  readonly resource: { readonly attributes: Attributes };
  readonly scopeMetrics: readonly { readonly metrics: readonly MetricData[] }[];
}

export type Attributes = Readonly<Record<string, unknown>>;

export interface MetricData {
  readonly descriptor: { readonly name: string; readonly description: string; readonly unit: string };
  /** What the values are, as `DataPointType` numbers it. */
  readonly dataPointType: number;
  readonly dataPoints: readonly DataPoint[];
  /** Of sums. */
  readonly isMonotonic?: boolean;
}

export interface DataPoint {
  /** Seconds since 1970, and nanoseconds. */
  readonly endTime: readonly [number, number];
  readonly attributes: Attributes;
  /** A number, `HistogramValue` or `ExponentialValue`. */
  readonly value: unknown;
}

export interface HistogramValue {
  /** Observations in each bucket, of which there is one more than boundaries. */
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  readonly sum?: number;
  readonly count: number;
}

/** Buckets from `offset` on, in powers of 2^(2^-scale). */
export interface ExponentialSide {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

export interface ExponentialValue {
  readonly count: number;
  readonly sum?: number;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: ExponentialSide;
  readonly negative: ExponentialSide;
}

export const HISTOGRAM = 0;
export const EXPONENTIAL_HISTOGRAM = 1;
export const GAUGE = 2;
export const SUM = 3;
