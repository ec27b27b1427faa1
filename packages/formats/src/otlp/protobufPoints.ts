import type { ProtobufReader } from '../protobuf/protobufReader.js';
import { Attributes } from './attributes.js';
import { DataPoint, type ExponentialSide, type MetricKind } from './dataPoint.js';
import {
  BUCKETS_COUNTS_ONE_TAG,
  BUCKETS_COUNTS_TAG,
  BUCKETS_FIELDS,
  BUCKETS_OFFSET_TAG,
  EXEMPLAR_ATTRIBUTE_TAG,
  EXEMPLAR_DOUBLE_TAG,
  EXEMPLAR_FIELDS,
  EXEMPLAR_INT_TAG,
  EXEMPLAR_SPAN_ID_TAG,
  EXEMPLAR_TIME_TAG,
  EXEMPLAR_TRACE_ID_TAG,
  EXPONENTIAL_ATTRIBUTE_TAG,
  EXPONENTIAL_EXEMPLAR_TAG,
  EXPONENTIAL_FIELDS,
  EXPONENTIAL_FLAGS_TAG,
  EXPONENTIAL_NEGATIVE_TAG,
  EXPONENTIAL_POSITIVE_TAG,
  EXPONENTIAL_SCALE_TAG,
  EXPONENTIAL_ZERO_COUNT_TAG,
  EXPONENTIAL_ZERO_THRESHOLD_TAG,
  HISTOGRAM_ATTRIBUTE_TAG,
  HISTOGRAM_BOUNDS_ONE_TAG,
  HISTOGRAM_BOUNDS_TAG,
  HISTOGRAM_COUNTS_ONE_TAG,
  HISTOGRAM_COUNTS_TAG,
  HISTOGRAM_EXEMPLAR_TAG,
  HISTOGRAM_FIELDS,
  HISTOGRAM_FLAGS_TAG,
  NUMBER_ATTRIBUTE_TAG,
  NUMBER_DOUBLE_TAG,
  NUMBER_EXEMPLAR_TAG,
  NUMBER_FIELDS,
  NUMBER_FLAGS_TAG,
  NUMBER_INT_TAG,
  POINT_COUNT_TAG,
  POINT_SUM_TAG,
  POINT_TIME_TAG,
  QUANTILE_FIELDS,
  QUANTILE_QUANTILE_TAG,
  QUANTILE_VALUE_TAG,
  SUMMARY_ATTRIBUTE_TAG,
  SUMMARY_FIELDS,
  SUMMARY_FLAGS_TAG,
  SUMMARY_QUANTILE_TAG,
} from './fields.js';
import { millisecondsOf } from './nanoseconds.js';
import type { ProtobufAttributes } from './protobufAttributes.js';

/** Reads data points, one after the other, into one `DataPoint`. Methods throw TinyObsError `malformed_body`. */
export class ProtobufPoints {
  readonly point = new DataPoint();
  readonly #reader: ProtobufReader;
  readonly #attributes: ProtobufAttributes;
  readonly #countObject: () => void;
  readonly #exemplarAttributes = new Attributes();

  /** @param countObject Called before an exemplar is made; may throw. */
  constructor(reader: ProtobufReader, attributes: ProtobufAttributes, countObject: () => void) {
    this.#reader = reader;
    this.#attributes = attributes;
    this.#countObject = countObject;
  }

  /** Reads the data point that ends at `end`. */
  read(kind: MetricKind, end: number): void {
    this.point.clear();
    switch (kind) {
      case 'gauge':
      case 'sum':
        this.#readNumber(end);
        break;
      case 'histogram':
        this.#readHistogram(end);
        break;
      case 'exponential':
        this.#readExponential(end);
        break;
      case 'summary':
        this.#readSummary(end);
        break;
    }
  }

