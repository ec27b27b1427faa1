import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkMetrics, hasPrometheus } from '../prometheus.js';
import { ROOT } from '../sources.js';
import { importText, postJson, startTestServer, type TestServer } from '../testServer.js';

const isInstalled = hasPrometheus();

describe('the metrics of the server itself', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({
      limits: { series: 100, requestsPerMinute: 'off' },
      storage: { retention: { size: '1GiB' } },
    });
  });
  afterAll(() => server.close());

  const read = async () => (await fetch(`${server.url}/metrics`)).text();
  const metric = async (series: string) => {
    const line = (await read()).split('\n').find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length));
  };

  it('are those of docs/metrics.md, one by one, but for TLS where it speaks none', async () => {
    const page = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');
    const documented = [...page.matchAll(/^\| `([a-z_0-9]+)` \| (\w+) \|/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    const exposed = [...(await read()).matchAll(/^# TYPE (\S+ \S+)$/gm)].map(([, family]) => family);
    expect(documented.length).toBeGreaterThan(60);
    const ofTls = documented.filter((family) => family.startsWith('tinyobs_tls_'));
    expect(ofTls).toHaveLength(3);
    expect(documented.sort()).toEqual([...exposed, ...ofTls].sort());
  });

  it('tell limits and how much of them is used', async () => {
    await importText(server.url, 'used{a="1"} 1\nused{a="2"} 2\n');
    expect(await metric('tinyobs_limit_value{limit="limits.series"}')).toBe(100);
    expect(await metric('tinyobs_limit_used{limit="limits.series"}')).toBe(2);
    expect(await metric('tinyobs_limit_value{limit="storage.retention.size"}')).toBe(2 ** 30);
    expect(await metric('tinyobs_limit_used{limit="storage.headSamples"}')).toBe(2);
    expect(await metric('tinyobs_limit_value{limit="server.connections"}')).toBe(1000);
    expect(await metric('tinyobs_limit_used{limit="server.connections"}')).toBeGreaterThan(0);
    const names = (await read()).matchAll(/^tinyobs_limit_(value|used)\{limit="([^"]+)"\}/gm);
    const [values, used] = [new Set<string>(), new Set<string>()];
    for (const [, which, name] of names) (which === 'value' ? values : used).add(name);
    expect(used).toEqual(values);
    expect(values.size).toBe(14);
  });

  it('leave a limit out that is off', async () => {
    const other = await startTestServer({ query: { cache: { size: 'off' } } });
    const text = await (await fetch(`${other.url}/metrics`)).text();
    expect(text).not.toContain('limit="query.cache.size"');
    expect(text).not.toContain('limit="storage.retention.size"');
    await other.close();
  });

  it('count errors by code, whoever finds them', async () => {
    const before = (await metric('tinyobs_http_errors_total{code="not_found"}')) ?? 0;
    await fetch(`${server.url}/v1/nothing`);
    await fetch(`${server.url}/v1/queries/nobody`, { method: 'DELETE' });
    await postJson(server.url, { metrics: [{ name: '', value: 1 }] });
    expect(await metric('tinyobs_http_errors_total{code="not_found"}')).toBe(before + 2);
    expect(await metric('tinyobs_http_errors_total{code="invalid_metric_name"}')).toBe(1);
  });

  it('count what is written, in bytes, and how long it took to be acknowledged', async () => {
    const wal = await metric('tinyobs_storage_wal_written_bytes_total');
    const acked = await metric('tinyobs_ingest_append_duration_seconds_count');
    await importText(server.url, 'used{a="1"} 3\n');
    expect(await metric('tinyobs_storage_wal_written_bytes_total')).toBeGreaterThan(wal ?? 0);
    expect(await metric('tinyobs_ingest_append_duration_seconds_count')).toBe((acked ?? 0) + 1);
    await fetch(`${server.url}/api/v1/admin/flush`, { method: 'POST' });
    expect(await metric('tinyobs_storage_flush_written_bytes_total')).toBeGreaterThan(0);
    await importText(server.url, 'used{a="1"} 4\n');
    await fetch(`${server.url}/api/v1/admin/flush`, { method: 'POST' });
    await fetch(`${server.url}/api/v1/admin/compact`, { method: 'POST' });
    const readBytes = await metric('tinyobs_storage_compaction_read_bytes_total');
    const written = await metric('tinyobs_storage_compaction_written_bytes_total');
    expect(written).toBeGreaterThan(0);
    expect(readBytes).toBeGreaterThan(written ?? 0);
  });

  it('tell how the process is', async () => {
    const text = await read();
    expect(text).toMatch(/^tinyobs_build_info\{node="v\d+\.\d+\.\d+",version="\d+\.\d+\.\d+"\} 1$/m);
    expect(await metric('nodejs_eventloop_active_seconds_total')).toBeGreaterThan(0);
    expect(await metric('nodejs_eventloop_lag_p50_seconds')).toBeGreaterThanOrEqual(0);
    expect(await metric('tinyobs_storage_disk_free_bytes')).toBeGreaterThan(0);
    const heap = (await metric('nodejs_heap_size_used_bytes')) ?? 0;
    expect(await metric('nodejs_heap_size_limit_bytes')).toBeGreaterThan(heap);
    expect(text).toMatch(
      /^nodejs_gc_duration_seconds_count\{kind="(major|minor|incremental|weakcb)"\} [1-9]/m,
    );
  });

  it('are no more for what strangers send', async () => {
    const strange = async (i: number) => {
      const headers = {
        'X-Request-Id': `id-${i}`,
        'User-Agent': `agent ${i}`,
        'X-Forwarded-For': `10.0.0.${i}`,
      };
      await fetch(`${server.url}/strange/${i}?${i}`, { headers });
      await fetch(`${server.url}/api/v1/label/name_${i}/values`, { headers });
      await fetch(`${server.url}/v1/queries/${i}`, { method: 'DELETE', headers });
      await fetch(`${server.url}/v1/${i}`, { method: 'PURGE', headers });
      await fetch(`${server.url}/api/v1/query?query=x_${i}{`, { headers });
      await postJson(server.url, { metrics: [{ name: `name_${i}`, labels: { '': `${i}` }, value: 1 }] });
    };
    const count = async () =>
      (await read()).split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    await strange(0);
    // The collector's kinds come when they come.
    const before = await count();
    for (let i = 1; i < 10; i++) await strange(i);
    expect((await count()) - before).toBeLessThanOrEqual(26);
    expect(await read()).not.toMatch(/strange|name_\d|id-\d|agent|10\.0\.0/);
  });

  it.skipIf(!isInstalled)('are as promtool wants them', async () => {
    expect(checkMetrics(await read())).toEqual({ code: 0, output: '' });
  });
});
