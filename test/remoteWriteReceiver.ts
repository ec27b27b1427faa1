import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { decodeRemoteWrite } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';
import { labelsKey } from './answers.js';

/** What came at one path, in the order in which it was taken. */
export interface Received {
  /** By labels, samples in order; values by their 64 bits. */
  readonly series: Map<string, (readonly [timeMs: number, bits: bigint])[]>;
  readonly metadata: Map<string, string>;
  /** When requests came, ms, those that were not taken among them. */
  readonly attempts: number[];
  readonly headers: IncomingMessage['headers'][];
}

/** How a path behaves: takes the body when it returns true. */
export type Behavior = (
  attempt: number,
  response: ServerResponse,
  request: IncomingMessage,
) => boolean | Promise<boolean>;

export interface Receiver {
  readonly url: string;
  at(path: string): Received;
  close(): Promise<void>;
}

/** A receiver of remote write 1.0 that behaves at each path as it is told; where nothing is told it takes everything. */
export async function startReceiver(
  behaviors: Readonly<Record<string, Behavior>> = {},
  port = 0,
): Promise<Receiver> {
  const received = new Map<string, Received>();
  const at = (path: string): Received => {
    const known = received.get(path);
    if (known) return known;
    const one: Received = { series: new Map(), metadata: new Map(), attempts: [], headers: [] };
    received.set(path, one);
    return one;
  };
  const server = createServer((request, response) => {
    void (async () => {
      const path = request.url!;
      const one = at(path);
      one.attempts.push(Date.now());
      one.headers.push(request.headers);
      const body = await buffer(request);
      if (!(await (behaviors[path] ?? (() => true))(one.attempts.length, response, request))) return;
      take(body, one);
      response.writeHead(204).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    at,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function take(body: Uint8Array, { series, metadata }: Received): void {
  const batch = new WriteBatch();
  decodeRemoteWrite(body, batch, { sizeBytesMax: 2 ** 26 });
  for (const { metric, type } of batch.metadata) metadata.set(metric, type);
  const { valueWords, times } = batch;
  for (let i = 0; i < batch.sampleCount; i++) {
    const key = labelsKey(batch.labelsOf(batch.sampleSeries[i]).toObject());
    const samples = series.get(key) ?? [];
    series.set(key, samples);
    samples.push([times[i], (BigInt(valueWords[2 * i + 1]) << 32n) | BigInt(valueWords[2 * i])]);
  }
}
