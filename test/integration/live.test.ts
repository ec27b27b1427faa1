import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createTinyObs } from '@tinyobs/server';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STREAMS_MAX } from '../../packages/server/src/live/liveStreams.js';
import { importText, startTestServer, type TestServer } from '../testServer.js';

const ADMIN_KEY = 'test-admin-key-0123456789abcdef';

/** An open stream: what came so far, and whether it is over. */
async function openStream(url: string, headers: Record<string, string> = {}) {
  const stop = new AbortController();
  const response = await fetch(url, { headers, signal: stop.signal });
  const stream = { response, text: '', isOver: false, close: () => stop.abort() };
  const read = async (): Promise<void> => {
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) stream.text += piece;
    stream.isOver = true;
  };
  // A stream that is closed here ends by an error, which is none.
  read().catch(() => {});
  return stream;
}

const eventsIn = (text: string) => text.match(/^event: samples$/gm)?.length ?? 0;

describe.each([{ worker: false }, { worker: true }])('live news with %o', (place) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(place);
  });
  afterAll(() => server.close());

  it('come at once, and when samples were written, which can then be read', async () => {
    const stream = await openStream(`${server.url}/v1/live`);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('content-security-policy')).toContain("default-src 'none'");
    await expect.poll(() => eventsIn(stream.text)).toBe(1);
    const sentMs = Date.now();
    await importText(server.url, 'written 1\n');
    await expect.poll(() => eventsIn(stream.text)).toBe(2);
    const [, time] = /\{"time":"([^"]+)"\}\n\n$/.exec(stream.text)!;
    expect(Date.parse(time)).toBeGreaterThanOrEqual(sentMs);
    stream.close();
  });

  it('are one event for many writes', async () => {
    const stream = await openStream(`${server.url}/v1/live?seconds=3`);
    const startMs = performance.now();
    while (!stream.isOver) await importText(server.url, 'written 2\n');
    expect(performance.now() - startMs).toBeGreaterThan(2_000);
    expect(eventsIn(stream.text)).toBeGreaterThan(1);
    expect(eventsIn(stream.text)).toBeLessThanOrEqual(4);
  });

  it('end with the server', async () => {
    const own = await startTestServer(place);
    const stream = await openStream(`${own.url}/v1/live`);
    await expect.poll(() => eventsIn(stream.text)).toBe(1);
    const startMs = performance.now();
    await own.close();
    expect(performance.now() - startMs).toBeLessThan(8_000);
    await expect.poll(() => stream.isOver).toBe(true);
  });
});

describe('live news', () => {
  it('are bounded in number, and places become free again', async () => {
    const server = await startTestServer();
    const streams = await Promise.all(
      Array.from({ length: STREAMS_MAX }, () => openStream(`${server.url}/v1/live`)),
    );
    expect(new Set(streams.map(({ response }) => response.status))).toEqual(new Set([200]));
    const refused = await fetch(`${server.url}/v1/live`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'live_overload', details: { limit: STREAMS_MAX } });
    const limits = async () =>
      (await (await fetch(`${server.url}/metrics`)).text()).match(/live\.streams"\} \d+/g);
    expect(await limits()).toEqual([`live.streams"} ${STREAMS_MAX}`, `live.streams"} ${STREAMS_MAX}`]);
    for (const { close } of streams) close();
    await expect.poll(limits).toContain('live.streams"} 0');
    const head = await fetch(`${server.url}/v1/live`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    await server.close();
  });

  it('are for keys that may read', async () => {
    const server = await startTestServer({ auth: { adminKey: ADMIN_KEY } });
    expect((await fetch(`${server.url}/v1/live`)).status).toBe(401);
    const made = await fetch(`${server.url}/v1/keys`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json' },
      body: '{"name":"sender","scopes":["ingest"]}',
    });
    const { key } = (await made.json()) as { key: string };
    const asSender = { headers: { Authorization: `Bearer ${key}` } };
    expect((await fetch(`${server.url}/v1/live`, asSender)).status).toBe(403);
    const stream = await openStream(`${server.url}/v1/live`, { Authorization: `Bearer ${ADMIN_KEY}` });
    expect(stream.response.status).toBe(200);
    stream.close();
    await server.close();
  });

  it('pass through the host that TinyObs is mounted in', async () => {
    const { dataDir, close } = await startTestServer();
    await close();
    const obs = await createTinyObs({
      dataDir,
      log: { level: 'silent' },
      selfMonitoring: { interval: 'off' },
    });
    const app = express().use('/obs', obs.handler);
    const host = createServer(app).listen(0, '127.0.0.1');
    await once(host, 'listening');
    const { port } = host.address() as AddressInfo;
    const stream = await openStream(`http://127.0.0.1:${port}/obs/v1/live`);
    await expect.poll(() => eventsIn(stream.text)).toBe(1);
    await obs.write(new TextEncoder().encode('{"metrics":[{"name":"hosted","type":"gauge","value":1}]}'));
    await expect.poll(() => eventsIn(stream.text)).toBe(2);
    stream.close();
    await obs.close();
    host.close();
  });
});
