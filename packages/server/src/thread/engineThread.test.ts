import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type * as WorkerThreads from 'node:worker_threads';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTinyObs } from '../createTinyObs.js';
import type { TinyObs, TinyObsOptions } from '../options.js';

/** The thread that was started last: it is real, and ended by tests only. */
let thread: WorkerThreads.Worker;
vi.mock('node:worker_threads', async (importOriginal) => {
  const original = await importOriginal<typeof WorkerThreads>();
  class Worker extends original.Worker {
    constructor(...args: ConstructorParameters<typeof original.Worker>) {
      super(...args);
      thread = this;
    }
  }
  return { ...original, Worker };
});

describe('an engine in a thread of its own', () => {
  let dataDir: string;
  let close: (() => Promise<void>)[];
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-thread-'));
    close = [];
  });
  afterEach(async () => {
    for (const one of close.reverse()) await one();
    await rm(dataDir, { recursive: true });
  });

  const start = async (options: TinyObsOptions = {}): Promise<TinyObs> => {
    const log = { level: 'silent' as const };
    const obs = await createTinyObs({
      dataDir,
      worker: true,
      log,
      selfMonitoring: { interval: 'off' },
      ...options,
    });
    close.push(() => obs.close());
    return obs;
  };
  const listen = async ({ handler }: TinyObs): Promise<string> => {
    const server = createServer(handler).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    close.push(() => new Promise((resolve) => server.close(() => resolve()).closeAllConnections()));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  const send = (url: string) =>
    fetch(`${url}/api/v1/import/prometheus`, { method: 'POST', body: 'kept{a="b"} 7\n' });
  const ask = async (url: string) => (await fetch(`${url}/api/v1/query?query=kept`)).json();

  it('says why it cannot start, as without a thread', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'store_locked' });
    await expect(start({ limits: { series: 0 } })).rejects.toMatchObject({ code: 'config_invalid' });
    await expect(start({ now: () => 0 })).rejects.toMatchObject({ code: 'config_invalid' });
  });

  it('answers 503 once its thread has ended, and has everything acknowledged when it is started again', async () => {
    const obs = await start();
    const url = await listen(obs);
    expect((await send(url)).status).toBe(204);
    await thread.terminate();
    const refused = await send(url);
    const requestId = refused.headers.get('x-request-id');
    expect(requestId).toMatch(/^[\w-]+$/);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'engine_ended', requestId }]);
    await obs.close();
    const again = await listen(await start());
    expect(await ask(again)).toMatchObject({ data: { result: [{ value: [expect.any(Number), '7'] }] } });
  });

  it("writes its log with the host's logger", async () => {
    const lines: Record<string, unknown>[] = [];
    const sink = new Writable({
      write: (line, _encoding, done) => {
        lines.push(JSON.parse(String(line)));
        done();
      },
    });
    const url = await listen(
      await start({ log: { level: 'debug' }, logger: pino({ level: 'debug', base: { app: 'host' } }, sink) }),
    );
    const { headers } = await fetch(`${url}/api/v1/query?query=kept`);
    await expect
      .poll(() => lines)
      .toContainEqual(
        expect.objectContaining({
          app: 'host',
          level: 20,
          path: '/api/v1/query',
          requestId: headers.get('x-request-id'),
        }),
      );
  });

  it('limits requests by the address of the client, whatever the client says it is', async () => {
    const url = await listen(await start({ limits: { requestsPerMinute: 3 } }));
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) {
      const headers = { 'x-tinyobs-client-address': `10.0.0.${i}`, 'x-tinyobs-original-url': '/' };
      statuses.push((await fetch(`${url}/health`, { headers })).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
  });

  it('hands refusals over although bodies are still on their way', async () => {
    const url = await listen(await start({ limits: { requestBytes: 1000 } }));
    const headers = { 'content-type': 'application/json' };
    for (const size of [1001, 100_000, 3_000_000, 1001, 100_000, 3_000_000]) {
      const answer = await fetch(`${url}/v1/ingest`, { method: 'POST', headers, body: ' '.repeat(size) });
      expect([size, answer.status]).toEqual([size, 413]);
      await answer.arrayBuffer();
    }
  });

  it('gives a query up when its client goes away', async () => {
    const url = await listen(await start());
    const controller = new AbortController();
    const slow = 'sum_over_time(quantile_over_time(0.5, vector(1)[40000s:1s])[100000s:1s])';
    const asked = fetch(`${url}/api/v1/query?query=${encodeURIComponent(slow)}`, {
      signal: controller.signal,
    });
    const running = async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return /^tinyobs_queries_running (\d+)$/m.exec(text)?.[1];
    };
    await expect.poll(running).toBe('1');
    controller.abort();
    await expect(asked).rejects.toThrow();
    await expect.poll(running).toBe('0');
  });
});
