import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importText, postJson, startTestServer, type TestServer } from '../testServer.js';

const NOW = 1_700_000_000_000;

describe('federation', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: () => NOW });
    const old = NOW - 300_000;
    const lines = [
      '# HELP jobs_total Jobs.',
      '# TYPE jobs_total counter',
      `jobs_total{job="b"} 1 ${NOW - 2000}`,
      `jobs_total{job="b"} 2 ${NOW - 1000}`,
      `jobs_total{job="a",instance="i"} 7 ${NOW - 1000}`,
      `beyond{job="a"} 1 ${old}`,
      `within{job="a"} 1 ${old + 1}`,
      `later{job="a"} 1 ${NOW + 1}`,
      `{"utf.name","label.x"="1"} 3 ${NOW}`,
      '# TYPE wait histogram',
      `wait_bucket{le="+Inf",job="a"} 2 ${NOW}`,
      `wait_bucket{le="0.5",job="a"} 1 ${NOW}`,
      `wait_sum{job="a"} 1.5 ${NOW}`,
      `wait_count{job="a"} 2 ${NOW}`,
      ...Array.from({ length: 2500 }, (_, i) => `many{id="${i}"} ${i} ${NOW}`),
      '# TYPE typed gauge',
      ...Array.from({ length: 2500 }, (_, i) => `typed{id="${i}"} ${i} ${NOW}`),
    ];
    await importText(server.url, `${lines.join('\n')}\n`);
    const stale = { name: 'gone', value: 'stale', timestamp: NOW - 500, labels: { job: 'a' } };
    const before = { ...stale, value: 1, timestamp: NOW - 1000 };
    expect((await postJson(server.url, { metrics: [before, stale] })).status).toBe(200);
  });
  afterAll(() => server.close());

  const ask = async (matches: readonly string[], headers: Record<string, string> = {}) => {
    const query = new URLSearchParams(matches.map((match): [string, string] => ['match[]', match]));
    const response = await fetch(`${server.url}/federate?${query}`, { headers });
    return { response, text: await response.text() };
  };

  it('gives the latest samples with their times, in order, with an instance for who honours labels', async () => {
    const { response, text } = await ask(['jobs_total']);
    expect(response.headers.get('content-type')).toBe(
      'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    );
    expect(text.split('\n')).toEqual([
      '# HELP jobs_total Jobs.',
      '# TYPE jobs_total counter',
      `jobs_total{instance="i",job="a"} 7 ${NOW - 1000}`,
      `jobs_total{job="b",instance=""} 2 ${NOW - 1000}`,
      '',
    ]);
  });

  it('gives what any selector matches once, nothing stale, too old or to come', async () => {
    const { text } = await ask(['{job="a"}', '{__name__=~"within|beyond|later|gone"}']);
    const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(names.map((line) => line.replace(/\{.*/, ''))).toEqual([
      'jobs_total',
      'wait_bucket',
      'wait_bucket',
      'wait_sum',
      'wait_count',
      'within',
    ]);
    expect(names[1]).toContain('le="0.5"');
  });

  it('writes each header once, however many samples there are', async () => {
    const { text } = await ask(['{__name__=~"many|typed"}']);
    expect(text.match(/^typed\{/gm)).toHaveLength(2500);
    expect(text.match(/^many\{/gm)).toHaveLength(2500);
    expect(text.match(/^# TYPE typed gauge$/gm)).toHaveLength(1);
  });

  it('escapes names for who does not ask for UTF-8', async () => {
    expect((await ask(['{"utf.name"}'])).text).toBe(`utf_name{label_x="1",instance=""} 3 ${NOW}\n`);
    const accept = 'text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3';
    const { response, text } = await ask(['{"utf.name"}'], { Accept: accept });
    expect(text).toBe(`{"utf.name","label.x"="1",instance=""} 3 ${NOW}\n`);
    expect(response.headers.get('content-type')).toBe(
      'text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8',
    );
  });

  it('gives nothing for no selector, and all for one that all pass', async () => {
    expect((await ask([])).text).toBe('');
    expect((await ask(['{nothing=""}'])).text).toContain('jobs_total');
  });

  it('says in plain text what is wrong', async () => {
    const { response, text } = await ask(['(']);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(text).toMatch(/^1:2: parse error: .*\n$/);
  });

  it('reads no more series than it may', async () => {
    const small = await startTestServer({ query: { series: 2 } });
    await importText(small.url, 'a 1\nb 1\nc 1\n');
    const { status } = await fetch(`${small.url}/federate?match[]={__name__=~".%2B"}`);
    expect(status).toBe(422);
    expect((await fetch(`${small.url}/federate?match[]=a`)).status).toBe(200);
    await small.close();
  });
});
