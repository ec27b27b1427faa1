import { STALE_NAN_HIGH, STALE_NAN_LOW, type WriteBatch } from '@tinyobs/model';
import { allOrNothing } from '../allOrNothing.js';
import { malformed, ProtobufReader } from '../protobuf/protobufReader.js';
import type { DecodeResult } from '../refusals.js';
import { type Decompressed, decodeSnappy } from '../remoteWrite/decodeSnappy.js';
import { RemoteWriteRows } from '../remoteWrite/remoteWriteRows.js';
import { ExemplarReader } from './exemplarReader.js';
import {
  REQUEST_FIELDS,
  REQUEST_SERIES_TAG,
  REQUEST_SYMBOL_TAG,
  SAMPLE_FIELDS,
  SAMPLE_START_TAG,
  SAMPLE_TIMESTAMP_TAG,
  SAMPLE_VALUE_TAG,
  SERIES_CREATED_TAG,
  SERIES_EXEMPLAR_TAG,
  SERIES_FIELDS,
  SERIES_HISTOGRAM_TAG,
  SERIES_LABEL_TAG,
  SERIES_LABELS_TAG,
  SERIES_METADATA_TAG,
  SERIES_SAMPLE_TAG,
  VERSION_1_TAGS,
} from './fields.js';
import { ReferencedLabels } from './referencedLabels.js';
import { SeriesMetadata } from './seriesMetadata.js';
import { Symbols } from './symbols.js';

/**
 * Adds the samples, exemplars and metadata of a Prometheus remote write 2.0 body, a snappy-compressed
 * `io.prometheus.write.v2.Request`, to a batch. Values keep all their bits, so the stale marker stays one. Where a
 * series of a counter, a histogram, or the sum or count of a summary says when it began, so does the batch
 * (`WriteBatch.addStart`).
 *
 * Rows are the samples, native histograms and exemplars in the order of the request, from 0. What is wrong with a
 * series (`invalid_label`, `invalid_metric_name`, `too_many_labels`, or `invalid_row` for its metadata) refuses each
 * of its rows; a time beyond the safe integers (`invalid_timestamp`), a native histogram (`invalid_value`) and an
 * exemplar's labels (`invalid_label`) refuse their own row. The others go on.
 *
 * @param options.sizeBytesMax Most bytes the body may decompress to, and its labels and metadata may have once its
 * symbols are put in.
 * @throws TinyObsError `malformed_body` with `offset` and `layer` when the snappy block or the protobuf is broken, or
 * it is a message of version 1.0; `body_too_large` for more than `sizeBytesMax` bytes, `REMOTE_WRITE_ROWS_MAX` rows,
 * `REMOTE_WRITE_OBJECTS_MAX` exemplars and families, or `REMOTE_WRITE_SYMBOLS_MAX` symbols. The batch is unchanged then.
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
 */
export function decodeRemoteWrite2(
  body: Uint8Array,
  batch: WriteBatch,
  { sizeBytesMax }: { readonly sizeBytesMax: number },
): DecodeResult {
  const decompressed = decodeSnappy(body, sizeBytesMax);
  return allOrNothing(batch, () => new RemoteWrite2Decoding(decompressed, batch, sizeBytesMax).run());
}

class RemoteWrite2Decoding {
  readonly #reader: ProtobufReader;
  readonly #length: number;
  readonly #batch: WriteBatch;
  readonly #symbols: Symbols;
  readonly #labels: ReferencedLabels;
  readonly #exemplars: ExemplarReader;
  readonly #metadata: SeriesMetadata;
  readonly #rows = new RemoteWriteRows();
  /** Index in the batch of the series at hand; -1 before it is added. */
  #series = -1;
  /** When the series at hand was created, as it says itself; 0 for not. */
  #createdMs = 0;
  /** The start that was noted last of the series at hand. */
  #startMs = 0;

  constructor(decompressed: Decompressed, batch: WriteBatch, sizeBytesMax: number) {
    this.#reader = new ProtobufReader(decompressed);
    this.#length = decompressed.length;
    this.#batch = batch;
    this.#symbols = new Symbols(this.#reader, sizeBytesMax);
    this.#labels = new ReferencedLabels(this.#reader, this.#symbols, batch);
    this.#exemplars = new ExemplarReader(this.#reader, this.#symbols);
    this.#metadata = new SeriesMetadata(this.#reader, this.#symbols, this.#rows);
  }

  /** Twice over the fields: symbols may come after the series that name them, though nobody sends them so. */
  run(): DecodeResult {
    const reader = this.#reader;
    const end = this.#length;
    const firstSeriesAt = this.#readSymbols(end);
    for (reader.at = firstSeriesAt; reader.at < end; ) {
      const tag = reader.readTag(end);
      if (tag === REQUEST_SERIES_TAG) this.#readSeries(reader.readLength(end));
      else if (tag === REQUEST_SYMBOL_TAG) reader.at = reader.readLength(end);
      else reader.skipUnknown(tag, end, REQUEST_FIELDS);
    }
    this.#metadata.addTo(this.#batch);
    return this.#rows.result();
  }

