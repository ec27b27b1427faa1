import type { WriteBatch } from '@tinyobs/model';
import { ProtobufReader } from '../protobuf/protobufReader.js';
import { Attributes } from './attributes.js';
import type { MetricHead, MetricKind } from './dataPoint.js';
import {
  DATA_FIELDS,
  DATA_MONOTONIC_TAG,
  DATA_POINT_TAG,
  DATA_TEMPORALITY_TAG,
  METRIC_DESCRIPTION_TAG,
  METRIC_EXPONENTIAL_TAG,
  METRIC_FIELDS,
  METRIC_GAUGE_TAG,
  METRIC_HISTOGRAM_TAG,
  METRIC_NAME_TAG,
  METRIC_SUM_TAG,
  METRIC_SUMMARY_TAG,
  METRIC_UNIT_TAG,
  REQUEST_FIELDS,
  REQUEST_RESOURCE_METRICS_TAG,
  RESOURCE_ATTRIBUTE_TAG,
  RESOURCE_FIELDS,
  RESOURCE_METRICS_FIELDS,
  RESOURCE_METRICS_RESOURCE_TAG,
  RESOURCE_METRICS_SCOPE_METRICS_TAG,
  SCOPE_ATTRIBUTE_TAG,
  SCOPE_FIELDS,
  SCOPE_METRICS_FIELDS,
  SCOPE_METRICS_METRIC_TAG,
  SCOPE_METRICS_SCHEMA_URL_TAG,
  SCOPE_METRICS_SCOPE_TAG,
  SCOPE_NAME_TAG,
  SCOPE_VERSION_TAG,
} from './fields.js';
import { type MetricTranslator, translateInto } from './metricTranslator.js';
import type { OtlpOptions, OtlpResult } from './otlpOptions.js';
import { ProtobufAttributes } from './protobufAttributes.js';
import { ProtobufPoints } from './protobufPoints.js';

const KINDS: ReadonlyMap<number, MetricKind> = new Map([
  [METRIC_GAUGE_TAG, 'gauge'],
  [METRIC_SUM_TAG, 'sum'],
  [METRIC_HISTOGRAM_TAG, 'histogram'],
  [METRIC_EXPONENTIAL_TAG, 'exponential'],
  [METRIC_SUMMARY_TAG, 'summary'],
]);

/**
 * Adds what an OTLP request for metrics says, an `ExportMetricsServiceRequest` as protobuf, to a batch. A data point
 * that something is wrong with is refused, the others are added.
 *
 * @throws TinyObsError `malformed_body` with `offset` where the protobuf is broken or a text is not UTF-8;
 * `body_too_large` for more points, samples, objects or bytes than there may be. The batch is unchanged then.
 * Source: https://opentelemetry.io/docs/specs/otlp/
 */
export function decodeOtlpProtobuf(body: Uint8Array, batch: WriteBatch, options: OtlpOptions): OtlpResult {
  // A plain Uint8Array whatever the caller has: code that meets Buffers too runs slower.
  const bytes = new Uint8Array(body.buffer, body.byteOffset, body.length);
  return translateInto(batch, options, (translator) => new RequestReader(bytes, translator).read());
}

/** Reads a request into a translator. Messages are passed twice: what is said of all may come after the points. */
class RequestReader {
  readonly #reader: ProtobufReader;
  readonly #translator: MetricTranslator;
  readonly #attributes: ProtobufAttributes;
  readonly #points: ProtobufPoints;
  readonly #scratch = new Attributes();

