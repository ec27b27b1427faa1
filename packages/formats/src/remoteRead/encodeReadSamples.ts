import type { Labels } from '@tinyobs/model';
import { ProtobufWriter } from '../protobuf/protobufWriter.js';
import { encodeSnappyPart, joinSnappy, type SnappyPart } from '../remoteWrite/encodeSnappy.js';
import {
  SAMPLE_TIMESTAMP_TAG,
  SAMPLE_VALUE_TAG,
  SERIES_LABEL_TAG,
  SERIES_SAMPLE_TAG,
} from '../remoteWrite/fields.js';
import { writeLabelFields } from '../remoteWrite/labelFields.js';
import { RESPONSE_RESULT_TAG, RESULT_SERIES_TAG } from './fields.js';
import type { ReadSeriesEncoder, SampleStretch } from './readSeriesEncoder.js';

/** Writes series as samples, each a TimeSeries of the result of its query. */
export class ReadSamplesEncoder implements ReadSeriesEncoder {
  readonly #series = new ProtobufWriter();
  readonly #sample = new ProtobufWriter();
  readonly #field = new ProtobufWriter();

  begin(labels: Labels): void {
    this.#series.clear();
    writeLabelFields(labels, SERIES_LABEL_TAG, this.#series);
  }

  add({ times, timeStart, words, valueStart, count }: SampleStretch): void {
    const sample = this.#sample;
    for (let i = 0; i < count; i++) {
      const at = 2 * (valueStart + i);
      sample.clear();
      sample.writeDoubleWords(SAMPLE_VALUE_TAG, words[at], words[at + 1]);
      sample.writeInt64(SAMPLE_TIMESTAMP_TAG, times[timeStart + i]);
      this.#series.writeBytes(SERIES_SAMPLE_TAG, sample.written);
    }
  }

  /** The series as a field of a result. */
  end(): Uint8Array[] {
    this.#field.clear();
    this.#field.writeBytes(RESULT_SERIES_TAG, this.#series.written);
    return [this.#field.written.slice()];
  }
}

/**
 * A `prometheus.ReadResponse` as a body, compressed by snappy: of each query the series, as `ReadSamplesEncoder` makes
 * them, in parts that were compressed one by one.
 */
export function encodeReadResponse(results: readonly (readonly SnappyPart[])[]): Uint8Array {
  const head = new ProtobufWriter();
  const parts = results.flatMap((series) => {
    head.clear();
    head.writeStart(
      RESPONSE_RESULT_TAG,
      series.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
    return [encodeSnappyPart(head.written), ...series];
  });
  return joinSnappy(parts);
}
