import { FIXED_64, fieldBits, fieldTag, LENGTH_DELIMITED, VARINT } from '../protobuf/wire.js';

/*
 * The messages of OTLP metrics: `*_TAG` is what a field begins with, `*_FIELDS` are the field numbers of a message as
 * bits. Repeated numbers come packed or one by one (`*_ONE_TAG`).
 *
 * Source: opentelemetry/proto/{collector/metrics,metrics,common,resource}/v1 of opentelemetry-proto.
 */
export const REQUEST_RESOURCE_METRICS_TAG = fieldTag(1, LENGTH_DELIMITED);
export const REQUEST_FIELDS = fieldBits(1);

export const RESOURCE_METRICS_RESOURCE_TAG = fieldTag(1, LENGTH_DELIMITED);
export const RESOURCE_METRICS_SCOPE_METRICS_TAG = fieldTag(2, LENGTH_DELIMITED);
export const RESOURCE_METRICS_FIELDS = fieldBits(1, 2);

export const RESOURCE_ATTRIBUTE_TAG = fieldTag(1, LENGTH_DELIMITED);
export const RESOURCE_FIELDS = fieldBits(1);

export const SCOPE_METRICS_SCOPE_TAG = fieldTag(1, LENGTH_DELIMITED);
export const SCOPE_METRICS_METRIC_TAG = fieldTag(2, LENGTH_DELIMITED);
export const SCOPE_METRICS_SCHEMA_URL_TAG = fieldTag(3, LENGTH_DELIMITED);
export const SCOPE_METRICS_FIELDS = fieldBits(1, 2, 3);

export const SCOPE_NAME_TAG = fieldTag(1, LENGTH_DELIMITED);
export const SCOPE_VERSION_TAG = fieldTag(2, LENGTH_DELIMITED);
export const SCOPE_ATTRIBUTE_TAG = fieldTag(3, LENGTH_DELIMITED);
export const SCOPE_FIELDS = fieldBits(1, 2, 3);

export const KEY_VALUE_KEY_TAG = fieldTag(1, LENGTH_DELIMITED);
export const KEY_VALUE_VALUE_TAG = fieldTag(2, LENGTH_DELIMITED);
export const KEY_VALUE_FIELDS = fieldBits(1, 2);

export const ANY_STRING_TAG = fieldTag(1, LENGTH_DELIMITED);
export const ANY_BOOL_TAG = fieldTag(2, VARINT);
export const ANY_INT_TAG = fieldTag(3, VARINT);
export const ANY_DOUBLE_TAG = fieldTag(4, FIXED_64);
export const ANY_ARRAY_TAG = fieldTag(5, LENGTH_DELIMITED);
export const ANY_KEY_VALUES_TAG = fieldTag(6, LENGTH_DELIMITED);
export const ANY_BYTES_TAG = fieldTag(7, LENGTH_DELIMITED);
export const ANY_FIELDS = fieldBits(1, 2, 3, 4, 5, 6, 7);

/** Of an array and of a list of keys and values. */
export const VALUES_VALUE_TAG = fieldTag(1, LENGTH_DELIMITED);
export const VALUES_FIELDS = fieldBits(1);

export const METRIC_NAME_TAG = fieldTag(1, LENGTH_DELIMITED);
export const METRIC_DESCRIPTION_TAG = fieldTag(2, LENGTH_DELIMITED);
export const METRIC_UNIT_TAG = fieldTag(3, LENGTH_DELIMITED);
export const METRIC_GAUGE_TAG = fieldTag(5, LENGTH_DELIMITED);
export const METRIC_SUM_TAG = fieldTag(7, LENGTH_DELIMITED);
export const METRIC_HISTOGRAM_TAG = fieldTag(9, LENGTH_DELIMITED);
export const METRIC_EXPONENTIAL_TAG = fieldTag(10, LENGTH_DELIMITED);
export const METRIC_SUMMARY_TAG = fieldTag(11, LENGTH_DELIMITED);
export const METRIC_FIELDS = fieldBits(1, 2, 3, 5, 7, 9, 10, 11);

/** Of gauge, sum, histogram, exponential histogram and summary, as far as they have them. */
export const DATA_POINT_TAG = fieldTag(1, LENGTH_DELIMITED);
export const DATA_TEMPORALITY_TAG = fieldTag(2, VARINT);
export const DATA_MONOTONIC_TAG = fieldTag(3, VARINT);
export const DATA_FIELDS = fieldBits(1);

/** Of every data point. */
export const POINT_TIME_TAG = fieldTag(3, FIXED_64);

