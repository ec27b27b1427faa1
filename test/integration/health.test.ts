import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTinyObs } from '@tinyobs/server';
import { describe, expect, it } from 'vitest';
import { getApi, postJson, startTestServer } from '../testServer.js';

const CHECKS = ['lifecycle', 'storage', 'disk', 'heads', 'eventLoop'];

interface Report {
  readonly status: string;
  readonly checks: Readonly<
    Record<string, { readonly status: string; readonly reason?: string; readonly since?: string }>
  >;
}

async function ask(url: string): Promise<{ status: number; report: Report }> {
  const answer = await fetch(url);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  return { status: answer.status, report: (await answer.json()) as Report };
}

async function textOf(url: string): Promise<[status: number, text: string, stopping: string | null]> {
  const answer = await fetch(url);
  return [answer.status, await answer.text(), answer.headers.get('x-prometheus-stopping')];
}

describe.each([
  ["in the host's thread", false],
  ['in a thread of its own', true],
])('probes %s', (_where, worker) => {
  it('are answered 200, with every check, while all is well', async () => {
    const server = await startTestServer({ worker });
    for (const path of ['/health', '/ready']) {
      const { status, report } = await ask(server.url + path);
      expect(status).toBe(200);
      expect(Object.keys(report.checks)).toEqual(CHECKS);
      // A busy machine makes any event loop late.
      const { eventLoop, ...others } = report.checks;
      expect(['ok', 'degraded']).toContain(eventLoop.status);
      expect(new Set(Object.values(others).map(({ status: one }) => one))).toEqual(new Set(['ok']));
    }
    expect(await textOf(`${server.url}/-/healthy`)).toEqual([200, 'TinyObs is Healthy.\n', null]);
    expect(await textOf(`${server.url}/-/ready`)).toEqual([200, 'TinyObs is Ready.\n', null]);
    await server.close();
  });

  it('say why writes are refused, while the process lives and answers', async () => {
    const startMs = Date.now();
    const server = await startTestServer({ worker, storage: { minFreeBytes: '1000TiB' } });
    expect((await postJson(server.url, { metrics: [{ name: 'a', value: 1 }] })).status).toBe(507);
    expect((await getApi(server.url, '/api/v1/query', { query: '1' })).httpStatus).toBe(200);
    const ready = await ask(`${server.url}/ready`);
    expect([ready.status, ready.report.status]).toEqual([503, 'failing']);
    const { storage, disk } = ready.report.checks;
    expect(storage).toMatchObject({ status: 'failing', reason: expect.stringContaining('store_full') });
    expect(Date.parse(storage.since ?? '')).toBeGreaterThanOrEqual(startMs);
    expect(disk).toMatchObject({
      status: 'failing',
      reason: expect.stringContaining('storage.minFreeBytes'),
    });
    const health = await ask(`${server.url}/health`);
    expect([health.status, health.report.status]).toEqual([200, 'failing']);
    expect(await textOf(`${server.url}/-/healthy`)).toEqual([200, 'TinyObs is Healthy.\n', null]);
    expect(await textOf(`${server.url}/-/ready`)).toEqual([503, 'Service Unavailable', null]);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('tinyobs_health_status{check="storage"} 2\n');
    expect(metrics).toContain('tinyobs_health_status{check="heads"} 0\n');
    expect(metrics).toContain('tinyobs_storage_writes_refused 1\n');
    await server.close();
  });

  it('say that it is closing, and leave the host what is its own', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-closing-'));
    const obs = await createTinyObs({ dataDir, worker, basePath: '/obs', log: { level: 'silent' } });
    const host = createServer((request, response) => {
      obs.handler(request, response, () => response.end('the host'));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => host.once('listening', resolve));
    const url = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
    await obs.close();
    for (const path of ['/health', '/ready']) {
      const { status, report } = await ask(`${url}/obs${path}`);
      expect([status, report]).toMatchObject([
        503,
        {
          status: 'failing',
          checks: { lifecycle: { status: 'failing', reason: expect.stringMatching(/shutting down/) } },
        },
      ]);
    }
    for (const path of ['/-/healthy', '/-/ready']) {
      expect(await textOf(`${url}/obs${path}`)).toEqual([503, 'Service Unavailable', 'true']);
    }
    const refused = await fetch(`${url}/obs/api/v1/labels`);
    expect([refused.status, await refused.json()]).toMatchObject([503, { code: 'store_closed' }]);
    expect(await textOf(`${url}/own`)).toEqual([200, 'the host', null]);
    await new Promise((resolve) => host.close(resolve).closeAllConnections());
    await rm(dataDir, { recursive: true });
  });
});
