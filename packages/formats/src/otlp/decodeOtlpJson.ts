import type { WriteBatch } from '@tinyobs/model';
import { parseJson } from '../json/parseJson.js';
import { quoted } from '../quoted.js';
import { Attributes } from './attributes.js';
import type { MetricKind } from './dataPoint.js';
import { TEMPORALITY_CUMULATIVE, TEMPORALITY_DELTA } from './fields.js';
import { JsonAttributes } from './jsonAttributes.js';
import { JsonFields, type JsonMessage } from './jsonFields.js';
import { JsonPoints } from './jsonPoints.js';
import { type MetricTranslator, translateInto } from './metricTranslator.js';
import type { OtlpOptions, OtlpResult } from './otlpOptions.js';

const KINDS: readonly (readonly [field: string, kind: MetricKind])[] = [
  ['gauge', 'gauge'],
  ['sum', 'sum'],
  ['histogram', 'histogram'],
  ['exponentialHistogram', 'exponential'],
  ['summary', 'summary'],
];

const TEMPORALITIES: ReadonlyMap<unknown, number> = new Map([
  ['AGGREGATION_TEMPORALITY_UNSPECIFIED', 0],
  ['AGGREGATION_TEMPORALITY_DELTA', TEMPORALITY_DELTA],
  ['AGGREGATION_TEMPORALITY_CUMULATIVE', TEMPORALITY_CUMULATIVE],
]);

/**
 * Adds what an OTLP request for metrics says, an `ExportMetricsServiceRequest` as JSON, to a batch: as
 * `decodeOtlpProtobuf` does with the same in protobuf. Unknown fields are passed over.
 *
 * @throws TinyObsError `malformed_json` where the body is not JSON, with `offset`, `line` and `column`, or a field is
 * not what it should be; `body_too_large` as `decodeOtlpProtobuf`. The batch is unchanged then.
 * Source: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 */
export function decodeOtlpJson(body: Uint8Array, batch: WriteBatch, options: OtlpOptions): OtlpResult {
  const { parsed, text } = parseJson(body);
  return translateInto(batch, options, (translator) => new RequestReader(text, translator).read(parsed));
}

/** Reads a request into a translator. */
class RequestReader {
  readonly #translator: MetricTranslator;
  readonly #fields: JsonFields;
  readonly #attributes: JsonAttributes;
  readonly #points: JsonPoints;
  readonly #scratch = new Attributes();
  /** Where reading is: indexes of resource, scope, metric and point, -1 before the first of them. */
  readonly #at = { resource: -1, scope: -1, metric: -1, point: -1 };
  #metricName = '';

  constructor(text: string, translator: MetricTranslator) {
    const countObject = () => translator.countObject();
    this.#translator = translator;
    this.#fields = new JsonFields(text, () => this.#place());
    this.#attributes = new JsonAttributes(this.#fields, countObject);
    this.#points = new JsonPoints(this.#fields, this.#attributes, countObject);
  }

  read(parsed: unknown): void {
    const fields = this.#fields;
    const request = fields.message(parsed, 'body');
    if (!request) throw fields.wrong('body', 'an object', parsed);
    for (const item of fields.items(request.resourceMetrics, 'resourceMetrics')) {
      Object.assign(this.#at, { resource: this.#at.resource + 1, scope: -1, metric: -1, point: -1 });
      this.#readResourceMetrics(fields.message(item, 'resourceMetrics') ?? {});
    }
  }

  #readResourceMetrics({ resource, scopeMetrics }: JsonMessage): void {
    const fields = this.#fields;
    this.#translator.beginResource(this.#entriesOf(fields.message(resource, 'resource') ?? {}));
    for (const item of fields.items(scopeMetrics, 'scopeMetrics')) {
      Object.assign(this.#at, { scope: this.#at.scope + 1, metric: -1, point: -1 });
      this.#readScopeMetrics(fields.message(item, 'scopeMetrics') ?? {});
    }
    this.#translator.endResource();
  }

  #readScopeMetrics(message: JsonMessage): void {
    const fields = this.#fields;
    const scope = fields.message(message.scope, 'scope') ?? {};
    this.#translator.beginScope({
      name: fields.text(scope.name, 'name'),
      version: fields.text(scope.version, 'version'),
      schemaUrl: fields.text(message.schemaUrl, 'schemaUrl'),
      attributes: this.#entriesOf(scope),
    });
    for (const item of fields.items(message.metrics, 'metrics')) {
      Object.assign(this.#at, { metric: this.#at.metric + 1, point: -1 });
      this.#readMetric(fields.message(item, 'metrics') ?? {});
    }
  }

  #readMetric(metric: JsonMessage): void {
    const fields = this.#fields;
    this.#metricName = fields.text(metric.name, 'name');
    const head = {
      name: this.#metricName,
      description: fields.text(metric.description, 'description'),
      unit: fields.text(metric.unit, 'unit'),
    };
    for (const [field, kind] of KINDS) {
      const data = fields.message(metric[field], field);
      if (!data) continue;
      const temporality = this.#temporalityOf(data.aggregationTemporality);
      const isMonotonic = fields.flag(data.isMonotonic, 'isMonotonic');
      this.#translator.beginMetric({ ...head, kind, temporality, isMonotonic });
      this.#readPoints(kind, fields.items(data.dataPoints, 'dataPoints'));
      return;
    }
  }

  #readPoints(kind: MetricKind, points: readonly unknown[]): void {
    for (let i = 0; i < points.length; i++) {
      this.#at.point = i;
      this.#points.read(kind, this.#fields.message(points[i], 'dataPoints') ?? {});
      this.#translator.addPoint(this.#points.point);
    }
  }

  /** Numbers are what the specification demands; the names are what they stand for. */
  #temporalityOf(value: unknown): number {
    return TEMPORALITIES.get(value) ?? this.#fields.whole(value, 'aggregationTemporality');
  }

  #entriesOf({ attributes }: JsonMessage): [key: string, value: string][] {
    this.#scratch.clear();
    this.#attributes.readInto(this.#scratch, attributes);
    return this.#scratch.entries();
  }

  #place(): string {
    const { resource, scope, metric, point } = this.#at;
    const parts: string[] = [];
    if (resource >= 0) parts.push(`resourceMetrics[${resource}]`);
    if (scope >= 0) parts.push(`scopeMetrics[${scope}]`);
    if (metric >= 0) parts.push(`metrics[${metric}]`);
    const path = parts.join('.') || 'the body';
    if (point < 0) return path;
    return `${path} (${quoted(this.#metricName)}), data point ${point}`;
  }
}
