import type { WriteBatch } from '@tinyobs/model';
import { allOrNothing } from '../allOrNothing.js';
import { KNOWN_ROWS_MAX, type KnownSeries } from '../known/knownSeries.js';
import { REMOTE_WRITE_ROWS_MAX } from '../limits.js';
import { MetadataCollector } from '../metricFamilies.js';
import { ProtobufReader } from '../protobuf/protobufReader.js';
import type { DecodeResult } from '../refusals.js';
import { findInvalidUtf8 } from '../utf8.js';
import { checkLength, type Decompressed, decodeSnappy } from './decodeSnappy.js';
import { ExemplarReader } from './exemplarReader.js';
import {
  METADATA_FAMILY_TAG,
  METADATA_FIELDS,
  METADATA_HELP_TAG,
  METADATA_TYPE_TAG,
  METADATA_UNIT_TAG,
  METRIC_TYPES,
  REQUEST_FIELDS,
  REQUEST_METADATA_TAG,
  REQUEST_SERIES_TAG,
  SAMPLE_FIELDS,
  SAMPLE_TIMESTAMP_TAG,
  SAMPLE_VALUE_TAG,
  SERIES_EXEMPLAR_TAG,
  SERIES_FIELDS,
  SERIES_HISTOGRAM_TAG,
  SERIES_LABEL_TAG,
  SERIES_SAMPLE_TAG,
} from './fields.js';
import { RemoteWriteRows } from './remoteWriteRows.js';
import { SeriesLabels } from './seriesLabels.js';

const textDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Adds the samples, exemplars and metadata of a Prometheus remote write 1.0 body, a snappy-compressed
 * `prometheus.WriteRequest`, to a batch. Values keep all their bits, so the stale marker stays one.
 *
 * Rows are the samples, exemplars, native histograms and metadata entries in the order of the request, from 0.
 * What is wrong with a series (`invalid_label`, `invalid_metric_name`) refuses each of its rows; a time beyond
 * the safe integers (`invalid_timestamp`), a native histogram (`invalid_value`), an exemplar's labels and a
 * metadata entry refuse their own row. The others go on.
 *
 * @param options.sizeBytesMax Most bytes the body may decompress to.
 * @param options.known Series remembered from earlier bodies, begun for this batch; by their references they
 * enter it without a look at their labels. What comes out is the same.
 * @throws TinyObsError `malformed_body` with `offset` and `layer` when the snappy block or the protobuf is
 * broken; `body_too_large` for more than `sizeBytesMax` bytes, or more rows than `REMOTE_WRITE_ROWS_MAX`. The
 * batch is unchanged then.
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export function decodeRemoteWrite(
  body: Uint8Array,
  batch: WriteBatch,
  options: { sizeBytesMax: number; known?: KnownSeries },
): DecodeResult {
  const { length, end } = checkLength(body, options.sizeBytesMax);
  const quickly = options.known?.decompress(body, end, length);
  const decompressed = quickly ?? decodeSnappy(body, options.sizeBytesMax);
  return allOrNothing(batch, () =>
    new RemoteWriteDecoding(decompressed, batch, quickly && options.known).run(),
  );
}

/**
 * Bytes that a remote write body decompresses to, as it declares: for whoever must find room before decoding.
 *
 * @throws TinyObsError `malformed_body`, `body_too_large`, as `decodeRemoteWrite`
 */
export function remoteWriteSizeBytes(body: Uint8Array, options: { sizeBytesMax: number }): number {
  return checkLength(body, options.sizeBytesMax).length;
}

class RemoteWriteDecoding {
  readonly #reader: ProtobufReader;
  readonly #length: number;
  readonly #batch: WriteBatch;
  readonly #labels: SeriesLabels;
  readonly #exemplars: ExemplarReader;
  readonly #metadata = new MetadataCollector();
  readonly #rows = new RemoteWriteRows();
  readonly #known: KnownSeries | undefined;
  /** Index in the batch of the series at hand; -1 before it is added. */
  #series = -1;

  constructor(decompressed: Decompressed, batch: WriteBatch, known: KnownSeries | undefined) {
    this.#known = known;
    this.#reader = new ProtobufReader(decompressed);
    this.#length = decompressed.length;
    this.#batch = batch;
    this.#labels = new SeriesLabels(this.#reader, batch);
    this.#exemplars = new ExemplarReader(this.#reader);
  }

  run(): DecodeResult {
    const reader = this.#reader;
    const end = this.#length;
    for (this.#takeKnown(end); reader.at < end; this.#takeKnown(end)) {
      const tag = reader.readTag(end);
      if (tag === REQUEST_SERIES_TAG) this.#readSeries(reader.readLength(end));
      else if (tag === REQUEST_METADATA_TAG) this.#readMetadata(reader.readLength(end));
      else reader.skipUnknown(tag, end, REQUEST_FIELDS);
    }
    this.#metadata.addTo(this.#batch);
    return this.#rows.result();
  }

