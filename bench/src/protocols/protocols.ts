import {
  decodeInflux,
  decodeJson,
  decodeOpenMetrics,
  decodeOtlpJson,
  decodeOtlpProtobuf,
  decodeRemoteWrite,
  decodeRemoteWrite2,
  decodeText,
  type KnownSeries,
} from '@tinyobs/formats';
import { Labels, type WriteBatch } from '@tinyobs/model';
import { type Destination, REMOTE_WRITE } from '../ingest/destination.js';
import { seriesTemplate, WriteBodies } from '../ingest/writeBodies.js';
import type { Server } from '../servers.js';
import type { MadeExport } from './madeRows.js';
import { OTLP_JSON, OTLP_OPTIONS, OTLP_PROTOBUF, otlpJsonBody, otlpProtobufBody } from './otlpBody.js';
import { REMOTE_WRITE_2, remoteWrite2Body } from './remoteWrite2Body.js';

/** Most bytes a body may decompress to, as the server has it. */
const SIZE_BYTES_MAX = 32 * 2 ** 20;

/** One way in. */
export interface Protocol {
  /** By which `--rows=` names it. */
  readonly id: string;
  readonly name: string;
  /** Samples a second that a core must decode, where a target says so. */
  readonly must?: number;
  /** Where each server takes it. */
  readonly destinations: Partial<Readonly<Record<Server['id'], Destination>>>;
  readonly encode: (made: MadeExport) => Uint8Array;
  /** With `known`, as the server decodes series that it remembers; only where `remembersSeries`. */
  readonly decode: (
    body: Uint8Array,
    batch: WriteBatch,
    known?: KnownSeries,
  ) => { readonly refusedCount: number };
  readonly remembersSeries?: boolean;
}

const IMPORT: Destination = { path: '/api/v1/import/prometheus', headers: { 'Content-Type': 'text/plain' } };

const INFLUX: Destination = { path: '/write?precision=ms', headers: { 'Content-Type': 'text/plain' } };

export const PROTOCOLS: readonly Protocol[] = [
  {
    id: 'remote-write-1',
    name: 'remote write 1.0',
    destinations: { tinyobs: REMOTE_WRITE, prometheus: REMOTE_WRITE, victoriametrics: REMOTE_WRITE },
    encode: (made) => {
      const bodies = new WriteBodies();
      for (const { labels, value } of seriesOf(made)) bodies.add(seriesTemplate(labels), made.timeMs, value);
      return bodies.take();
    },
    decode: (body, batch, known) => decodeRemoteWrite(body, batch, { sizeBytesMax: SIZE_BYTES_MAX, known }),
    remembersSeries: true,
  },
  {
    id: 'remote-write-2',
    name: 'remote write 2.0',
    destinations: { tinyobs: REMOTE_WRITE_2 },
    encode: remoteWrite2Body,
    decode: (body, batch) => decodeRemoteWrite2(body, batch, { sizeBytesMax: SIZE_BYTES_MAX }),
  },
  {
    id: 'text',
    name: 'Prometheus text',
    must: 1_500_000,
    destinations: { tinyobs: IMPORT, victoriametrics: IMPORT },
    encode: (made) => Buffer.from(textOf(made, String(made.timeMs))),
    decode: (body, batch, known) => decodeText(body, batch, { nowMs: 0, known }),
    remembersSeries: true,
  },
  {
    id: 'openmetrics',
    name: 'OpenMetrics',
    must: 1_500_000,
    destinations: {
      tinyobs: { ...IMPORT, headers: { 'Content-Type': 'application/openmetrics-text; version=1.0.0' } },
    },
    encode: (made) => {
      const text = textOf(made, (made.timeMs / 1000).toFixed(3));
      return Buffer.from(`${text.replace(/^(# TYPE .*)_total counter$/gm, '$1 counter')}# EOF\n`);
    },
    decode: (body, batch) => decodeOpenMetrics(body, batch, { nowMs: 0 }),
  },
  {
    id: 'json',
    name: 'TinyObs JSON',
    must: 250_000,
    destinations: { tinyobs: { path: '/v1/ingest', headers: { 'Content-Type': 'application/json' } } },
    encode: ({ target, timeMs, metrics }) =>
      Buffer.from(
        JSON.stringify({
          metrics: metrics.flatMap(({ name, isCounter, points }) =>
            points.map(({ labels, value }) => ({
              name,
              type: isCounter ? 'counter' : 'gauge',
              value,
              labels: { ...target, ...labels },
              timestamp: timeMs,
            })),
          ),
        }),
      ),
    decode: (body, batch) => decodeJson(body, batch, { nowMs: 0 }),
  },
  {
    id: 'influx',
    name: 'line protocol',
    destinations: { tinyobs: INFLUX, victoriametrics: INFLUX },
    encode: (made) => Buffer.from(linesOf(made)),
    decode: (body, batch, known) =>
      decodeInflux(body, batch, { nowMs: 0, precision: 'ms', labelBytesMax: SIZE_BYTES_MAX, known }),
    remembersSeries: true,
  },
  {
    id: 'otlp-protobuf',
    name: 'OTLP, protobuf',
    must: 500_000,
    destinations: { tinyobs: OTLP_PROTOBUF },
    encode: otlpProtobufBody,
    decode: (body, batch) =>
      decodeOtlpProtobuf(body, batch, { ...OTLP_OPTIONS, batchBytesMax: SIZE_BYTES_MAX }),
  },
  {
    id: 'otlp-json',
    name: 'OTLP, JSON',
    must: 200_000,
    destinations: { tinyobs: OTLP_JSON },
    encode: otlpJsonBody,
    decode: (body, batch) => decodeOtlpJson(body, batch, { ...OTLP_OPTIONS, batchBytesMax: SIZE_BYTES_MAX }),
  },
];

function* seriesOf({ target, metrics }: MadeExport): Generator<{ labels: Labels; value: number }> {
  for (const { name, points } of metrics) {
    for (const { labels, value } of points) {
      yield { labels: Labels.fromObject({ __name__: name, ...target, ...labels }), value };
    }
  }
}

/** Lines of one field each, which makes of `<measurement>_<field>` the name of the metric. */
function linesOf({ target, timeMs, metrics }: MadeExport): string {
  let text = '';
  for (const { name, points } of metrics) {
    const end = name.lastIndexOf('_');
    for (const { labels, value } of points) {
      const tags = Object.entries({ ...target, ...labels }).map(([label, text]) => `${label}=${text}`);
      text += `${name.slice(0, end)},${tags.join(',')} ${name.slice(end + 1)}=${value} ${timeMs}\n`;
    }
  }
  return text;
}

/** As exporters write it; `time` ends each line. */
function textOf({ target, metrics }: MadeExport, time: string): string {
  let text = '';
  for (const { name, isCounter, points } of metrics) {
    text += `# TYPE ${name} ${isCounter ? 'counter' : 'gauge'}\n`;
    for (const { labels, value } of points) {
      const pairs = Object.entries({ ...target, ...labels }).map(([label, text]) => `${label}="${text}"`);
      text += `${name}{${pairs.join(',')}} ${value} ${time}\n`;
    }
  }
  return text;
}
