import { encodeRemoteWrite } from '@tinyobs/formats';
import { Labels, WriteBatch } from '@tinyobs/model';
import { bodyOf, SymbolWriter } from '../packages/formats/src/remoteWrite2/requests.suite.js';

/** A sample on its way in, whatever the protocol. */
export interface Row {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  readonly timeMs: number;
}

/** An answer to samples of which some were refused, or all. */
export interface RefusalAnswer {
  readonly code: string;
  readonly message: string;
  readonly count?: number;
  readonly refusedCount?: number;
  readonly refused?: readonly { readonly row: number; readonly code: string; readonly message: string }[];
}

/** A path that takes samples in. */
export interface WayIn {
  /** As metrics name it. */
  readonly protocol: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly encode: (rows: readonly Row[]) => Uint8Array;
  /** The status of an answer when all is stored. */
  readonly okStatus: number;
  /** Encodings of a body beside that in `headers`. */
  readonly takesGzip: boolean;
}

export const WAYS_IN: readonly WayIn[] = [
  {
    protocol: 'json',
    path: '/v1/ingest',
    headers: { 'Content-Type': 'application/json' },
    encode: encodeJson,
    okStatus: 200,
    takesGzip: true,
  },
  {
    protocol: 'text',
    path: '/api/v1/import/prometheus',
    headers: { 'Content-Type': 'text/plain' },
    encode: encodeText,
    okStatus: 204,
    takesGzip: true,
  },
  {
    protocol: 'remote_write',
    path: '/api/v1/write',
    headers: { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' },
    encode: encodeProtobuf,
    okStatus: 204,
    takesGzip: false,
  },
  {
    protocol: 'remote_write',
    path: '/api/v1/write',
    headers: {
      'Content-Type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
      'Content-Encoding': 'snappy',
    },
    encode: encodeVersion2,
    okStatus: 204,
    takesGzip: false,
  },
];

/** Sends a body by a way in; a stream goes out in chunks, without its length. */
export function send(
  url: string,
  { path, headers }: WayIn,
  body: Uint8Array | ReadableStream,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const sent = body instanceof ReadableStream ? body : Buffer.from(body);
  const options = { method: 'POST', headers: { ...headers, ...more }, body: sent, duplex: 'half' };
  return fetch(url + path, options as RequestInit);
}

export function sendRows(url: string, way: WayIn, rows: readonly Row[]): Promise<Response> {
  return send(url, way, way.encode(rows));
}

function encodeJson(rows: readonly Row[]): Uint8Array {
  const metrics = rows.map(({ timeMs, ...row }) => ({ ...row, timestamp: timeMs }));
  return Buffer.from(JSON.stringify({ metrics }));
}

function encodeText(rows: readonly Row[]): Uint8Array {
  const lines = rows.map(({ name, labels = {}, value, timeMs }) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
    return `${name}{${pairs.join(',')}} ${value} ${timeMs}\n`;
  });
  return Buffer.from(lines.join(''));
}

function encodeProtobuf(rows: readonly Row[]): Uint8Array {
  const batch = new WriteBatch();
  rows.forEach(({ name, labels, value, timeMs }, row) => {
    const series = batch.addSeries(Labels.fromObject({ __name__: name, ...labels }));
    batch.addSample(series, timeMs, value, row);
  });
  return encodeRemoteWrite(batch);
}

function encodeVersion2(rows: readonly Row[]): Uint8Array {
  const symbols = new SymbolWriter();
  const timeseries = rows.map(({ name, labels, value, timeMs }) => ({
    labelsRefs: symbols.labels({ __name__: name, ...labels }),
    samples: [{ value, timestamp: timeMs }],
  }));
  return bodyOf({ symbols: symbols.symbols, timeseries });
}
