import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createTinyObs, type TinyObs } from '@tinyobs/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeSnappy } from '../../packages/formats/src/remoteWrite/encodeSnappy.js';
import type { KeyLimits } from '../../packages/server/src/access/keyRecord.js';
import { setKeyOf } from '../../packages/server/src/access/requestKey.js';
import { type RefusalAnswer, type Row, send, WAYS_IN, type WayIn } from '../waysIn.js';

const BODY_BYTES_MAX = 20_000;

/** The keys of this host, by the header `key`. */
const KEYS: Readonly<Record<string, KeyLimits>> = {
  two: { series: 2 },
  also: { series: 2 },
  free: {},
  short: { requestBytes: BODY_BYTES_MAX },
  long: { requestBytes: 1e12 },
};

describe.each(WAYS_IN)('limits of a key by $protocol', (way) => {
  let dataDir: string;
  let obs: TinyObs;
  let host: Server;
  let url: string;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-keys-'));
    obs = await createTinyObs({
      dataDir,
      log: { level: 'silent' },
      selfMonitoring: { interval: 'off' },
      limits: { series: 8, requestBytes: 100_000 },
    });
    host = createServer((request, response) => {
      const id = request.headers.key;
      if (typeof id === 'string') setKeyOf(request, { id, scopes: ['ingest'], limits: KEYS[id] });
      obs.handler(request, response);
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => host.once('listening', resolve));
    url = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await obs.close();
    host.closeAllConnections();
    await new Promise((resolve) => host.close(resolve));
    await rm(dataDir, { recursive: true });
  });

  const write = (key: string, names: readonly string[], to: WayIn = way) => {
    const rows = names.map((at): Row => ({ name: 'keyed', labels: { at }, value: 1, timeMs: Date.now() }));
    return send(url, to, to.encode(rows), { key });
  };
  const cardinality = async () => {
    const response = await fetch(`${url}/v1/cardinality`);
    return (await response.json()) as { keys: unknown; series: { active: { count: number } } };
  };

  it('hold for the series it brings in, and for no others', async () => {
    expect((await write('free', ['known', 'other'])).status).toBe(way.okStatus);
    const response = await write('two', ['a', 'b', 'c', 'known', 'a']);
    expect(response.status).toBe(429);
    const { refused, ...answer } = (await response.json()) as RefusalAnswer;
    expect(answer).toMatchObject({ code: 'too_many_series_per_key', count: 4, refusedCount: 1 });
    expect(refused?.[0].message).toMatch(
      /^keyed: the key two has its 2 active series; find the label .*, or raise the limit "series" of the key$/,
    );
    expect((await write('two', ['a', 'b'])).status).toBe(way.okStatus);
    expect((await write('also', ['a', 'c', 'd'])).status).toBe(way.okStatus);
    expect((await write('also', ['e'])).status).toBe(429);
    expect((await write('free', ['e', 'f'])).status).toBe(way.okStatus);
    expect(await cardinality()).toMatchObject({
      series: { active: { count: 8 } },
      keys: [
        { key: 'also', series: 2, limit: 2, used: 1 },
        { key: 'two', series: 2, limit: 2, used: 1 },
      ],
    });
    // The store is full by now, which no key can change.
    expect(await (await write('free', ['g'])).json()).toMatchObject({ code: 'too_many_series' });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain(
      `tinyobs_ingest_refused_samples_total{code="too_many_series_per_key",protocol="${way.protocol}"} 2\n`,
    );
  });

  it('hold over all ways in together', async () => {
    const [first, ...others] = WAYS_IN;
    expect((await write('two', ['a', 'b'], first)).status).toBe(first.okStatus);
    for (const other of others) expect((await write('two', ['c'], other)).status).toBe(429);
  });

  it('hold for its bodies, before and after decompression, and cannot be wider than those of the server', async () => {
    const spaces = Buffer.alloc(BODY_BYTES_MAX + 1, ' ');
    const bodies: [Uint8Array, Record<string, string>][] = way.takesGzip
      ? [
          [spaces, {}],
          [gzipSync(spaces), { 'Content-Encoding': 'gzip' }],
        ]
      : [
          [spaces, {}],
          [encodeSnappy(spaces), {}],
        ];
    for (const [body, headers] of bodies) {
      const response = await send(url, way, body, { ...headers, key: 'short' });
      expect(response.status).toBe(413);
      expect(await response.json()).toMatchObject({
        code: 'body_too_large',
        message: expect.stringMatching(
          /larger than 20000 bytes; send smaller batches, or raise the limit "requestBytes" of the key short$/,
        ) as string,
      });
    }
    expect((await write('short', ['a'])).status).toBe(way.okStatus);
    const tooLong = await send(url, way, Buffer.alloc(100_001, ' '), { key: 'long' });
    expect([tooLong.status, await tooLong.json()]).toEqual([
      413,
      expect.objectContaining({ message: expect.stringContaining('100000 bytes') as string }),
    ]);
  });
});
