import { FIXED_64, fieldBits, fieldTag, LENGTH_DELIMITED, VARINT } from '../protobuf/wire.js';

/*
 * The messages of remote write 2.0, as in `remoteWrite/fields.ts`. Types of metrics have the numbers of version 1.0.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protobuf-message. Release candidates had the
 * start of a series in `TimeSeries.created_timestamp`, where the specification now has `Sample.start_timestamp`.
 */
export const REQUEST_SYMBOL_TAG = fieldTag(4, LENGTH_DELIMITED);
export const REQUEST_SERIES_TAG = fieldTag(5, LENGTH_DELIMITED);
export const REQUEST_FIELDS = fieldBits(4, 5);

/** What series and metadata are in a `prometheus.WriteRequest`; reserved here, so that nobody takes one for the other. */
export const VERSION_1_TAGS: readonly number[] = [
  fieldTag(1, LENGTH_DELIMITED),
  fieldTag(3, LENGTH_DELIMITED),
];

export const SERIES_LABELS_TAG = fieldTag(1, LENGTH_DELIMITED);
/** One reference in a field of its own, as readers of packed fields have to take it too. */
export const SERIES_LABEL_TAG = fieldTag(1, VARINT);
export const SERIES_SAMPLE_TAG = fieldTag(2, LENGTH_DELIMITED);
export const SERIES_HISTOGRAM_TAG = fieldTag(3, LENGTH_DELIMITED);
export const SERIES_EXEMPLAR_TAG = fieldTag(4, LENGTH_DELIMITED);
export const SERIES_METADATA_TAG = fieldTag(5, LENGTH_DELIMITED);
export const SERIES_CREATED_TAG = fieldTag(6, VARINT);
export const SERIES_FIELDS = fieldBits(1, 2, 3, 4, 5);

export const SAMPLE_VALUE_TAG = fieldTag(1, FIXED_64);
export const SAMPLE_TIMESTAMP_TAG = fieldTag(2, VARINT);
export const SAMPLE_START_TAG = fieldTag(3, VARINT);
export const SAMPLE_FIELDS = fieldBits(1, 2, 3);

export const EXEMPLAR_LABELS_TAG = fieldTag(1, LENGTH_DELIMITED);
export const EXEMPLAR_LABEL_TAG = fieldTag(1, VARINT);
export const EXEMPLAR_VALUE_TAG = fieldTag(2, FIXED_64);
export const EXEMPLAR_TIMESTAMP_TAG = fieldTag(3, VARINT);
export const EXEMPLAR_FIELDS = fieldBits(1, 2, 3);

export const METADATA_TYPE_TAG = fieldTag(1, VARINT);
export const METADATA_HELP_TAG = fieldTag(3, VARINT);
export const METADATA_UNIT_TAG = fieldTag(4, VARINT);
export const METADATA_FIELDS = fieldBits(1, 3, 4);
