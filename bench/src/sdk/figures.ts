import type { Kind } from './library.js';

export const LIBRARIES = ['@tinyobs/sdk', 'prom-client', '@opentelemetry/sdk-metrics'] as const;
export type LibraryName = (typeof LIBRARIES)[number];

/** How a series is named in an operation. */
export const WAYS = ['no labels', '1 label', '3 labels', '3 labels, bound'] as const;
export type Way = (typeof WAYS)[number];

/** Time of one operation; NaN where a library has none such. */
export interface Timing {
  readonly kind: Kind;
  readonly way: Way;
  readonly series: number;
  readonly nanoseconds: number;
}

/** What one process of one library measured. */
export interface Figures {
  readonly timings: readonly Timing[];
  readonly counterSeriesBytes: number;
  readonly histogramSeriesBytes: number;
  readonly collections: readonly Collection[];
}

/** Of all metrics, once, in processor time. */
export interface Collection {
  readonly of: string;
  readonly milliseconds: number;
  /** The longest that nothing else in the process had its turn: in the median of all collections, and in the worst. */
  readonly holdMs: number;
  readonly worstHoldMs: number;
}

/** Flushes of the SDK are measured of these series, into these. */
export const FLUSHED = ['counters', 'histograms'] as const;
export const PLACES = ['a server', 'a TinyObs of the same process'] as const;

export interface FlushSetup {
  readonly series: (typeof FLUSHED)[number];
  readonly place: (typeof PLACES)[number];
}

/** The longest that each of the flushes of a process held the event loop, CPU ms. */
export type Holds = readonly number[];

/** What a measuring process is told. */
export type Part = 'timings' | 'counterSeriesBytes' | 'histogramSeriesBytes' | 'collections';
export const PARTS: readonly Part[] = [
  'timings',
  'counterSeriesBytes',
  'histogramSeriesBytes',
  'collections',
];
