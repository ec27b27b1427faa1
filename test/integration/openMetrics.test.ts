import { decodeOpenMetrics } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seriesOf } from '../answers.js';
import { getApi, importText, startTestServer, type TestServer } from '../testServer.js';

const NOW = 1_700_000_000_000;
const CONTENT_TYPE = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

const BODY = [
  '# TYPE jobs counter',
  '# UNIT jobs ',
  '# HELP jobs Jobs "done".',
  'jobs_total{queue="mail"} 17 1699999999.5 # {trace_id="abc"} 1 1699999999.25',
  'jobs_created{queue="mail"} 1699990000 1699999999.5',
  '# TYPE build info',
  'build_info{version="1"} 1',
  '# TYPE wait_seconds histogram',
  '# UNIT wait_seconds seconds',
  'wait_seconds_bucket{le="1.0"} 2',
  'wait_seconds_bucket{le="+Inf"} 3',
  'wait_seconds_sum 4.5',
  'wait_seconds_count 3',
  '# TYPE "http.open" gauge',
  '{"http.open","net.peer"="a"} 5',
  '# EOF',
  '',
].join('\n');

describe('OpenMetrics', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: () => NOW });
    expect((await send(BODY)).status).toBe(204);
  });
  afterAll(() => server.close());

  const send = (body: string, contentType = CONTENT_TYPE, query = '') =>
    fetch(`${server.url}/api/v1/import/prometheus${query}`, {
      method: 'POST',
      headers: { 'Content-Type': contentType },
      body,
    });
  const valuesOf = async (query: string) => {
    const { data } = await getApi(server.url, '/api/v1/query', { query, time: String(NOW / 1000) });
    return (data as unknown as { result: { value: [number, string] }[] }).result.map(({ value }) => value[1]);
  };
  const ask = async (path: string, accept: string, method = 'GET') => {
    const response = await fetch(server.url + path, { method, headers: { Accept: accept } });
    return { response, text: await response.text() };
  };

  it('is stored with its times in seconds', async () => {
    expect(await valuesOf('jobs_total{queue="mail"}')).toEqual(['17']);
    expect(await valuesOf('timestamp(jobs_total)')).toEqual(['1699999999.5']);
    expect(await valuesOf('jobs_created')).toEqual(['1699990000']);
    expect(await valuesOf('{"http.open","net.peer"="a"}')).toEqual(['5']);
    expect(await valuesOf('wait_seconds_bucket{le="1.0"}')).toEqual(['2']);
  });

  it('is stored with its exemplars', async () => {
    const { data } = await getApi(server.url, '/api/v1/query_exemplars', {
      query: 'jobs_total',
      start: String(NOW / 1000 - 60),
      end: String(NOW / 1000),
    });
    expect(data).toEqual([
      {
        seriesLabels: { __name__: 'jobs_total', queue: 'mail' },
        exemplars: [{ labels: { trace_id: 'abc' }, value: '1', timestamp: 1699999999.25 }],
      },
    ]);
  });

  it('leaves metadata under the names that the text format has', async () => {
    const { data } = await getApi(server.url, '/api/v1/metadata', {});
    expect(data).toEqual({
      build_info: [{ type: 'info', help: '', unit: '' }],
      'http.open': [{ type: 'gauge', help: '', unit: '' }],
      jobs_total: [{ type: 'counter', help: 'Jobs "done".', unit: '' }],
      wait_seconds: [{ type: 'histogram', help: '', unit: 'seconds' }],
    });
  });

  it.each([
    ['cut', 'cut_total 1\nother 1\n'],
    ['with more behind its end', 'cut_total 1\n# EOF\nother 1\n# EOF\n'],
  ])('is refused as a whole when it is %s', async (_, body) => {
    const response = await send(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'malformed_body' });
    expect(await valuesOf('cut_total')).toEqual([]);
    expect(await valuesOf('other')).toEqual([]);
  });

  it('has rows refused one by one beside those that are stored', async () => {
    const response = await send('rows{a="1"} 1\nrows{a="2"} 1 \nrows{a="3"} 3\n# EOF\n');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: 'invalid_timestamp',
      count: 2,
      refusedCount: 1,
      refused: [{ row: 2, column: 15, code: 'invalid_timestamp' }],
    });
    expect(await valuesOf('sum(rows)')).toEqual(['4']);
  });

  it('gives lines without a time that of the URL', async () => {
    expect((await send('dated 1\n# EOF\n', CONTENT_TYPE, `?timestamp=${NOW - 5000}`)).status).toBe(204);
    expect(await valuesOf('timestamp(dated)')).toEqual([String(NOW / 1000 - 5)]);
  });

  it.each([
    ['text/plain; version=0.0.4; charset=utf-8', 'typed_text 1 1699999999000\n\n'],
    ['text/plain; version=1.0.0; escaping=values', 'U__typed_2e_text 1\n'],
    ['application/x-www-form-urlencoded', ' typed_form\t1\n'],
    ['application/openmetrics-text', 'typed_unversioned 1 1699999999\n# EOF\n'],
    ['APPLICATION/OpenMetrics-Text;version="0.0.1"', 'typed_old 1\n# EOF'],
  ])('is told by the content type: %s', async (contentType, body) => {
    expect((await send(body, contentType)).status).toBe(204);
    expect(await valuesOf(body.trim().split(/\s/)[0])).toEqual(['1']);
  });

  it('is refused in versions that are written differently', async () => {
    const response = await send('a 1\n# EOF\n', 'application/openmetrics-text; version=2.0.0');
    expect(response.status).toBe(415);
    expect(await response.json()).toMatchObject({ code: 'unsupported_media_type' });
  });

  it('is federated to who asks for it', async () => {
    const { response, text } = await ask('/federate?match[]={queue="mail"}', 'application/openmetrics-text');
    expect(response.headers.get('content-type')).toBe(`${CONTENT_TYPE}; escaping=underscores`);
    expect(response.headers.get('vary')).toContain('Accept');
    expect(text.split('\n')).toEqual([
      '# TYPE jobs counter',
      '# HELP jobs Jobs \\"done\\".',
      'jobs_total{queue="mail",instance=""} 17 1699999999.5',
      'jobs_created{queue="mail",instance=""} 1.69999e+09 1699999999.5',
      '# EOF',
      '',
    ]);
  });

  it('is federated empty, with its end, for no selector', async () => {
    expect((await ask('/federate', 'application/openmetrics-text')).text).toBe('# EOF\n');
  });

  it.each([
    ['allow-utf-8', '{"http.open","net.peer"="a",instance=""}', '"http.open"'],
    ['underscores', 'http_open{net_peer="a",instance=""}', 'http_open'],
    ['dots', 'http_dot_open{net_dot_peer="a",instance=""}', 'http_dot_open'],
    ['values', 'U__http_2e_open{U__net_2e_peer="a",instance=""}', 'U__http_2e_open'],
  ])('has its names escaped by %s', async (escaping, series, family) => {
    const type = `application/openmetrics-text;version=1.0.0;escaping=${escaping}`;
    const { response, text } = await ask('/federate?match[]={"http.open"}', type);
    expect(response.headers.get('content-type')).toBe(`${CONTENT_TYPE}; escaping=${escaping}`);
    expect(text).toBe(`# TYPE ${family} gauge\n${series} 5 1700000000\n# EOF\n`);
  });

  it('is read by another server as it is', async () => {
    const other = await startTestServer({ now: () => NOW });
    const { text } = await ask(
      '/federate?match[]={__name__=~".%2B"}',
      'application/openmetrics-text;escaping=allow-utf-8',
    );
    const response = await fetch(`${other.url}/api/v1/import/prometheus`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/openmetrics-text' },
      body: text,
    });
    expect(response.status).toBe(204);
    const query = { query: '{__name__=~".+"}', time: String(NOW / 1000) };
    const [ours, theirs] = await Promise.all(
      [server.url, other.url].map(async (url) => {
        const series = seriesOf(await getApi(url, '/api/v1/query', query));
        return new Map(series.map(({ labels, points }) => [labels, points]));
      }),
    );
    expect(ours.size).toBeGreaterThan(10);
    expect(theirs).toEqual(ours);
    await other.close();
  });

  it('has large families whole, each once', async () => {
    const lines = Array.from({ length: 2500 }, (_, i) => `large_total{id="${i}"} ${i}`);
    await importText(server.url, `# TYPE large_total counter\n${lines.join('\n')}\n`);
    const { text } = await ask('/federate?match[]=large_total', 'application/openmetrics-text');
    const batch = new WriteBatch();
    const { rows, refused } = decodeOpenMetrics(Buffer.from(text), batch, { nowMs: 0 });
    expect([rows, refused]).toEqual([2500, []]);
    expect(text.match(/^# TYPE large counter$/gm)).toHaveLength(1);
    expect(text.endsWith('\n# EOF\n')).toBe(true);
  });

  it('has the own metrics, the same as in text', async () => {
    const open = await ask('/metrics', 'application/openmetrics-text;version=1.0.0');
    const plain = await ask('/metrics', '*/*');
    expect(open.response.headers.get('content-type')).toBe(`${CONTENT_TYPE}; escaping=underscores`);
    expect(plain.response.headers.get('content-type')).toBe(
      'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    );
    expect(open.response.headers.get('vary')).toContain('Accept');
    const batch = new WriteBatch();
    expect(decodeOpenMetrics(Buffer.from(open.text), batch, { nowMs: 0 }).refused).toEqual([]);
    const families = new Map(batch.metadata.map(({ metric, type, help }) => [metric, `${type} ${help}`]));
    const types = [...plain.text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\S+)$/gm)];
    expect(families).toEqual(new Map(types.map(([, name, help, type]) => [name, `${type} ${help}`])));
    expect(families.size).toBeGreaterThan(60);
  });

  it.each(['/metrics', '/federate?match[]=jobs_total'])('answers HEAD of %s without a body', async (path) => {
    const { response, text } = await ask(path, 'application/openmetrics-text', 'HEAD');
    expect([response.status, text]).toEqual([200, '']);
    expect(response.headers.get('content-type')).toBe(`${CONTENT_TYPE}; escaping=underscores`);
    expect(response.headers.get('vary')).toContain('Accept');
  });
});