export const NUMBER_DOUBLE_TAG = fieldTag(4, FIXED_64);
export const NUMBER_EXEMPLAR_TAG = fieldTag(5, LENGTH_DELIMITED);
export const NUMBER_INT_TAG = fieldTag(6, FIXED_64);
export const NUMBER_ATTRIBUTE_TAG = fieldTag(7, LENGTH_DELIMITED);
export const NUMBER_FLAGS_TAG = fieldTag(8, VARINT);
export const NUMBER_FIELDS = fieldBits(3, 4, 5, 6, 7, 8);

/** Of histograms of both kinds and summaries. */
export const POINT_COUNT_TAG = fieldTag(4, FIXED_64);
export const POINT_SUM_TAG = fieldTag(5, FIXED_64);

export const HISTOGRAM_COUNTS_TAG = fieldTag(6, LENGTH_DELIMITED);
export const HISTOGRAM_COUNTS_ONE_TAG = fieldTag(6, FIXED_64);
export const HISTOGRAM_BOUNDS_TAG = fieldTag(7, LENGTH_DELIMITED);
export const HISTOGRAM_BOUNDS_ONE_TAG = fieldTag(7, FIXED_64);
export const HISTOGRAM_EXEMPLAR_TAG = fieldTag(8, LENGTH_DELIMITED);
export const HISTOGRAM_ATTRIBUTE_TAG = fieldTag(9, LENGTH_DELIMITED);
export const HISTOGRAM_FLAGS_TAG = fieldTag(10, VARINT);
export const HISTOGRAM_FIELDS = fieldBits(3, 4, 5, 6, 7, 8, 9, 10);

export const EXPONENTIAL_ATTRIBUTE_TAG = fieldTag(1, LENGTH_DELIMITED);
export const EXPONENTIAL_SCALE_TAG = fieldTag(6, VARINT);
export const EXPONENTIAL_ZERO_COUNT_TAG = fieldTag(7, FIXED_64);
export const EXPONENTIAL_POSITIVE_TAG = fieldTag(8, LENGTH_DELIMITED);
export const EXPONENTIAL_NEGATIVE_TAG = fieldTag(9, LENGTH_DELIMITED);
export const EXPONENTIAL_FLAGS_TAG = fieldTag(10, VARINT);
export const EXPONENTIAL_EXEMPLAR_TAG = fieldTag(11, LENGTH_DELIMITED);
export const EXPONENTIAL_ZERO_THRESHOLD_TAG = fieldTag(14, FIXED_64);
export const EXPONENTIAL_FIELDS = fieldBits(1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14);

export const BUCKETS_OFFSET_TAG = fieldTag(1, VARINT);
export const BUCKETS_COUNTS_TAG = fieldTag(2, LENGTH_DELIMITED);
export const BUCKETS_COUNTS_ONE_TAG = fieldTag(2, VARINT);
export const BUCKETS_FIELDS = fieldBits(1, 2);

export const SUMMARY_QUANTILE_TAG = fieldTag(6, LENGTH_DELIMITED);
export const SUMMARY_ATTRIBUTE_TAG = fieldTag(7, LENGTH_DELIMITED);
export const SUMMARY_FLAGS_TAG = fieldTag(8, VARINT);
export const SUMMARY_FIELDS = fieldBits(3, 4, 5, 6, 7, 8);

export const QUANTILE_QUANTILE_TAG = fieldTag(1, FIXED_64);
export const QUANTILE_VALUE_TAG = fieldTag(2, FIXED_64);
export const QUANTILE_FIELDS = fieldBits(1, 2);

export const EXEMPLAR_TIME_TAG = fieldTag(2, FIXED_64);
export const EXEMPLAR_DOUBLE_TAG = fieldTag(3, FIXED_64);
export const EXEMPLAR_SPAN_ID_TAG = fieldTag(4, LENGTH_DELIMITED);
export const EXEMPLAR_TRACE_ID_TAG = fieldTag(5, LENGTH_DELIMITED);
export const EXEMPLAR_INT_TAG = fieldTag(6, FIXED_64);
export const EXEMPLAR_ATTRIBUTE_TAG = fieldTag(7, LENGTH_DELIMITED);
export const EXEMPLAR_FIELDS = fieldBits(2, 3, 4, 5, 6, 7);

export const RESPONSE_PARTIAL_SUCCESS_TAG = fieldTag(1, LENGTH_DELIMITED);
export const PARTIAL_SUCCESS_REJECTED_TAG = fieldTag(1, VARINT);
export const PARTIAL_SUCCESS_MESSAGE_TAG = fieldTag(2, LENGTH_DELIMITED);

/** `google.rpc.Status`, what errors are. */
export const STATUS_CODE_TAG = fieldTag(1, VARINT);
export const STATUS_MESSAGE_TAG = fieldTag(2, LENGTH_DELIMITED);

/** Aggregation temporalities. */
export const TEMPORALITY_DELTA = 1;
export const TEMPORALITY_CUMULATIVE = 2;

/** The flag of a data point that says that its series has ended. */
export const NO_RECORDED_VALUE_FLAG = 1;
