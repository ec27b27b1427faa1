import type { MetricType } from '@tinyobs/model';
import { FIXED_64, fieldBits, fieldTag, LENGTH_DELIMITED, VARINT } from '../protobuf/wire.js';

/*
 * The messages of remote write 1.0: `*_TAG` is what a field begins with, its number and wire type; `*_FIELDS`
 * are the field numbers of a message as bits.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol and, for exemplars, histograms and
 * metadata, prompb/remote.proto and prompb/types.proto of Prometheus.
 */
export const REQUEST_SERIES_TAG = fieldTag(1, LENGTH_DELIMITED);
export const REQUEST_METADATA_TAG = fieldTag(3, LENGTH_DELIMITED);
export const REQUEST_FIELDS = fieldBits(1, 3);

export const SERIES_LABEL_TAG = fieldTag(1, LENGTH_DELIMITED);
export const SERIES_SAMPLE_TAG = fieldTag(2, LENGTH_DELIMITED);
export const SERIES_EXEMPLAR_TAG = fieldTag(3, LENGTH_DELIMITED);
export const SERIES_HISTOGRAM_TAG = fieldTag(4, LENGTH_DELIMITED);
export const SERIES_FIELDS = fieldBits(1, 2, 3, 4);

export const LABEL_NAME_TAG = fieldTag(1, LENGTH_DELIMITED);
export const LABEL_VALUE_TAG = fieldTag(2, LENGTH_DELIMITED);
export const LABEL_FIELDS = fieldBits(1, 2);

export const SAMPLE_VALUE_TAG = fieldTag(1, FIXED_64);
export const SAMPLE_TIMESTAMP_TAG = fieldTag(2, VARINT);
export const SAMPLE_FIELDS = fieldBits(1, 2);

export const EXEMPLAR_LABEL_TAG = fieldTag(1, LENGTH_DELIMITED);
export const EXEMPLAR_VALUE_TAG = fieldTag(2, FIXED_64);
export const EXEMPLAR_TIMESTAMP_TAG = fieldTag(3, VARINT);
export const EXEMPLAR_FIELDS = fieldBits(1, 2, 3);

export const METADATA_TYPE_TAG = fieldTag(1, VARINT);
export const METADATA_FAMILY_TAG = fieldTag(2, LENGTH_DELIMITED);
export const METADATA_HELP_TAG = fieldTag(4, LENGTH_DELIMITED);
export const METADATA_UNIT_TAG = fieldTag(5, LENGTH_DELIMITED);
export const METADATA_FIELDS = fieldBits(1, 2, 4, 5);

/** By their number. */
export const METRIC_TYPES: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
];
