import { readFileSync } from 'node:fs';
import { isStaleAt, type WriteBatch } from '@tinyobs/model';
import protobuf from 'protobufjs';
import type { OtlpOptions } from './otlpOptions.js';

/*
 * Requests as protobuf, made by another implementation from the same objects that JSON is made of.
 */
const schema = protobuf.parse(
  readFileSync(new URL('../../testdata/otlp/metrics.proto', import.meta.url), 'utf8'),
).root;

export const OPTIONS: OtlpOptions = {
  strategy: 'UnderscoreEscapingWithSuffixes',
  promoteResourceAttributes: [],
  promoteScopeMetadata: false,
  batchBytesMax: 1 << 24,
};

/** A request in the form of OTLP's JSON. */
export type OtlpRequest = Readonly<Record<string, unknown>>;

export function asProtobuf(request: OtlpRequest): Uint8Array {
  const Request = schema.lookupType('Request');
  // Ids are hexadecimal in OTLP's JSON and nowhere else, and NaN has a name.
  const text = JSON.stringify(request, (key, value) => {
    const isId = key === 'traceId' || key === 'spanId';
    return isId ? Buffer.from(value, 'hex').toString('base64') : value;
  });
  return Request.encode(Request.fromObject(JSON.parse(text))).finish();
}

export function asJson(request: OtlpRequest): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(request));
}

/** A message of the schema as an object: what a client makes of an answer. */
export function readMessage(type: 'Response' | 'Status', bytes: Uint8Array): Record<string, unknown> {
  const message = schema.lookupType(type);
  return message.toObject(message.decode(bytes), { longs: Number });
}

export function valueText(batch: WriteBatch, sample: number): string {
  return isStaleAt(batch.valueWords, sample) ? 'stale' : String(batch.values[sample]);
}

/** Everything in a batch, as lines. */
export function linesOf(batch: WriteBatch): string[] {
  const samples = Array.from({ length: batch.sampleCount }, (_, sample) => {
    const labels = batch.labelsOf(batch.sampleSeries[sample]);
    return `${labels} ${valueText(batch, sample)} @${batch.times[sample]}`;
  });
  const exemplars = batch.exemplars.map(
    ({ series, labels, value, timeMs }) => `${batch.labelsOf(series)} # ${labels} ${value} @${timeMs}`,
  );
  return [...samples, ...exemplars];
}

/** A request of one resource and scope. */
export function requestOf(
  metrics: readonly object[],
  resource: object = {},
  scope: object = {},
): OtlpRequest {
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] };
}
