/** How often a destination looks for what was committed, while it has sent all there was, ms. */
export const FOLLOW_MS = 100;

/** Bytes of labels kept encoded for one destination, and memory of a series beside them, about. */
export const SERIES_CACHE_BYTES_MAX = 32 * 2 ** 20;
export const CACHED_SERIES_BYTES = 128;

/** Samples put into queues between two looks at the clock, and how long that goes on before others have their turn, ms. */
export const SLICE_SAMPLES = 1024;
export const SLICE_MS = 3;

/** How often it is asked whether there are too few shards, or too many, ms. */
export const RESHARD_MS = 5000;

/** Longest that an answer may tell to wait, ms. */
export const RETRY_AFTER_MS_MAX = 5 * 60_000;

/** How long what is left is sent when sending ends, ms. */
export const DRAIN_MS_MAX = 5000;
