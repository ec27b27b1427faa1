import type { MetricType } from '@tinyobs/model';

/*
 * The messages of remote write 1.0: `*_TAG` is what a field begins with, its number and wire type; `*_FIELDS`
 * are the field numbers of a message as bits.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol and, for exemplars, histograms and
 * metadata, prompb/remote.proto and prompb/types.proto of Prometheus.
 */
export const VARINT = 0;
export const FIXED_64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED_32 = 5;

export const REQUEST_SERIES_TAG = tag(1, LENGTH_DELIMITED);
export const REQUEST_METADATA_TAG = tag(3, LENGTH_DELIMITED);
export const REQUEST_FIELDS = fields(1, 3);

export const SERIES_LABEL_TAG = tag(1, LENGTH_DELIMITED);
export const SERIES_SAMPLE_TAG = tag(2, LENGTH_DELIMITED);
export const SERIES_EXEMPLAR_TAG = tag(3, LENGTH_DELIMITED);
export const SERIES_HISTOGRAM_TAG = tag(4, LENGTH_DELIMITED);
export const SERIES_FIELDS = fields(1, 2, 3, 4);

export const LABEL_NAME_TAG = tag(1, LENGTH_DELIMITED);
export const LABEL_VALUE_TAG = tag(2, LENGTH_DELIMITED);
export const LABEL_FIELDS = fields(1, 2);

export const SAMPLE_VALUE_TAG = tag(1, FIXED_64);
export const SAMPLE_TIMESTAMP_TAG = tag(2, VARINT);
export const SAMPLE_FIELDS = fields(1, 2);

export const EXEMPLAR_LABEL_TAG = tag(1, LENGTH_DELIMITED);
export const EXEMPLAR_VALUE_TAG = tag(2, FIXED_64);
export const EXEMPLAR_TIMESTAMP_TAG = tag(3, VARINT);
export const EXEMPLAR_FIELDS = fields(1, 2, 3);

export const METADATA_TYPE_TAG = tag(1, VARINT);
export const METADATA_FAMILY_TAG = tag(2, LENGTH_DELIMITED);
export const METADATA_HELP_TAG = tag(4, LENGTH_DELIMITED);
export const METADATA_UNIT_TAG = tag(5, LENGTH_DELIMITED);
export const METADATA_FIELDS = fields(1, 2, 4, 5);

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

/** What a field begins with. */
export function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

/** Field numbers as bits. */
export function fields(...numbers: number[]): number {
  return numbers.reduce((bits, number) => bits | (1 << number), 0);
}
