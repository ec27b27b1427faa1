import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../testServer.js';

interface Profile {
  readonly nodes: readonly { readonly callFrame: { readonly functionName: string; readonly url: string } }[];
}

it('serves nothing below /debug unless it is told to', async () => {
  const server = await startTestServer();
  for (const path of ['/debug/cpu-profile', '/debug/heap-snapshot', '/debug']) {
    const answer = await fetch(server.url + path);
    expect([answer.status, await answer.json()]).toMatchObject([404, { code: 'not_found' }]);
  }
  await server.close();
});

describe.each([
  ["in the host's thread", false],
  ['in a thread of its own', true],
])('debugging %s', (_where, worker) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ worker, debug: { enabled: true } });
  });
  afterAll(() => server.close());

  const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
  const profile = (seconds: number | string, signal?: AbortSignal) =>
    fetch(`${server.url}/debug/cpu-profile?seconds=${seconds}`, { signal });

  it('downloads where the time goes', async () => {
    const taking = profile(2);
    // Asked for while it is taken, so that there is something to see.
    let isOver = false;
    void taking.finally(() => {
      isOver = true;
    });
    while (!isOver) await metrics();
    const answer = await taking;
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(
      /^attachment; filename="tinyobs-\d{8}T\d{6}Z\.cpuprofile"$/,
    );
    const { nodes } = (await answer.json()) as Profile;
    const named = nodes.map(({ callFrame }) => callFrame.functionName);
    expect(named).toContain('getMetricsAsJSON');
  });

  it('does one thing at a time, and is free when its client has gone away', async () => {
    const gone = new AbortController();
    const first = profile(60, gone.signal);
    await expect.poll(async () => (await profile(1)).status).toBe(409);
    const refused = await fetch(`${server.url}/debug/heap-snapshot`);
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'debug_busy' }]);
    gone.abort();
    await expect(first).rejects.toThrow();
    await expect.poll(async () => (await profile(1)).status).toBe(200);
  });

  it.each(['0', '61', '-1', 'x', '1.5'])('refuses seconds=%s', async (seconds) => {
    const answer = await profile(seconds);
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { code: 'invalid_parameter', details: { parameter: 'seconds' } },
    ]);
    expect(answer.headers.get('content-disposition')).toBeNull();
  });

  it('answers HEAD at once, and only reads', async () => {
    for (const path of ['/debug/cpu-profile', '/debug/heap-snapshot']) {
      expect((await fetch(server.url + path, { method: 'HEAD' })).status).toBe(200);
      expect((await fetch(server.url + path, { method: 'POST' })).status).toBe(405);
    }
  });

  // The heap of the tests' own thread is as large as all tests together, and a snapshot of it takes as long.
  const downloadsMemory = async () => {
    const answer = await fetch(`${server.url}/debug/heap-snapshot`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(/\.heapsnapshot"$/);
    const { snapshot, strings } = (await answer.json()) as {
      snapshot: { node_count: number };
      strings: string[];
    };
    expect(snapshot.node_count).toBeGreaterThan(10_000);
    expect(strings).toContain('RunningReads');
    const gone = new AbortController();
    const left = await fetch(`${server.url}/debug/heap-snapshot`, { signal: gone.signal });
    gone.abort();
    await expect(left.text()).rejects.toThrow();
    const brokenOff = 'tinyobs_http_requests_total{method="GET",route="/debug/heap-snapshot",status="499"} 1';
    await expect.poll(metrics).toContain(brokenOff);
    expect(await metrics()).not.toContain('tinyobs_http_errors_total{code="internal"}');
  };
  if (worker) it('downloads what is in memory', { timeout: 120_000 }, downloadsMemory);
});

it('ends a profile when it closes, and sends what there is', async () => {
  const server = await startTestServer({ debug: { enabled: true } });
  const taking = fetch(`${server.url}/debug/cpu-profile?seconds=60`);
  await expect.poll(async () => (await fetch(`${server.url}/debug/cpu-profile?seconds=1`)).status).toBe(409);
  const startedMs = performance.now();
  await server.close();
  expect(performance.now() - startedMs).toBeLessThan(9000);
  const answer = await taking;
  expect(answer.status).toBe(200);
  expect(((await answer.json()) as Profile).nodes.length).toBeGreaterThan(0);
});
