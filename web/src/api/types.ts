/** A series' identity as the API gives it; `__name__` is the metric. */
export type Labels = Readonly<Record<string, string>>;

/** Unix seconds and the value as text, which may be `NaN`, `+Inf` or `-Inf`. */
export type Point = readonly [seconds: number, value: string];

export interface MatrixSeries {
  readonly metric: Labels;
  readonly values: readonly Point[];
}

export interface VectorSample {
  readonly metric: Labels;
  readonly value: Point;
}

export type QueryData =
  | { readonly resultType: 'matrix'; readonly result: readonly MatrixSeries[] }
  | { readonly resultType: 'vector'; readonly result: readonly VectorSample[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point };

/** A value of a series at a time in Unix seconds, with labels of its own such as the id of a trace. */
export interface ApiExemplar {
  readonly labels: Labels;
  readonly value: string;
  readonly timestamp: number;
}

export interface ExemplarSeries {
  readonly seriesLabels: Labels;
  readonly exemplars: readonly ApiExemplar[];
}

export interface MetricMetadata {
  readonly type: string;
  readonly help: string;
  readonly unit?: string;
}

export type MetadataByName = Readonly<Record<string, readonly MetricMetadata[]>>;

export interface Envelope<T> {
  readonly status: 'success' | 'error';
  readonly data?: T;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** What an error of our own API has. */
export interface OwnError {
  readonly code?: string;
  readonly message?: string;
}

/** An answer with what the server had to say about it. */
export interface Answer<T> {
  readonly data: T;
  readonly notices: readonly string[];
}

/** A range on the evaluation grid: every point is `startSec + i * stepSec`, up to and including `endSec`. */
export interface Grid {
  readonly startSec: number;
  readonly endSec: number;
  readonly stepSec: number;
}