  #readNumber(end: number): void {
    const { point } = this;
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === NUMBER_ATTRIBUTE_TAG) this.#readAttribute(end);
      else if (tag === POINT_TIME_TAG) point.timeMs = this.#readTime(end);
      else if (tag === NUMBER_DOUBLE_TAG) point.value = this.#readDouble(end);
      else if (tag === NUMBER_INT_TAG) point.value = this.#readFixedInt(end);
      else if (tag === NUMBER_EXEMPLAR_TAG) this.#readExemplar(reader.readLength(end));
      else if (tag === NUMBER_FLAGS_TAG) point.flags = reader.readUint64(end);
      else reader.skipUnknown(tag, end, NUMBER_FIELDS);
    }
  }

  #readHistogram(end: number): void {
    const { point } = this;
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === HISTOGRAM_ATTRIBUTE_TAG) this.#readAttribute(end);
      else if (tag === POINT_TIME_TAG) point.timeMs = this.#readTime(end);
      else if (tag === POINT_COUNT_TAG) point.count = this.#readFixedCount(end);
      else if (tag === POINT_SUM_TAG) point.sum = this.#readDouble(end);
      else if (tag === HISTOGRAM_COUNTS_TAG) this.#readCounts(reader.readLength(end));
      else if (tag === HISTOGRAM_COUNTS_ONE_TAG) point.bucketCounts.push(this.#readFixedCount(end));
      else if (tag === HISTOGRAM_BOUNDS_TAG) this.#readBounds(reader.readLength(end));
      else if (tag === HISTOGRAM_BOUNDS_ONE_TAG) point.bounds.push(this.#readDouble(end));
      else if (tag === HISTOGRAM_EXEMPLAR_TAG) this.#readExemplar(reader.readLength(end));
      else if (tag === HISTOGRAM_FLAGS_TAG) point.flags = reader.readUint64(end);
      else reader.skipUnknown(tag, end, HISTOGRAM_FIELDS);
    }
  }

  #readExponential(end: number): void {
    const { point } = this;
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === EXPONENTIAL_ATTRIBUTE_TAG) this.#readAttribute(end);
      else if (tag === POINT_TIME_TAG) point.timeMs = this.#readTime(end);
      else if (tag === POINT_COUNT_TAG) point.count = this.#readFixedCount(end);
      else if (tag === POINT_SUM_TAG) point.sum = this.#readDouble(end);
      else if (tag === EXPONENTIAL_SCALE_TAG) point.scale = reader.readSint32(end);
      else if (tag === EXPONENTIAL_ZERO_COUNT_TAG) point.zeroCount = this.#readFixedCount(end);
      else if (tag === EXPONENTIAL_POSITIVE_TAG) this.#readSide(point.positive, reader.readLength(end));
      else if (tag === EXPONENTIAL_NEGATIVE_TAG) this.#readSide(point.negative, reader.readLength(end));
      else if (tag === EXPONENTIAL_ZERO_THRESHOLD_TAG) point.zeroThreshold = this.#readDouble(end);
      else if (tag === EXPONENTIAL_EXEMPLAR_TAG) this.#readExemplar(reader.readLength(end));
      else if (tag === EXPONENTIAL_FLAGS_TAG) point.flags = reader.readUint64(end);
      else reader.skipUnknown(tag, end, EXPONENTIAL_FIELDS);
    }
  }

  #readSummary(end: number): void {
    const { point } = this;
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === SUMMARY_ATTRIBUTE_TAG) this.#readAttribute(end);
      else if (tag === POINT_TIME_TAG) point.timeMs = this.#readTime(end);
      else if (tag === POINT_COUNT_TAG) point.count = this.#readFixedCount(end);
      else if (tag === POINT_SUM_TAG) point.sum = this.#readDouble(end);
      else if (tag === SUMMARY_QUANTILE_TAG) this.#readQuantile(reader.readLength(end));
      else if (tag === SUMMARY_FLAGS_TAG) point.flags = reader.readUint64(end);
      else reader.skipUnknown(tag, end, SUMMARY_FIELDS);
    }
  }

  #readAttribute(end: number): void {
    this.#attributes.readInto(this.point.attributes, this.#reader.readLength(end));
  }

  #readSide(side: ExponentialSide, end: number): void {
    const reader = this.#reader;
    side.clear();
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === BUCKETS_OFFSET_TAG) {
        side.offset = reader.readSint32(end);
      } else if (tag === BUCKETS_COUNTS_TAG) {
        const countsEnd = reader.readLength(end);
        while (reader.at < countsEnd) side.counts.push(reader.readUint64(countsEnd));
      } else if (tag === BUCKETS_COUNTS_ONE_TAG) {
        side.counts.push(reader.readUint64(end));
      } else {
        reader.skipUnknown(tag, end, BUCKETS_FIELDS);
      }
    }
  }

  #readQuantile(end: number): void {
    const reader = this.#reader;
    let quantile = 0;
    let value = 0;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === QUANTILE_QUANTILE_TAG) quantile = this.#readDouble(end);
      else if (tag === QUANTILE_VALUE_TAG) value = this.#readDouble(end);
      else reader.skipUnknown(tag, end, QUANTILE_FIELDS);
    }
    this.point.quantiles.push(quantile);
    this.point.quantileValues.push(value);
  }

  #readExemplar(end: number): void {
    const reader = this.#reader;
    const attributes = this.#exemplarAttributes;
    this.#countObject();
    attributes.clear();
    let timeMs = 0;
    let value = 0;
    let traceId = '';
    let spanId = '';
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === EXEMPLAR_TIME_TAG) timeMs = this.#readTime(end);
      else if (tag === EXEMPLAR_DOUBLE_TAG) value = this.#readDouble(end);
      else if (tag === EXEMPLAR_INT_TAG) value = this.#readFixedInt(end);
      else if (tag === EXEMPLAR_TRACE_ID_TAG) traceId = this.#readHex(end);
      else if (tag === EXEMPLAR_SPAN_ID_TAG) spanId = this.#readHex(end);
      else if (tag === EXEMPLAR_ATTRIBUTE_TAG) this.#attributes.readInto(attributes, reader.readLength(end));
      else reader.skipUnknown(tag, end, EXEMPLAR_FIELDS);
    }
    this.point.exemplars.push({ timeMs, value, traceId, spanId, attributes: attributes.entries() });
  }

  #readHex(end: number): string {
    const reader = this.#reader;
    const bytesEnd = reader.readLength(end);
    let text = '';
    for (; reader.at < bytesEnd; reader.at++) text += reader.bytes[reader.at].toString(16).padStart(2, '0');
    return text;
  }

  #readCounts(end: number): void {
    while (this.#reader.at < end) this.point.bucketCounts.push(this.#readFixedCount(end));
  }

  #readBounds(end: number): void {
    while (this.#reader.at < end) this.point.bounds.push(this.#readDouble(end));
  }

  #readTime(end: number): number {
    const { view } = this.#reader;
    const at = this.#reader.readFixed64(end);
    return millisecondsOf(view.getUint32(at + 4, true), view.getUint32(at, true));
  }

  #readDouble(end: number): number {
    return this.#reader.view.getFloat64(this.#reader.readFixed64(end), true);
  }

  /** A signed number of eight bytes; above 2^53 the nearest that a double holds. */
  #readFixedInt(end: number): number {
    const { view } = this.#reader;
    const at = this.#reader.readFixed64(end);
    return view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  }

  /** The same without a sign. */
  #readFixedCount(end: number): number {
    const { view } = this.#reader;
    const at = this.#reader.readFixed64(end);
    return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
  }
}
