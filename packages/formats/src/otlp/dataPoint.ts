import { Attributes } from './attributes.js';

/** What kind of metric a point is one of. */
export type MetricKind = 'gauge' | 'sum' | 'histogram' | 'exponential' | 'summary';

/** What a metric says of all its points. */
export interface MetricHead {
  readonly kind: MetricKind;
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** As the protocol numbers them. */
  readonly temporality: number;
  readonly isMonotonic: boolean;
}

export interface OtlpExemplar {
  readonly timeMs: number;
  readonly value: number;
  /** Hexadecimal digits, '' for none. */
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: readonly (readonly [key: string, value: string])[];
}

/** Numbers in an array that grows. */
export class NumberList {
  values = new Float64Array(32);
  length = 0;

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Float64Array(this.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }
}

/** Buckets of an exponential histogram, on one side of zero. */
export class ExponentialSide {
  offset = 0;
  readonly counts = new NumberList();

  clear(): void {
    this.offset = 0;
    this.counts.length = 0;
  }
}

/**
 * A data point of any kind, as both encodings are read into it: what the kind does not have stays as `clear` leaves it.
 * One is reused for all points of a request.
 */
export class DataPoint {
  readonly attributes = new Attributes();
  timeMs = 0;
  flags = 0;
  /** Of gauges and sums; undefined when the point has none. */
  value: number | undefined;
  count = 0;
  sum: number | undefined;
  readonly bounds = new NumberList();
  readonly bucketCounts = new NumberList();
  scale = 0;
  zeroCount = 0;
  zeroThreshold = 0;
  readonly positive = new ExponentialSide();
  readonly negative = new ExponentialSide();
  readonly quantiles = new NumberList();
  readonly quantileValues = new NumberList();
  readonly exemplars: OtlpExemplar[] = [];

  clear(): void {
    this.attributes.clear();
    this.timeMs = 0;
    this.flags = 0;
    this.value = undefined;
    this.count = 0;
    this.sum = undefined;
    this.bounds.length = 0;
    this.bucketCounts.length = 0;
    this.scale = 0;
    this.zeroCount = 0;
    this.zeroThreshold = 0;
    this.positive.clear();
    this.negative.clear();
    this.quantiles.length = 0;
    this.quantileValues.length = 0;
    this.exemplars.length = 0;
  }
}
