import type { Exemplar, MetricMetadata, WriteBatch } from '@tinyobs/model';
import { ProtobufWriter } from '../protobuf/protobufWriter.js';
import { encodeSnappy } from './encodeSnappy.js';
import {
  EXEMPLAR_LABEL_TAG,
  EXEMPLAR_TIMESTAMP_TAG,
  EXEMPLAR_VALUE_TAG,
  LABEL_NAME_TAG,
  LABEL_VALUE_TAG,
  METADATA_FAMILY_TAG,
  METADATA_HELP_TAG,
  METADATA_TYPE_TAG,
  METADATA_UNIT_TAG,
  METRIC_TYPES,
  REQUEST_METADATA_TAG,
  REQUEST_SERIES_TAG,
  SAMPLE_TIMESTAMP_TAG,
  SAMPLE_VALUE_TAG,
  SERIES_EXEMPLAR_TAG,
  SERIES_LABEL_TAG,
  SERIES_SAMPLE_TAG,
} from './fields.js';

/**
 * A batch as a Prometheus remote write 1.0 body: `prometheus.WriteRequest`, compressed by snappy;
 * `decodeRemoteWrite` reads it back. Samples keep their order; those of one series that follow each other share
 * a TimeSeries, exemplars have one each, behind them.
 */
export function encodeRemoteWrite(batch: WriteBatch): Uint8Array {
  return encodeSnappy(new WriteRequestEncoding(batch).run());
}

class WriteRequestEncoding {
  readonly #batch: WriteBatch;
  readonly #request = new ProtobufWriter();
  readonly #series = new ProtobufWriter();
  /** A message within a series. */
  readonly #part = new ProtobufWriter();
  /** A message within a part. */
  readonly #label = new ProtobufWriter();

  constructor(batch: WriteBatch) {
    this.#batch = batch;
  }

  run(): Uint8Array {
    const { sampleSeries, sampleCount, exemplars, metadata } = this.#batch;
    for (let sample = 0; sample < sampleCount; sample++) {
      if (sample === 0 || sampleSeries[sample] !== sampleSeries[sample - 1]) {
        this.#endSeries();
        this.#writeLabels(sampleSeries[sample]);
      }
      this.#writeSample(sample);
    }
    this.#endSeries();
    for (const exemplar of exemplars) {
      this.#writeLabels(exemplar.series);
      this.#writeExemplar(exemplar);
      this.#endSeries();
    }
    for (const family of metadata) this.#writeMetadata(family);
    return this.#request.written;
  }

  #endSeries(): void {
    const { written } = this.#series;
    if (written.length > 0) this.#request.writeBytes(REQUEST_SERIES_TAG, written);
    this.#series.clear();
  }

  #writeLabels(series: number): void {
    const { arena } = this.#batch;
    const cursor = this.#batch.labelCursor(series);
    while (cursor.next()) {
      this.#label.clear();
      this.#label.writeBytes(LABEL_NAME_TAG, arena.subarray(cursor.nameStart, cursor.nameEnd));
      this.#label.writeBytes(LABEL_VALUE_TAG, arena.subarray(cursor.valueStart, cursor.valueEnd));
      this.#series.writeBytes(SERIES_LABEL_TAG, this.#label.written);
    }
  }

  #writeSample(sample: number): void {
    const { valueWords, times } = this.#batch;
    const part = this.#part;
    part.clear();
    part.writeDoubleWords(SAMPLE_VALUE_TAG, valueWords[2 * sample], valueWords[2 * sample + 1]);
    part.writeInt64(SAMPLE_TIMESTAMP_TAG, times[sample]);
    this.#series.writeBytes(SERIES_SAMPLE_TAG, part.written);
  }

  #writeExemplar({ labels, value, timeMs }: Exemplar): void {
    const part = this.#part;
    part.clear();
    for (const [name, text] of labels) {
      this.#label.clear();
      this.#label.writeText(LABEL_NAME_TAG, name);
      this.#label.writeText(LABEL_VALUE_TAG, text);
      part.writeBytes(EXEMPLAR_LABEL_TAG, this.#label.written);
    }
    part.writeDouble(EXEMPLAR_VALUE_TAG, value);
    part.writeInt64(EXEMPLAR_TIMESTAMP_TAG, timeMs);
    this.#series.writeBytes(SERIES_EXEMPLAR_TAG, part.written);
  }

  #writeMetadata({ metric, type, help, unit }: MetricMetadata): void {
    const part = this.#part;
    part.clear();
    part.writeInt64(METADATA_TYPE_TAG, METRIC_TYPES.indexOf(type));
    part.writeText(METADATA_FAMILY_TAG, metric);
    part.writeText(METADATA_HELP_TAG, help);
    part.writeText(METADATA_UNIT_TAG, unit);
    this.#request.writeBytes(REQUEST_METADATA_TAG, part.written);
  }
}