  constructor(bytes: Uint8Array, translator: MetricTranslator) {
    const countObject = () => translator.countObject();
    this.#reader = new ProtobufReader({
      bytes,
      view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    });
    this.#translator = translator;
    this.#attributes = new ProtobufAttributes(this.#reader, countObject);
    this.#points = new ProtobufPoints(this.#reader, this.#attributes, countObject);
  }

  read(): void {
    const reader = this.#reader;
    const end = reader.bytes.length;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === REQUEST_RESOURCE_METRICS_TAG) this.#readResourceMetrics(reader.readLength(end));
      else reader.skipUnknown(tag, end, REQUEST_FIELDS);
    }
  }

  #readResourceMetrics(end: number): void {
    const reader = this.#reader;
    const start = reader.at;
    this.#scratch.clear();
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === RESOURCE_METRICS_RESOURCE_TAG) this.#readResource(reader.readLength(end));
      else if (tag === RESOURCE_METRICS_SCOPE_METRICS_TAG) reader.at = reader.readLength(end);
      else reader.skipUnknown(tag, end, RESOURCE_METRICS_FIELDS);
    }
    this.#translator.beginResource(this.#scratch.entries());
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === RESOURCE_METRICS_SCOPE_METRICS_TAG) this.#readScopeMetrics(reader.readLength(end));
      else reader.skipUnknown(tag, end, 0);
    }
    this.#translator.endResource();
  }

  #readResource(end: number): void {
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === RESOURCE_ATTRIBUTE_TAG) this.#attributes.readInto(this.#scratch, reader.readLength(end));
      else reader.skipUnknown(tag, end, RESOURCE_FIELDS);
    }
  }

  #readScopeMetrics(end: number): void {
    const reader = this.#reader;
    const start = reader.at;
    const scope = { name: '', version: '', schemaUrl: '' };
    this.#scratch.clear();
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === SCOPE_METRICS_SCOPE_TAG) this.#readScope(scope, reader.readLength(end));
      else if (tag === SCOPE_METRICS_METRIC_TAG) reader.at = reader.readLength(end);
      else if (tag === SCOPE_METRICS_SCHEMA_URL_TAG) scope.schemaUrl = this.#attributes.readText(end);
      else reader.skipUnknown(tag, end, SCOPE_METRICS_FIELDS);
    }
    this.#translator.beginScope({ ...scope, attributes: this.#scratch.entries() });
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === SCOPE_METRICS_METRIC_TAG) this.#readMetric(reader.readLength(end));
      else reader.skipUnknown(tag, end, 0);
    }
  }

  #readScope(scope: { name: string; version: string }, end: number): void {
    const reader = this.#reader;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === SCOPE_NAME_TAG) scope.name = this.#attributes.readText(end);
      else if (tag === SCOPE_VERSION_TAG) scope.version = this.#attributes.readText(end);
      else if (tag === SCOPE_ATTRIBUTE_TAG) this.#attributes.readInto(this.#scratch, reader.readLength(end));
      else reader.skipUnknown(tag, end, SCOPE_FIELDS);
    }
  }

  #readMetric(end: number): void {
    const reader = this.#reader;
    const head = { name: '', description: '', unit: '' };
    let dataTag = 0;
    let dataStart = 0;
    let dataEnd = 0;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (KINDS.has(tag)) {
        dataTag = tag;
        dataEnd = reader.readLength(end);
        dataStart = reader.at;
        reader.at = dataEnd;
      } else if (tag === METRIC_NAME_TAG) {
        head.name = this.#attributes.readText(end);
      } else if (tag === METRIC_DESCRIPTION_TAG) {
        head.description = this.#attributes.readText(end);
      } else if (tag === METRIC_UNIT_TAG) {
        head.unit = this.#attributes.readText(end);
      } else {
        reader.skipUnknown(tag, end, METRIC_FIELDS);
      }
    }
    const kind = KINDS.get(dataTag);
    if (kind === undefined) return;
    reader.at = dataStart;
    this.#readData({ ...head, kind }, dataEnd);
    reader.at = end;
  }

  #readData(head: Omit<MetricHead, 'temporality' | 'isMonotonic'>, end: number): void {
    const reader = this.#reader;
    const start = reader.at;
    let temporality = 0;
    let isMonotonic = false;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === DATA_POINT_TAG) reader.at = reader.readLength(end);
      else if (tag === DATA_TEMPORALITY_TAG) temporality = reader.readInt64(end);
      else if (tag === DATA_MONOTONIC_TAG) isMonotonic = reader.readInt64(end) !== 0;
      else reader.skipUnknown(tag, end, DATA_FIELDS);
    }
    this.#translator.beginMetric({ ...head, temporality, isMonotonic });
    reader.at = start;
    while (reader.at < end) {
      const tag = reader.readTag(end);
      if (tag === DATA_POINT_TAG) this.#readPoint(head.kind, reader.readLength(end));
      else reader.skipUnknown(tag, end, 0);
    }
  }

  #readPoint(kind: MetricKind, end: number): void {
    this.#points.read(kind, end);
    this.#translator.addPoint(this.#points.point);
  }
}
