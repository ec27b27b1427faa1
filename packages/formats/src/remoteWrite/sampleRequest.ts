import { type Labels, writeVarint } from '@tinyobs/model';
import { ProtobufWriter, writeInt64 } from '../protobuf/protobufWriter.js';
import { encodeSnappy } from './encodeSnappy.js';
import {
  REQUEST_SERIES_TAG,
  SAMPLE_TIMESTAMP_TAG,
  SAMPLE_VALUE_TAG,
  SERIES_LABEL_TAG,
  SERIES_SAMPLE_TAG,
} from './fields.js';
import { writeLabelFields } from './labelFields.js';

/** Bytes of tags and lengths around a sample, its value and its time, at most. */
const SAMPLE_BYTES_MAX = 48;

const fields = new ProtobufWriter();

/** Labels as a series of a request has them, for `SampleRequest.add`. */
export function encodeSeriesLabels(labels: Labels): Uint8Array {
  fields.clear();
  writeLabelFields(labels, SERIES_LABEL_TAG, fields);
  return fields.written.slice();
}

/**
 * A Prometheus remote write 1.0 request of samples whose labels are encoded already: what is sent again and again of the
 * same series costs a copy. Reused for one request after the other.
 */
export class SampleRequest {
  #bytes = new Uint8Array(64 * 1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  count = 0;

  clear(): void {
    this.#length = 0;
    this.count = 0;
  }

  /** Adds a sample of a series, its value by its words, so that a NaN keeps its payload. */
  add(labels: Uint8Array, timeMs: number, low: number, high: number): void {
    const needed = this.#length + labels.length + SAMPLE_BYTES_MAX;
    if (needed > this.#bytes.length) this.#grow(needed);
    const bytes = this.#bytes;
    const sampleBytes = 10 + int64Bytes(timeMs);
    bytes[this.#length++] = REQUEST_SERIES_TAG;
    let at = writeVarint(labels.length + 2 + sampleBytes, bytes, this.#length);
    bytes.set(labels, at);
    at += labels.length;
    bytes[at++] = SERIES_SAMPLE_TAG;
    bytes[at++] = sampleBytes;
    bytes[at++] = SAMPLE_VALUE_TAG;
    this.#view.setUint32(at, low, true);
    this.#view.setUint32(at + 4, high, true);
    at += 8;
    bytes[at++] = SAMPLE_TIMESTAMP_TAG;
    this.#length = writeInt64(timeMs, bytes, at);
    this.count++;
  }

  /** The request as a body, compressed by snappy. */
  encode(): Uint8Array {
    return encodeSnappy(this.#bytes.subarray(0, this.#length));
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Bytes of a safe integer as a varint of 64 bits. */
function int64Bytes(value: number): number {
  if (value < 0) return 10;
  let count = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) count++;
  return count;
}
