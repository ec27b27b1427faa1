/** Redirects followed on the way to an answer. */
export const REDIRECTS_MAX = 10;

/** Most targets of one job; a discovery that says more has gone wrong. */
export const TARGETS_MAX = 50_000;

/** Targets dropped by relabelling that are kept to be shown, of one job; all are counted. */
export const DROPPED_TARGETS_KEPT_MAX = 1000;

/** Longest file or answer of a discovery, bytes. */
export const DISCOVERY_BYTES_MAX = 16 * 1024 * 1024;

/** Files that one pattern of `file_sd_configs` may name. */
export const DISCOVERY_FILES_MAX = 1000;

/** Metrics of one target whose metadata is kept to be shown. */
export const TARGET_METADATA_MAX = 5000;

/** Longest time a discovery may wait for an answer, ms. */
export const DISCOVERY_TIMEOUT_MS = 30_000;

/** Changes of targets that come within this time are put in force together, ms. */
export const SYNC_DELAY_MS = 50;

/** How much later than planned a scrape may begin and still have the planned time as its own, ms. */
export const TIMESTAMP_TOLERANCE_MS = 2;

/** Most steps of a regular expression over one value, which cannot be interrupted; some 50 ns each at worst. */
export const RELABEL_STEPS_MAX = 300_000;

/** Longest name or value that relabelling makes, in characters. */
export const RELABELED_LENGTH_MAX = 65_536;

/** How long the samples of a scrape are gone through before others have their turn, ms. */
export const SLICE_MS = 5;

/** Samples gone through between two looks at the clock. */
export const SLICE_SAMPLES = 64;

/** Idle connections kept for the next scrapes, of one job and target. */
export const IDLE_CONNECTIONS_MAX = 2;

/** Longest answer to what is sent, and how much of it is shown; it says no more than what went wrong. */
export const ANSWER_BYTES_MAX = 64 * 1024;
export const ANSWER_SHOWN_BYTES = 512;
