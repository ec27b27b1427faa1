import { FIXED_64, fields, LENGTH_DELIMITED, tag, VARINT } from '../remoteWrite/fields.js';

/*
 * The messages of remote write 2.0, as in `remoteWrite/fields.ts`. Types of metrics have the numbers of version 1.0.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/#protobuf-message. Release candidates had the
 * start of a series in `TimeSeries.created_timestamp`, where the specification now has `Sample.start_timestamp`.
 */
export const REQUEST_SYMBOL_TAG = tag(4, LENGTH_DELIMITED);
export const REQUEST_SERIES_TAG = tag(5, LENGTH_DELIMITED);
export const REQUEST_FIELDS = fields(4, 5);

/** What series and metadata are in a `prometheus.WriteRequest`; reserved here, so that nobody takes one for the other. */
export const VERSION_1_TAGS: readonly number[] = [tag(1, LENGTH_DELIMITED), tag(3, LENGTH_DELIMITED)];

export const SERIES_LABELS_TAG = tag(1, LENGTH_DELIMITED);
/** One reference in a field of its own, as readers of packed fields have to take it too. */
export const SERIES_LABEL_TAG = tag(1, VARINT);
export const SERIES_SAMPLE_TAG = tag(2, LENGTH_DELIMITED);
export const SERIES_HISTOGRAM_TAG = tag(3, LENGTH_DELIMITED);
export const SERIES_EXEMPLAR_TAG = tag(4, LENGTH_DELIMITED);
export const SERIES_METADATA_TAG = tag(5, LENGTH_DELIMITED);
export const SERIES_CREATED_TAG = tag(6, VARINT);
export const SERIES_FIELDS = fields(1, 2, 3, 4, 5);

export const SAMPLE_VALUE_TAG = tag(1, FIXED_64);
export const SAMPLE_TIMESTAMP_TAG = tag(2, VARINT);
export const SAMPLE_START_TAG = tag(3, VARINT);
export const SAMPLE_FIELDS = fields(1, 2, 3);

export const EXEMPLAR_LABELS_TAG = tag(1, LENGTH_DELIMITED);
export const EXEMPLAR_LABEL_TAG = tag(1, VARINT);
export const EXEMPLAR_VALUE_TAG = tag(2, FIXED_64);
export const EXEMPLAR_TIMESTAMP_TAG = tag(3, VARINT);
export const EXEMPLAR_FIELDS = fields(1, 2, 3);

export const METADATA_TYPE_TAG = tag(1, VARINT);
export const METADATA_HELP_TAG = tag(3, VARINT);
export const METADATA_UNIT_TAG = tag(4, VARINT);
export const METADATA_FIELDS = fields(1, 3, 4);