  /** Passes over the series that are known, up to the first field that is anything else. */
  #takeKnown(end: number): void {
    if (this.#known === undefined || this.#rows.count + KNOWN_ROWS_MAX > REMOTE_WRITE_ROWS_MAX) return;
    const before = this.#batch.sampleCount;
    this.#reader.at = this.#known.takeSeries(this.#reader.at, end, this.#batch, this.#rows.count);
    this.#rows.count += this.#batch.sampleCount - before;
  }

  /** Twice over the fields: labels may come after the samples they belong to, though nobody sends them so. */
  #readSeries(end: number): void {
    const reader = this.#reader;
    const labels = this.#labels;
    const start = reader.at;
    let firstRowAt = -1;
    labels.begin(end);
    const plainEnd = reader.at;
    while (reader.at < end) {
      const fieldAt = reader.at;
      const tag = reader.readTag(end);
      if (tag === SERIES_LABEL_TAG) {
        labels.add(reader.readLength(end));
      } else if (tag === SERIES_SAMPLE_TAG || tag === SERIES_EXEMPLAR_TAG || tag === SERIES_HISTOGRAM_TAG) {
        if (firstRowAt < 0) firstRowAt = fieldAt;
        reader.at = reader.readLength(end);
      } else {
        reader.skipUnknown(tag, end, SERIES_FIELDS);
      }
    }
    if (firstRowAt < 0) return;
    labels.end(start, end);
    this.#series = -1;
    reader.at = firstRowAt;
    this.#readRows(end);
    const isUsual = this.#series >= 0 && labels.isPlain && firstRowAt === plainEnd;
    if (isUsual) this.#known?.note(this.#batch, this.#series, start, plainEnd);
  }

  #readRows(end: number): void {
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === SERIES_SAMPLE_TAG) this.#readSample(reader.readLength(end));
      else if (tag === SERIES_EXEMPLAR_TAG) this.#readExemplar(reader.readLength(end));
      else if (tag === SERIES_HISTOGRAM_TAG) this.#readHistogram(reader.readLength(end));
      else if (tag === SERIES_LABEL_TAG) reader.at = reader.readLength(end);
      else reader.skipUnknown(tag, end, SERIES_FIELDS);
    }
  }

  #readSample(end: number): void {
    const reader = this.#reader;
    let low = 0;
    let high = 0;
    let timeMs = 0;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === SAMPLE_VALUE_TAG) {
        const at = reader.readFixed64(end);
        low = reader.view.getInt32(at, true);
        high = reader.view.getInt32(at + 4, true);
      } else if (tag === SAMPLE_TIMESTAMP_TAG) {
        timeMs = reader.readInt64(end);
      } else {
        reader.skipUnknown(tag, end, SAMPLE_FIELDS);
      }
    }
    const row = this.#rows.next();
    if (this.#labels.problemCode !== undefined) this.#rows.refuseForSeries(row, this.#labels);
    else if (!Number.isSafeInteger(timeMs)) this.#rows.refuseTime(row, this.#labels);
    else this.#batch.addSampleWords(this.#committedSeries(), timeMs, low, high, row);
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

  #readMetadata(end: number): void {
    const reader = this.#reader;
    let type = 0;
    let family: string | undefined = '';
    let help: string | undefined = '';
    let unit: string | undefined = '';
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === METADATA_TYPE_TAG) type = reader.readInt64(end);
      else if (tag === METADATA_FAMILY_TAG) family = this.#readText(end);
      else if (tag === METADATA_HELP_TAG) help = this.#readText(end);
      else if (tag === METADATA_UNIT_TAG) unit = this.#readText(end);
      else reader.skipUnknown(tag, end, METADATA_FIELDS);
    }
    const row = this.#rows.next();
    this.#rows.countObject();
    if (family === undefined || help === undefined || unit === undefined) {
      const code = family === undefined ? 'invalid_metric_name' : 'invalid_row';
      this.#rows.refuse(row, code, 'metadata: its text is not UTF-8');
    } else if (family === '') {
      this.#rows.refuse(row, 'invalid_metric_name', 'metadata: its family has no name');
    } else {
      this.#metadata.noteType(family, METRIC_TYPES[type] ?? 'unknown');
      this.#metadata.noteHelp(family, help);
      this.#metadata.noteUnit(family, unit);
    }
  }

  /** The text of a field; undefined when it is not UTF-8. */
  #readText(end: number): string | undefined {
    const reader = this.#reader;
    const textEnd = reader.readLength(end);
    const start = reader.at;
    reader.at = textEnd;
    if (findInvalidUtf8(reader.bytes, start, textEnd) >= 0) return undefined;
    return textDecoder.decode(reader.bytes.subarray(start, textEnd));
  }
}
