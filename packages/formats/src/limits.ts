/** Refused rows that a decoder names one by one; more are only counted, so that a bad body costs little. */
export const REFUSALS_LISTED_MAX = 100;

/** Longest piece of a sender's text that a message repeats, in UTF-16 units. */
export const QUOTED_LENGTH_MAX = 64;

/** Most samples, native histograms and exemplars of a remote write body: two bytes of it can be a sample of 24. */
export const REMOTE_WRITE_ROWS_MAX = 1_000_000;

/** Most exemplars and metadata entries of a remote write body, each of which becomes an object. */
export const REMOTE_WRITE_OBJECTS_MAX = 100_000;

/**
 * Most sample lines of a text, plain or OpenMetrics: four bytes of it can be a sample of 24 and a series of 20. With
 * so many a body of 32 MiB makes a batch of at most twice that.
 */
export const TEXT_ROWS_MAX = 750_000;

/** Most families and exemplars of a text, each of which becomes an object. */
export const TEXT_OBJECTS_MAX = 100_000;

/** Longest buffer for decompressed bodies that is kept for the next one. */
export const DECOMPRESSED_KEPT_BYTES_MAX = 8 * 1024 * 1024;

/** Most characters of the names and values of an exemplar's labels, as OpenMetrics and Prometheus have it. */
export const EXEMPLAR_LABELS_LENGTH_MAX = 128;

/** Most texts of a remote write 2.0 body: two bytes of it can be one. */
export const REMOTE_WRITE_SYMBOLS_MAX = 1_000_000;

/** Most labels of a series in a remote write 2.0 body, in which two bytes can be one. */
export const REMOTE_WRITE_LABELS_MAX = 65_536;

/** Most data points of an OTLP body, and most samples made of them. */
export const OTLP_POINTS_MAX = 1_000_000;
export const OTLP_SAMPLES_MAX = 2_000_000;

/**
 * Most resources, scopes, metrics, exemplars and nested values of attributes of an OTLP body, each of which becomes an
 * object.
 */
export const OTLP_OBJECTS_MAX = 100_000;

/** Most attributes of a point, resource, scope or exemplar, and deepest nesting of the value of one. */
export const ATTRIBUTES_MAX = 1024;
export const ATTRIBUTE_DEPTH_MAX = 32;

/**
 * The finest scale of exponential histograms whose bounds become those of buckets, and most buckets on either side of
 * zero: four to a doubling, 19 % apart, which 160 of are over forty doublings. Finer ones are merged into these, so
 * that the bounds stay the same while a sender changes its scale.
 */
export const EXPONENTIAL_SCALE_MAX = 2;
export const EXPONENTIAL_BUCKETS_MAX = 160;

/** Bounds and quantiles whose labels are kept for the next point. */
export const OTLP_BOUNDS_KEPT_MAX = 4096;

/** Most queries of a remote read body, and most matchers of all of them: Prometheus sends one query at a time. */
export const READ_QUERIES_MAX = 100;
export const READ_MATCHERS_MAX = 1000;

/** Most bytes of labels and chunks in one frame of a remote read answer; its readers take 50 MB. */
export const READ_FRAME_BYTES_MAX = 1024 * 1024 - 1024;

/** Most lines of an Influx body, and most samples: each of its fields is a series with all tags of its line. */
export const INFLUX_LINES_MAX = 750_000;
export const INFLUX_SAMPLES_MAX = 750_000;
