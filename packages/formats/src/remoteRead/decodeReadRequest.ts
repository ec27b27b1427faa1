import { type MatchType, TinyObsError } from '@tinyobs/model';
import { READ_MATCHERS_MAX, READ_QUERIES_MAX } from '../limits.js';
import { malformed, ProtobufReader } from '../protobuf/protobufReader.js';
import { decodeSnappy } from '../remoteWrite/decodeSnappy.js';
import { findInvalidUtf8 } from '../utf8.js';
import {
  HINTS_FIELDS,
  HINTS_FUNC_TAG,
  MATCH_TYPES,
  MATCHER_FIELDS,
  MATCHER_NAME_TAG,
  MATCHER_TYPE_TAG,
  MATCHER_VALUE_TAG,
  QUERY_END_TAG,
  QUERY_FIELDS,
  QUERY_HINTS_TAG,
  QUERY_MATCHER_TAG,
  QUERY_START_TAG,
  READ_ACCEPTED_PACKED_TAG,
  READ_ACCEPTED_TAG,
  READ_FIELDS,
  READ_QUERY_TAG,
  RESPONSE_TYPES,
} from './fields.js';

/** How the answer may be written: samples as remote write has them, or Prometheus' chunks, series by series. */
export type ReadResponseType = (typeof RESPONSE_TYPES)[number];

export interface ReadMatcher {
  readonly type: MatchType;
  readonly name: string;
  readonly value: string;
}

/** The series that pass all matchers, with their samples from `startMs` to `endMs`, both inclusive. */
export interface ReadQuery {
  readonly startMs: number;
  readonly endMs: number;
  readonly matchers: readonly ReadMatcher[];
  /** The function that the samples are for; '' where nothing is said. */
  readonly func: string;
}

export interface ReadRequest {
  readonly queries: readonly ReadQuery[];
  /** What the sender can read, best first; none of these that is known is the sender's problem. */
  readonly accepted: readonly ReadResponseType[];
  /** Whether the sender named any type, known or not. */
  readonly namesTypes: boolean;
}

/** No sample is outside: a bound beyond it is none. */
const TIME_MS_MAX = 8.64e15;

/**
 * Decodes the body of a Prometheus remote read: `prometheus.ReadRequest`, compressed by snappy.
 *
 * @throws TinyObsError `malformed_body`, `body_too_large`, `invalid_parameter` for what the encoding allows and a query
 * does not
 */
export function decodeReadRequest(
  body: Uint8Array,
  { sizeBytesMax }: { readonly sizeBytesMax: number },
): ReadRequest {
  const { bytes, view, length } = decodeSnappy(body, sizeBytesMax);
  return new ReadRequestDecoding({ bytes, view }, length).run();
}

class ReadRequestDecoding {
  readonly #reader: ProtobufReader;
  readonly #length: number;
  readonly #texts = new TextDecoder('utf-8', { ignoreBOM: true });
  readonly #queries: ReadQuery[] = [];
  readonly #accepted: ReadResponseType[] = [];
  #namesTypes = false;
  #matchers = 0;

  constructor(buffer: { readonly bytes: Uint8Array; readonly view: DataView }, length: number) {
    this.#reader = new ProtobufReader(buffer);
    this.#length = length;
  }

  run(): ReadRequest {
    const reader = this.#reader;
    const end = this.#length;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === READ_QUERY_TAG) this.#readQuery(reader.readLength(end));
      else if (tag === READ_ACCEPTED_TAG) this.#readType(end);
      else if (tag === READ_ACCEPTED_PACKED_TAG) this.#readTypes(reader.readLength(end));
      else reader.skipUnknown(tag, end, READ_FIELDS);
    }
    return { queries: this.#queries, accepted: this.#accepted, namesTypes: this.#namesTypes };
  }

  #readTypes(end: number): void {
    while (this.#reader.at < end) this.#readType(end);
  }

  /** Types that are not known here are passed over, as later ones will be. */
  #readType(end: number): void {
    const type = RESPONSE_TYPES.at(this.#number(end, RESPONSE_TYPES.length));
    this.#namesTypes = true;
    if (type !== undefined && !this.#accepted.includes(type)) this.#accepted.push(type);
  }

  #readQuery(end: number): void {
    if (this.#queries.length === READ_QUERIES_MAX) throw tooMany('queries', READ_QUERIES_MAX);
    const reader = this.#reader;
    const matchers: ReadMatcher[] = [];
    let startMs = 0;
    let endMs = 0;
    let func = '';
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === QUERY_START_TAG) startMs = timeOf(reader.readInt64(end));
      else if (tag === QUERY_END_TAG) endMs = timeOf(reader.readInt64(end));
      else if (tag === QUERY_MATCHER_TAG) matchers.push(this.#readMatcher(reader.readLength(end)));
      else if (tag === QUERY_HINTS_TAG) func = this.#readHints(reader.readLength(end));
      else reader.skipUnknown(tag, end, QUERY_FIELDS);
    }
    this.#queries.push({ startMs, endMs, matchers, func });
  }

  #readMatcher(end: number): ReadMatcher {
    if (++this.#matchers > READ_MATCHERS_MAX) throw tooMany('matchers', READ_MATCHERS_MAX);
    const reader = this.#reader;
    let number = 0;
    let name = '';
    let value = '';
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === MATCHER_TYPE_TAG) number = this.#number(end, MATCH_TYPES.length);
      else if (tag === MATCHER_NAME_TAG) name = this.#text(end);
      else if (tag === MATCHER_VALUE_TAG) value = this.#text(end);
      else reader.skipUnknown(tag, end, MATCHER_FIELDS);
    }
    const type = MATCH_TYPES.at(number);
    if (type !== undefined) return { type, name, value };
    throw new TinyObsError('invalid_parameter', `a matcher of ${JSON.stringify(name)} has an unknown type`);
  }

  #readHints(end: number): string {
    const reader = this.#reader;
    let func = '';
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === HINTS_FUNC_TAG) func = this.#text(end);
      else reader.skipUnknown(tag, end, HINTS_FIELDS);
    }
    return func;
  }

  /** A number below `limit`, or `limit` for any other. */
  #number(end: number, limit: number): number {
    const number = this.#reader.readInt64(end);
    return number >= 0 && number < limit ? number : limit;
  }

  #text(fieldEnd: number): string {
    const reader = this.#reader;
    const end = reader.readLength(fieldEnd);
    const start = reader.at;
    const invalidAt = findInvalidUtf8(reader.bytes, start, end);
    if (invalidAt >= 0) throw malformed(invalidAt, 'a text is not UTF-8');
    reader.at = end;
    return this.#texts.decode(reader.bytes.subarray(start, end));
  }
}

function timeOf(ms: number): number {
  return Math.max(-TIME_MS_MAX, Math.min(TIME_MS_MAX, ms));
}

function tooMany(what: string, max: number): TinyObsError {
  return new TinyObsError('invalid_parameter', `more than ${max} ${what} in one request`, {
    details: { limit: max },
  });
}
