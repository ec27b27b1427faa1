/** Every limit and default of the SDK. Memory, time and request sizes are bounded by these and nothing else. */

export const INTERVAL_MS_DEFAULT = 10_000;
/** A shorter interval would make the client's own traffic the main load of a small app. */
export const INTERVAL_MS_MIN = 100;
/** Longer timers overflow what Node can schedule; nobody wants one sample a day. */
export const INTERVAL_MS_MAX = 3_600_000;

/** One attempt to send one batch, from connecting to the last byte of the answer. */
export const REQUEST_TIMEOUT_MS_DEFAULT = 10_000;
export const CLOSE_TIMEOUT_MS_DEFAULT = 5_000;
export const FLUSH_TIMEOUT_MS_DEFAULT = 30_000;
/** What the end of a process waits for its metrics: not long enough to seem to hang. */
export const EXIT_TIMEOUT_MS = 2_000;
/** What an answer of a serverless function waits for its metrics, and what is left of the time it has then. */
export const HANDLER_FLUSH_TIMEOUT_MS_DEFAULT = 2_000;
export const HANDLER_MARGIN_MS = 100;
export const TIMEOUT_MS_MAX = 600_000;

/** The first attempt and four retries: up to 7.5 s of waiting when the server names no time itself. */
export const ATTEMPTS_MAX = 5;
export const BACKOFF_BASE_MS = 500;
export const BACKOFF_CAP_MS = 10_000;
/** A longer `Retry-After` is cut to this: no flush should take much longer than the time between two. */
export const RETRY_AFTER_MS_MAX = 60_000;

/** Retries a client may make while nothing is delivered, and the part of one that each delivered batch gives back. */
export const RETRIES_IN_RESERVE = 20;
export const RETRY_EARNED_BY_DELIVERY = 0.2;
/** Answers 500 to one batch, after which it is given up for the sake of those behind it: those of three flushes. */
export const BROKEN_ANSWERS_MAX = 3 * ATTEMPTS_MAX;
/** What waits for a server that is away, compressed: hours of a small app, minutes of 10,000 series. */
export const QUEUE_SIZE_BYTES_MAX_DEFAULT = 4 * 1_024 * 1_024;
export const QUEUE_SIZE_BYTES_MAX_MAX = 1_024 * 1_024 * 1_024;

/** Label sets of one metric; a histogram's set counts once, though it is sent as many rows. */
export const SERIES_PER_METRIC_DEFAULT = 2_000;
/** Label sets of all metrics of a client. */
export const SERIES_MAX = 100_000;
export const METRICS_MAX = 2_000;
export const COLLECTORS_MAX = 1_000;

export const NAME_CHARS_MAX = 256;
/** At most 3 bytes a UTF-16 unit, so a value always fits the 4 KB that the server takes. */
export const LABEL_VALUE_CHARS_MAX = 1_024;
export const LABELS_PER_SERIES_MAX = 48;
export const HELP_CHARS_MAX = 1_024;
export const BUCKETS_MAX = 200;
export const QUANTILES_MAX = 50;
export const STATES_MAX = 200;

/** Exemplars kept for one metric, the last of a bucket each; about 300 bytes. */
export const EXEMPLARS_PER_METRIC_MAX = 1_000;
/** What OpenMetrics allows for names and values together. */
export const EXEMPLAR_CHARS_MAX = 128;

/** Times an app may take to answer what is read from it at a collection. */
export const COLLECT_TIMEOUT_MS_DEFAULT = 1_000;

/** Window of a summary, and the parts it moves on by. */
export const SUMMARY_AGE_MS_DEFAULT = 600_000;
export const SUMMARY_AGE_MS_MAX = 86_400_000;
export const SUMMARY_AGE_BUCKETS_DEFAULT = 5;
export const SUMMARY_AGE_BUCKETS_MAX = 20;
export const SUMMARY_QUANTILES: readonly number[] = [0.5, 0.9, 0.95, 0.99];

/** Time that work over all series goes on before it lets other work in. */
export const SLICE_MS = 2;

/** Rows of one request. Encoding so many takes a few milliseconds, during which the app waits. */
export const BATCH_ROWS_MAX = 2_000;
/**
 * Of one batch that is written in the app itself, for which the app waits another 4 µs a row, and ten times as long while
 * that code is new to the engine: the first has the fewest rows, the others as many as the one before it says are written
 * in the time.
 */
export const STORE_BATCH_ROWS_MIN = 10;
export const STORE_BATCH_ROWS_MAX = 500;
export const STORE_WRITE_MS = 3;
/** UTF-16 units of one request body, so at most three times as many bytes. A single row is always sent. */
export const BATCH_CHARS_MAX = 512 * 1_024;
/** An answer longer than this is not from a TinyObs server; the connection is cut. */
export const ANSWER_BYTES_MAX = 1024 * 1_024;

/** Browsers carry on with requests of a page that is left if their bodies are 64 KiB at most, all of the page together. */
export const KEEPALIVE_BYTES_MAX = 60_000;

/** Distinct (code, metric) pairs of which `onError` hears once; later ones are counted only. */
export const REPORTED_PROBLEMS_MAX = 1_000;
/** Distinct drop reasons taken from server answers; further ones are counted as `other`. */
export const DROP_REASONS_MAX = 64;

/** Seconds; the buckets most Prometheus clients share, so that existing queries and panels fit. */
export const LATENCY_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Bytes of a body. Fewer steps than for durations: of sizes the order of magnitude is what one asks for. */
export const SIZE_BUCKETS: readonly number[] = [
  100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
];

/** Combinations of route, method and status whose series a host has at hand; others are found by their labels. */
export const SERIES_AT_HAND_MAX = 2_000;

/** Hosts that requests of `measureFetch` are told apart by. */
export const HOSTS_MAX = 100;

/** What is kept on disk: two days of a small app, whose batches take a block of 4 KiB each. */
export const SPOOL_SIZE_BYTES_MAX_DEFAULT = 64 * 1_024 * 1_024;
/** Less would not hold a few batches of the largest size. */
export const SPOOL_SIZE_BYTES_MAX_MIN = 1_024 * 1_024;
/** Of each file that waits about 300 bytes are kept in memory, so of so much up to 80 MB. */
export const SPOOL_SIZE_BYTES_MAX_MAX = 1_024 * 1_024 * 1_024;
/** A disk that takes longer is taken for one that fails. */
export const SPOOL_TIMEOUT_MS = 5_000;
/** How often a process shows that its folder is in use, and after how long without it is not. */
export const SPOOL_HEARTBEAT_MS = 10_000;
export const SPOOL_ABANDONED_MS = 60_000;
