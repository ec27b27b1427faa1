/** What an app says of a metric when it asks for one. */
export interface MetricOptions<Name extends string = string> {
  /** What the metric counts, shown in the dashboard. */
  readonly help?: string;
  /** The unit of the value, as a word: `seconds`, `bytes`. */
  readonly unit?: string;
  /** The labels its samples have. Left out, any label is taken. */
  readonly labelNames?: readonly Name[];
}

export interface HistogramOptions<Name extends string = string> extends MetricOptions<Name> {
  /** Finite upper bounds of the buckets, ascending, in the unit of the metric. Default: 5 ms to 10 s. */
  readonly buckets?: readonly number[];
}

export interface SummaryOptions<Name extends string = string> extends MetricOptions<Name> {
  /** From 0 to 1. Default: 0.5, 0.9, 0.95, 0.99. */
  readonly quantiles?: readonly number[];
  /** How old the values may be that quantiles are told of, in milliseconds. Default 600,000. */
  readonly maxAgeMs?: number;
  /** In how many steps values leave that window, 1 to 20. Default 5; each takes up to 8 KB for a series. */
  readonly ageBuckets?: number;
}

export interface StateSetOptions<State extends string = string, Name extends string = string>
  extends MetricOptions<Name> {
  /** All states there are. */
  readonly states: readonly State[];
}

export interface ObservableOptions<Name extends string = string> extends MetricOptions<Name> {
  /** How long a reading is waited for, in milliseconds. Default 1,000. */
  readonly timeoutMs?: number;
}
