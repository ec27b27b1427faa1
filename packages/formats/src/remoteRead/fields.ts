import { fieldBits, fieldTag, LENGTH_DELIMITED, VARINT } from '../protobuf/wire.js';

/*
 * The messages of remote read, named as those of remote write are.
 *
 * Source: prompb/remote.proto and prompb/types.proto of Prometheus.
 */
export const READ_QUERY_TAG = fieldTag(1, LENGTH_DELIMITED);
export const READ_ACCEPTED_TAG = fieldTag(2, VARINT);
/** The same as one field of several numbers, as proto3 writes lists of numbers. */
export const READ_ACCEPTED_PACKED_TAG = fieldTag(2, LENGTH_DELIMITED);
export const READ_FIELDS = fieldBits(1);

export const QUERY_START_TAG = fieldTag(1, VARINT);
export const QUERY_END_TAG = fieldTag(2, VARINT);
export const QUERY_MATCHER_TAG = fieldTag(3, LENGTH_DELIMITED);
export const QUERY_HINTS_TAG = fieldTag(4, LENGTH_DELIMITED);
export const QUERY_FIELDS = fieldBits(1, 2, 3, 4);

export const MATCHER_TYPE_TAG = fieldTag(1, VARINT);
export const MATCHER_NAME_TAG = fieldTag(2, LENGTH_DELIMITED);
export const MATCHER_VALUE_TAG = fieldTag(3, LENGTH_DELIMITED);
export const MATCHER_FIELDS = fieldBits(1, 2, 3);

/** Hints tell what the samples are for; that alone is read which the text of a running query says. */
export const HINTS_FUNC_TAG = fieldTag(2, LENGTH_DELIMITED);
export const HINTS_FIELDS = fieldBits(2);

export const RESPONSE_RESULT_TAG = fieldTag(1, LENGTH_DELIMITED);
export const RESULT_SERIES_TAG = fieldTag(1, LENGTH_DELIMITED);

export const CHUNKED_SERIES_TAG = fieldTag(1, LENGTH_DELIMITED);
export const CHUNKED_QUERY_TAG = fieldTag(2, VARINT);
export const CHUNKED_LABEL_TAG = fieldTag(1, LENGTH_DELIMITED);
export const CHUNKED_CHUNK_TAG = fieldTag(2, LENGTH_DELIMITED);
export const CHUNK_MIN_TIME_TAG = fieldTag(1, VARINT);
export const CHUNK_MAX_TIME_TAG = fieldTag(2, VARINT);
export const CHUNK_ENCODING_TAG = fieldTag(3, VARINT);
export const CHUNK_DATA_TAG = fieldTag(4, LENGTH_DELIMITED);

/** By their number. */
export const MATCH_TYPES = ['=', '!=', '=~', '!~'] as const;
export const RESPONSE_TYPES = ['samples', 'chunks'] as const;

/** The number of Prometheus' XOR encoding of chunks. */
export const XOR_ENCODING = 1;
