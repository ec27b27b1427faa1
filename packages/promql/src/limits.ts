/** Bounds of one query; what an engine may change is in `EngineOptions`. */

/**
 * Longest query text, in UTF-16 units. Text made to hurt takes the parser some 2 µs a unit; the longest queries
 * people have, with a few thousand names in a regular expression, are below this.
 */
export const QUERY_LENGTH_MAX = 65_536;

/** Deepest nesting of an expression, and the most an engine may allow; evaluation recurses once per level. */
export const QUERY_DEPTH_MAX = 1000;

/** How far an instant selector looks back for a sample, ms. */
export const LOOKBACK_MS_DEFAULT = 300_000;

/** Distance between the points of a subquery that names none, ms. */
export const SUBQUERY_STEP_MS_DEFAULT = 60_000;

/** Most points a query may hold in memory at one moment: 16 bytes each at most. */
export const SAMPLES_MAX_DEFAULT = 50_000_000;

/** Most steps of a subquery: a row of them is handled without a pause. */
export const SUBQUERY_STEPS_MAX = 2 ** 21;

/** Most series a query may read, all its selectors together. */
export const SERIES_MAX_DEFAULT = 1_000_000;

/** Longest label value that a query may make, in UTF-16 units: doubling it again and again would end in gigabytes. */
export const LABEL_VALUE_LENGTH_MAX = 16_384;

/**
 * Longest one call of `label_replace` may spend on its regular expression, ms. Matching is linear in the text, but
 * thousands of long values add up, and finding groups by a large pattern takes milliseconds for each.
 */
export const REGEX_MS_MAX = 1000;

/**
 * Most steps of a regular expression over a value whose groups are looked for: that cannot be interrupted and takes
 * some 20 ns each, in bad cases ten times that.
 */
export const REGEX_GROUP_STEPS_MAX = 75_000;

/** The same where only whether it matches is asked, some 50 ns each at worst. */
export const REGEX_MATCH_STEPS_MAX = 300_000;

/** Most steps from the first evaluation time of a range query to the last, as in Prometheus. */
export const POINTS_PER_SERIES_MAX_DEFAULT = 11_000;

export const TIMEOUT_MS_DEFAULT = 120_000;

/** Longest stretch of work between two turns of the event loop, ms. */
export const SLICE_MS_DEFAULT = 4;

/** Different messages kept of each kind; a query over many series could raise millions of the same sort. */
export const ANNOTATIONS_MAX = 10;