  /** Returns where the first series begins. */
  #readSymbols(end: number): number {
    const reader = this.#reader;
    let firstSeriesAt = end;
    while (reader.at < end) {
      const fieldAt = reader.at;
      const tag = reader.readTag(end);
      if (tag === REQUEST_SYMBOL_TAG) {
        this.#symbols.read(end);
      } else if (tag === REQUEST_SERIES_TAG) {
        firstSeriesAt = Math.min(firstSeriesAt, fieldAt);
        reader.at = reader.readLength(end);
      } else if (VERSION_1_TAGS.includes(tag)) {
        throw malformed(
          fieldAt,
          'this is a prometheus.WriteRequest of remote write 1.0; send it without proto= in the Content-Type',
        );
      } else {
        reader.skipUnknown(tag, end, REQUEST_FIELDS);
      }
    }
    return firstSeriesAt;
  }

  /** Twice over the fields: what samples need comes behind them. */
  #readSeries(end: number): void {
    const reader = this.#reader;
    const labels = this.#labels;
    const metadata = this.#metadata;
    let firstRowAt = -1;
    this.#createdMs = 0;
    labels.begin();
    metadata.begin();
    while (reader.at < end) {
      const fieldAt = reader.at;
      const tag = reader.readTag(end);
      if (tag === SERIES_LABELS_TAG) labels.references.readPacked(reader.readLength(end));
      else if (tag === SERIES_LABEL_TAG) labels.references.readOne(end);
      else if (tag === SERIES_METADATA_TAG) metadata.read(reader.readLength(end));
      else if (tag === SERIES_CREATED_TAG) this.#createdMs = reader.readInt64(end);
      else if (tag === SERIES_SAMPLE_TAG || tag === SERIES_EXEMPLAR_TAG || tag === SERIES_HISTOGRAM_TAG) {
        if (firstRowAt < 0) firstRowAt = fieldAt;
        reader.at = reader.readLength(end);
      } else {
        reader.skipUnknown(tag, end, SERIES_FIELDS);
      }
    }
    labels.end();
    this.#noteMetadata();
    if (firstRowAt < 0) return;
    this.#series = -1;
    this.#startMs = 0;
    reader.at = firstRowAt;
    this.#readRows(end);
  }

  #noteMetadata(): void {
    const labels = this.#labels;
    if (labels.problemCode !== undefined) return;
    const problem = this.#metadata.note(labels.metric);
    if (problem !== '') labels.refuse('invalid_row', problem);
  }

  #readRows(end: number): void {
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === SERIES_SAMPLE_TAG) this.#readSample(reader.readLength(end));
      else if (tag === SERIES_EXEMPLAR_TAG) this.#readExemplar(reader.readLength(end));
      else if (tag === SERIES_HISTOGRAM_TAG) this.#readHistogram(reader.readLength(end));
      else if (tag === SERIES_LABELS_TAG || tag === SERIES_METADATA_TAG) reader.at = reader.readLength(end);
      else reader.skipUnknown(tag, end, 0);
    }
  }

  #readSample(end: number): void {
    const reader = this.#reader;
    let low = 0;
    let high = 0;
    let timeMs = 0;
    let startMs = 0;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === SAMPLE_VALUE_TAG) {
        const at = reader.readFixed64(end);
        low = reader.view.getInt32(at, true);
        high = reader.view.getInt32(at + 4, true);
      } else if (tag === SAMPLE_TIMESTAMP_TAG) {
        timeMs = reader.readInt64(end);
      } else if (tag === SAMPLE_START_TAG) {
        startMs = reader.readInt64(end);
      } else {
        reader.skipUnknown(tag, end, SAMPLE_FIELDS);
      }
    }
    const labels = this.#labels;
    const row = this.#rows.next();
    if (labels.problemCode !== undefined) this.#rows.refuseForSeries(row, labels);
    else if (!Number.isSafeInteger(timeMs)) this.#rows.refuseTime(row, labels);
    else {
      const series = this.#committedSeries();
      const isStale = low === STALE_NAN_LOW && high === STALE_NAN_HIGH;
      if (!isStale) this.#noteStart(series, startMs || this.#createdMs, timeMs);
      this.#batch.addSampleWords(series, timeMs, low, high, row);
    }
  }

  /** Notes when what the sample at hand counts began, once for the samples of a series that say the same. */
  #noteStart(series: number, startMs: number, timeMs: number): void {
    if (startMs === this.#startMs || !(startMs > 0 && startMs < timeMs)) return;
    if (!this.#metadata.isCumulative(this.#labels.metric)) return;
    this.#startMs = startMs;
    this.#batch.addStart(series, startMs);
  }

  #readExemplar(end: number): void {
    const exemplar = this.#exemplars;
    exemplar.read(end);
    if (this.#rows.takeExemplar(this.#labels, exemplar)) {
      this.#batch.exemplars.push(exemplar.toExemplar(this.#committedSeries()));
    }
  }

  #readHistogram(end: number): void {
    this.#reader.at = end;
    this.#rows.refuseHistogram(this.#labels);
  }

  /** Only series with something to keep are added. */
  #committedSeries(): number {
    if (this.#series < 0) this.#series = this.#labels.commit();
    return this.#series;
  }
}
