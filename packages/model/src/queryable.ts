import type { Labels } from './labels.js';
import type { Matcher } from './matcher.js';
import type { MetricMetadata } from './writeBatch.js';

/** Identifies a series within one `Queryable` for as long as it is open, and no other series ever. */
export type SeriesId = number;

/** What the caller will do with the samples, so that a store may fetch less or answer from rollups. */
export interface SelectHints {
  /** Distance between evaluation times, ms; 0 for an instant query. */
  readonly stepMs: number;
  /** Width of the range selector, ms; 0 for an instant selector (the lookback is in the time bounds). */
  readonly rangeMs: number;
  /** The function or aggregation right around the selector; '' for none. */
  readonly func: string;
  readonly grouping?: { readonly by: boolean; readonly labels: readonly string[] };
  /** Most series wanted; 0 for all. */
  readonly limit: number;
  /** Only the latest sample of each series in the range is looked at: a store may leave out the others. */
  readonly latestOnly?: boolean;
  /** Which rollups may answer; without it the finest there are, where raw samples are gone. */
  readonly rollups?: RollupChoice;
}

/** Where raw samples are kept they answer; where they are gone, what this lets rollups do. Widths of buckets, ms. */
export interface RollupChoice {
  /** The coarsest that may answer: 0 for none, infinite for all. */
  readonly maxMs: number;
  /** Where several may, the coarsest up to this one does; if there is none, the finest. */
  readonly preferredMs: number;
}

/**
 * Samples of some series in columns. Series i has id `ids[i]` and `lengths[i]` samples: their times (ms,
 * strictly ascending) start at `times[timeStarts[i]]`, their values at `values[valueStarts[i]]`. Series that
 * were sampled together may share one stretch of `times`: equal `timeStarts` and `lengths` mean equal times.
 * Stale markers are included, as bits (see `floatBits.ts`). Arrays may be longer than what they hold; they
 * are valid until the next batch is asked for.
 */
export interface SeriesBatch {
  readonly count: number;
  readonly ids: Uint32Array;
  readonly timeStarts: Uint32Array;
  readonly valueStarts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /**
   * Of the time asked for whose raw samples are gone, a little more at either side; undefined when the store has
   * nothing but raw samples for it. Then series may have no samples, and all samples are behind the last span.
   */
  readonly rollups?: RollupColumns;
}

/**
 * Buckets of the series of a batch in columns: series i has `lengths[i]` of them from place `starts[i]` on, ascending
 * in time and apart. A bucket says of consecutive samples of (k × width, (k + 1) × width] when the first and the last
 * were and what they were, how many there were, their sum, least and greatest value, and the sum of all values that
 * a lower one followed: last − first + that is the increase of a counter. Several may be of one k. One with a count
 * of 0 is a stale marker, of which only the times mean something; others tell nothing of stale markers.
 */
export interface RollupColumns {
  readonly starts: Uint32Array;
  readonly lengths: Uint32Array;
  readonly firstTimes: Float64Array;
  readonly lastTimes: Float64Array;
  readonly firsts: Float64Array;
  readonly lasts: Float64Array;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
  readonly drops: Float64Array;
  /** Which width answers up to (not including) which time, ms; ascending. Behind the last one raw samples do. */
  readonly spans: readonly RollupSpan[];
}

export interface RollupSpan {
  readonly endMs: number;
  readonly widthMs: number;
}

/** An inclusive stretch of time in ms since the epoch. */
export interface TimeRange {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Source of series for PromQL and the HTTP API: a store in this process, or one elsewhere. */
export interface Queryable {
  /**
   * Series that pass all matchers and have samples in the range, ascending by id, each in one batch only.
   *
   * @throws TinyObsError `query_canceled` when the signal aborts, `store_closed`, `store_corrupt`.
   */
  select(
    matchers: readonly Matcher[],
    range: TimeRange,
    hints: SelectHints,
    signal: AbortSignal,
  ): AsyncIterable<SeriesBatch>;

  /**
   * The labels of a series that `select` or `series` named; the same object for the same id where possible.
   *
   * @throws TinyObsError `store_busy` when it was named long ago, and a store has forgotten it since: ask again
   */
  labels(id: SeriesId): Labels;

  /** The value of one label of such a series, '' for none: for grouping many series by few labels. Throws as `labels`. */
  labelValue(id: SeriesId, name: string): string;

  /** Ids of series that pass all matchers of at least one of the sets and may have samples in the range. */
  series(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<SeriesId[]>;

  /** Label names in byte order; no matcher set means all series; limit 0 means all names. */
  labelNames(
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]>;

  /** Values of one label in byte order. */
  labelValues(
    name: string,
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    limit: number,
    signal: AbortSignal,
  ): Promise<string[]>;

  /** Metadata by metric in byte order; of one metric when it is named; limit 0 means all. */
  metadata(metric: string | undefined, limit: number): Promise<MetricMetadata[]>;
}

/** A moment in the life of a `ChangeTracker`, meant for it alone. */
export interface ChangeMark {
  /** Whoever made the mark: nothing is known of changes since the marks of others. */
  readonly tracker: object;
  readonly version: number;
  readonly timeMs: number;
}

/** What a `Queryable` tells those who keep answers: when they are not what it would answer now. */
export interface ChangeTracker {
  /** What is read after this call and does not change since is what would be read later. */
  mark(): ChangeMark;

  /**
   * Stretches of time in which samples of series with these metric names may have been written, overwritten,
   * deleted or dropped since the mark; of any series when no names are given. None means that nothing changed.
   */
  changedSince(mark: ChangeMark, metrics: readonly string[] | undefined): TimeRange[];
}
