import { crc32c, Labels, writeVarint } from '@tinyobs/model';
import { READ_FRAME_BYTES_MAX } from '../limits.js';
import { ProtobufWriter } from '../protobuf/protobufWriter.js';
import { writeLabelFields } from '../remoteWrite/labelFields.js';
import {
  CHUNK_DATA_TAG,
  CHUNK_ENCODING_TAG,
  CHUNK_MAX_TIME_TAG,
  CHUNK_MIN_TIME_TAG,
  CHUNKED_CHUNK_TAG,
  CHUNKED_LABEL_TAG,
  CHUNKED_QUERY_TAG,
  CHUNKED_SERIES_TAG,
  XOR_ENCODING,
} from './fields.js';
import type { ReadSeriesEncoder, SampleStretch } from './readSeriesEncoder.js';
import { CHUNK_GAP_MS_MAX, CHUNK_SAMPLES_MAX, XorChunkWriter } from './xorChunk.js';

/** Of a frame, before its message: its length and its checksum. */
const LENGTH_BYTES_MAX = 5;
const CHECKSUM_BYTES = 4;

/**
 * Writes series as Prometheus' chunks in frames, each the length of a `prometheus.ChunkedReadResponse`, its CRC-32C and
 * itself. A series of more than a frame goes on in the next one, with its labels again.
 *
 * Source: storage/remote/chunked.go and prompb/remote.proto of Prometheus.
 */
export class ReadChunksEncoder implements ReadSeriesEncoder {
  readonly #chunks = new XorChunkWriter();
  readonly #chunk = new ProtobufWriter();
  readonly #series = new ProtobufWriter();
  readonly #response = new ProtobufWriter();
  #labels = Labels.EMPTY;
  #query = 0;
  #frames: Uint8Array[] = [];
  #hasChunks = false;

  begin(labels: Labels, query: number): void {
    this.#labels = labels;
    this.#query = query;
    this.#frames = [];
    this.#beginFrame();
  }

  add(samples: SampleStretch): void {
    for (let from = 0; from < samples.count; ) {
      const count = chunkLength(samples, from);
      this.#addChunk(part(samples, from, count));
      from += count;
    }
  }

  /** The frames of the series. */
  end(): Uint8Array[] {
    this.#endFrame();
    return this.#frames;
  }

  #beginFrame(): void {
    this.#series.clear();
    writeLabelFields(this.#labels, CHUNKED_LABEL_TAG, this.#series);
    this.#hasChunks = false;
  }

  #addChunk(samples: SampleStretch): void {
    this.#writeChunk(samples);
    const { length } = this.#chunk.written;
    if (this.#hasChunks && this.#series.written.length + length > READ_FRAME_BYTES_MAX) {
      this.#endFrame();
      this.#beginFrame();
    }
    this.#series.writeBytes(CHUNKED_CHUNK_TAG, this.#chunk.written);
    this.#hasChunks = true;
  }

  #writeChunk(samples: SampleStretch): void {
    const { times, timeStart, count } = samples;
    const chunk = this.#chunk;
    chunk.clear();
    chunk.writeInt64(CHUNK_MIN_TIME_TAG, times[timeStart]);
    chunk.writeInt64(CHUNK_MAX_TIME_TAG, times[timeStart + count - 1]);
    chunk.writeInt64(CHUNK_ENCODING_TAG, XOR_ENCODING);
    chunk.writeBytes(CHUNK_DATA_TAG, this.#chunks.write(samples));
  }

  #endFrame(): void {
    const response = this.#response;
    response.clear();
    response.writeBytes(CHUNKED_SERIES_TAG, this.#series.written);
    response.writeInt64(CHUNKED_QUERY_TAG, this.#query);
    const message = response.written;
    const frame = new Uint8Array(LENGTH_BYTES_MAX + CHECKSUM_BYTES + message.length);
    const at = writeVarint(message.length, frame, 0);
    new DataView(frame.buffer).setUint32(at, crc32c(message));
    frame.set(message, at + CHECKSUM_BYTES);
    this.#frames.push(frame.subarray(0, at + CHECKSUM_BYTES + message.length));
  }
}

/** Samples of the chunk that begins with the sample at `from`. */
function chunkLength({ times, timeStart, count }: SampleStretch, from: number): number {
  const end = Math.min(count, from + CHUNK_SAMPLES_MAX);
  let to = from + 1;
  while (to < end && times[timeStart + to] - times[timeStart + to - 1] <= CHUNK_GAP_MS_MAX) to++;
  return to - from;
}

function part(samples: SampleStretch, from: number, count: number): SampleStretch {
  const { timeStart, valueStart } = samples;
  return { ...samples, timeStart: timeStart + from, valueStart: valueStart + from, count };
}
