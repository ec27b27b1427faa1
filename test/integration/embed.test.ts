import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rawRequest, startTestServer, type TestServer } from '../testServer.js';

const ADMIN_KEY = 'an-admin-key-of-many-characters';
const ORIGINS = ['https://wiki.example', 'http://localhost:3000'];
const START_SEC = 1_700_000_000;

const PANEL = {
  ...{ id: 'a', kind: 'graph', title: 'Of $job', description: '', x: 0, y: 0, w: 12, h: 8 },
  ...{ queries: [{ expr: 'sum by (job) (jobs{job=~"$job"})', legend: '' }], unit: 'none', thresholds: [] },
  ...{ look: 'line', legend: 'list', text: 'For $job' },
};
const PANELS = [
  PANEL,
  { ...PANEL, id: 'b', title: 'Other' },
  { ...PANEL, id: 'table', kind: 'table', queries: [{ expr: 'jobs * 0 + $__range_s', legend: '' }] },
];
const VARIABLE = {
  ...{ name: 'job', label: '', kind: 'query', labelName: 'job', selector: '', values: [] },
  ...{ isMulti: true, hasAll: false },
};
const DASHBOARD = {
  ...{ title: 'Shop', description: '', tags: [], range: '' },
  ...{ variables: [VARIABLE], panels: PANELS },
};

interface Json {
  readonly id: string;
  readonly key: string;
  readonly code?: string;
  readonly status: string;
  readonly expires: string;
  readonly message: string;
  readonly by: string;
  readonly values: Readonly<Record<string, readonly string[]>>;
  readonly panel: typeof PANEL;
  readonly data: {
    result: { metric: { job: string }; values: [number, string][]; value: [number, string] }[];
  };
  readonly grants: readonly Json[];
  readonly embedOrigins: readonly string[];
  readonly entries: readonly { action: string; detail?: string; result: string }[];
}

interface Answer {
  readonly status: number;
  readonly json: Json;
}

async function ask(
  url: string,
  { key, method = 'GET', body }: { key?: string; method?: string; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, json: text === '' ? {} : JSON.parse(text) };
}

const SPAN = `start=${START_SEC}&end=${START_SEC + 120}&step=60`;

async function makeDashboard(url: string, key?: string): Promise<string> {
  const samples = ['mail', 'pay'].flatMap((job) =>
    [0, 60, 120].map((after) => `jobs{job="${job}"} 1 ${(START_SEC + after) * 1000}`),
  );
  const text = await fetch(`${url}/api/v1/import/prometheus`, {
    method: 'POST',
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    body: `${samples.join('\n')}\n`,
  });
  expect(text.status).toBe(204);
  const made = await ask(`${url}/v1/dashboards`, { key, method: 'POST', body: { dashboard: DASHBOARD } });
  expect(made.status).toBe(201);
  return made.json.id;
}

const jobsOf = ({ json }: Answer) => json.data.result.map(({ metric }) => metric.job).sort();

describe('the page of a panel', () => {
  let server: TestServer;
  const ancestors = async (path: string) => {
    const { status, headers } = await rawRequest(server.url + path, { headers: {} });
    const policy = String(headers['content-security-policy']);
    return {
      status,
      policy: /frame-ancestors ([^;]*)/.exec(policy)?.[1],
      frames: headers['x-frame-options'],
      rest: policy.replace(/frame-ancestors [^;]*/, ''),
    };
  };
  const PAGE = '/embed/0123456789ab/panel-1';

  beforeAll(async () => {
    server = await startTestServer({ web: { embedOrigins: ['self', ...ORIGINS] } });
  });
  afterAll(() => server.close());

  it('may be in frames of the origins that are named, and no other page may', async () => {
    const other = await ancestors('/');
    expect(other).toMatchObject({ status: 200, policy: "'none'", frames: 'DENY' });
    const policy = `'self' ${ORIGINS.join(' ')}`;
    expect(await ancestors(PAGE)).toEqual({ ...other, policy, frames: undefined });
    expect(await ancestors(`${PAGE}?theme=dark`)).toMatchObject({ status: 200, policy });
    for (const path of [
      '/index.html',
      '/docs',
      '/health',
      `${PAGE}/more`,
      '/embed/x/y',
      '/embed/',
      '/v1/embed/0123456789ab/a',
    ]) {
      expect(await ancestors(path), path).toMatchObject({ policy: "'none'", frames: 'DENY' });
    }
  });
});

describe('a panel where nobody is asked for a key', () => {
  let server: TestServer;
  let id: string;
  const get = (path: string) => ask(`${server.url}/v1/embed/${id}${path}`);

  beforeAll(async () => {
    server = await startTestServer();
    id = await makeDashboard(server.url);
  });
  afterAll(() => server.close());

  it('is read with the variables of the request in its texts', async () => {
    const { status, json } = await get('/a?var-job=mail&var-job=pay');
    expect(status).toBe(200);
    expect(json).toMatchObject({ values: { job: ['mail', 'pay'] } });
    expect(json.panel).toMatchObject({ id: 'a', title: 'Of mail, pay', text: 'For mail, pay' });
    expect((await get('/a')).json).toMatchObject({
      code: 'invalid_parameter',
      details: { parameter: 'var-job' },
    });
    expect((await get('/nothing?var-job=mail')).json.code).toBe('not_found');
  });

  it('asks what is saved, with the variables of the request and of the range, and nothing else', async () => {
    expect(jobsOf(await get(`/a/data?var-job=mail&${SPAN}`))).toEqual(['mail']);
    expect(jobsOf(await get(`/a/data?var-job=mail&var-job=pay&${SPAN}`))).toEqual(['mail', 'pay']);
    expect(
      jobsOf(await get(`/a/data?var-job=${encodeURIComponent('x"} or jobs{job=~".*')}&${SPAN}`)),
    ).toEqual([]);
    const table = await get(`/table/data?var-job=mail&${SPAN}`);
    expect(table.json.data.result.map(({ value }) => value)).toEqual(Array(2).fill([START_SEC + 120, '120']));
    for (const query of ['jobs', '1', '-1', '0.5']) {
      const refused = await get(`/a/data?var-job=mail&${SPAN}&query=${query}`);
      expect(refused.json, query).toMatchObject({
        code: 'invalid_parameter',
        details: { parameter: 'query' },
      });
    }
    const long = await get(`/a/data?var-job=mail&start=0&end=${START_SEC}&step=1`);
    expect(long.json.code).toBe('query_too_many_points');
  });

  it('needs no grant', async () => {
    const path = `${server.url}/v1/dashboards/${id}/panels/a/grants`;
    const made = await ask(path, { method: 'POST', body: { values: { job: ['mail'] } } });
    expect([made.status, made.json.code]).toEqual([409, 'grant_needless']);
    expect((await ask(path)).json).toEqual({ status: 'ok', embedOrigins: [], grants: [] });
  });

  it('comes into a frame of another site, and nothing else does', async () => {
    const frame = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'iframe',
    };
    const status = async (path: string, headers: object = frame) =>
      (await rawRequest(server.url + path, { headers: { ...headers } })).status;
    expect(await status(`/embed/${id}/a`)).toBe(200);
    for (const path of ['/', `/v1/embed/${id}/a?var-job=mail`, `/api/v1/query?query=up`]) {
      expect(await status(path), path).toBe(403);
    }
    expect(await status(`/v1/embed/${id}/a?var-job=mail`, { 'sec-fetch-site': 'cross-site' })).toBe(403);
  });
});

describe('a grant of a panel', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-grants-'));
  let server: TestServer;
  let id: string;
  let readKey: { readonly id: string; readonly key: string };
  let nowMs = Date.now();
  const start = async () => {
    server = await startTestServer({ dataDir, auth: { adminKey: ADMIN_KEY }, now: () => nowMs });
  };
  const admin = (path: string, how: { method?: string; body?: unknown } = {}) =>
    ask(server.url + path, { key: ADMIN_KEY, ...how });
  const grantsPath = (panel = 'a') => `/v1/dashboards/${id}/panels/${panel}/grants`;
  const make = async (body: object = {}, key = readKey.key, panel = 'a') => {
    const wanted = { values: { job: ['mail'] }, ...body };
    return ask(server.url + grantsPath(panel), { key, method: 'POST', body: wanted });
  };
  const look = (key: string | undefined, path = `${id}/a/data?${SPAN}`) =>
    ask(`${server.url}/v1/embed/${path}`, { key });
  const madeKey = async (body?: object) => {
    const made = await make(body);
    expect(made.status).toBe(201);
    return made.json;
  };

  beforeAll(async () => {
    await start();
    id = await makeDashboard(server.url, ADMIN_KEY);
    readKey = (await admin('/v1/keys', { method: 'POST', body: { name: 'r', scopes: ['read'] } })).json;
  });
  afterAll(() => server.close());

  it('shows its panel with the variables that it was made with, whatever the request says', async () => {
    const { key, by, values } = await madeKey();
    expect({ by, values }).toEqual({ by: readKey.id, values: { job: ['mail'] } });
    expect((await look(key, `${id}/a?var-job=pay`)).json.panel.title).toBe('Of mail');
    expect(jobsOf(await look(key, `${id}/a/data?${SPAN}&var-job=pay`))).toEqual(['mail']);
  });

  it('opens nothing else', async () => {
    const { key } = await madeKey();
    const other = await makeDashboard(server.url, ADMIN_KEY);
    for (const path of [
      `/v1/embed/${id}/b`,
      `/v1/embed/${id}/b/data?${SPAN}`,
      `/v1/embed/${other}/a`,
      `/v1/embed/${other}/a/data?${SPAN}`,
      `/v1/dashboards/${id}`,
      '/v1/dashboards',
      grantsPath(),
      '/api/v1/query?query=jobs',
      '/api/v1/query_range?query=jobs&start=0&end=1&step=1',
      '/api/v1/series?match[]=jobs',
      '/api/v1/labels',
      '/v1/live',
      '/v1/whoami',
      '/metrics',
      '/v1/keys',
    ]) {
      const { status, json } = await ask(server.url + path, { key });
      expect([path, status, json.code ?? 'prometheus']).toEqual([path, 403, expect.any(String)]);
    }
    expect((await make({}, key)).status).toBe(403);
    const pushed = await ask(`${server.url}/v1/ingest`, { key, method: 'POST', body: { metrics: [] } });
    expect(pushed.status).toBe(403);
    expect(jobsOf(await look(readKey.key, `${id}/b/data?${SPAN}&var-job=pay`))).toEqual(['pay']);
  });

  it('asks what the panel asks now, and no longer what it asked', async () => {
    const { key } = await madeKey();
    const panels = PANELS.map((panel) =>
      panel.id === 'a' ? { ...PANEL, queries: [{ expr: 'jobs{job="pay"}', legend: '' }] } : panel,
    );
    const save = (version: number, dashboard: object) =>
      admin(`/v1/dashboards/${id}`, { method: 'PUT', body: { version, dashboard } });
    await save(1, { ...DASHBOARD, panels });
    expect(jobsOf(await look(key))).toEqual(['pay']);
    await save(2, { ...DASHBOARD, panels: panels.slice(1) });
    expect((await look(key)).json.code).toBe('not_found');
    await save(3, DASHBOARD);
    expect(jobsOf(await look(key))).toEqual(['mail']);
  });

  it('is refused with words for those who look: none, wrong, expired, revoked, without the key it was made with', async () => {
    const expectRefused = async (key: string | undefined, code: string) => {
      nowMs += 60_000;
      const { status, json } = await look(key);
      expect([status, json.code]).toEqual([401, code]);
      expect(json.message).toMatch(/panel/);
    };
    const brief = await madeKey({ expires: '1h' });
    const revoked = await madeKey();
    const made = await madeKey();
    await expectRefused(undefined, 'key_required');
    await expectRefused(`${made.key.slice(0, -3)}AAA`, 'key_unknown');
    const gone = await ask(`${server.url}${grantsPath()}/${revoked.id}`, {
      key: readKey.key,
      method: 'DELETE',
    });
    expect(gone.json).toMatchObject({ id: revoked.id, status: 'revoked' });
    await expectRefused(revoked.key, 'key_revoked');
    expect((await look(brief.key)).status).toBe(200);
    nowMs += 3_600_000;
    await expectRefused(brief.key, 'key_expired');
    const other = (await admin('/v1/keys', { method: 'POST', body: { name: 'o', scopes: ['read'] } })).json;
    const theirs = (await make({}, other.key)).json;
    expect((await look(theirs.key)).status).toBe(200);
    await admin(`/v1/keys/${other.id}`, { method: 'DELETE' });
    await expectRefused(theirs.key, 'key_revoked');
    expect((await look(made.key)).status).toBe(200);
  });

  it('ends after 30 days, or when it is said, within a year', async () => {
    const DAY_MS = 86_400_000;
    const days = ({ expires }: Json) => Math.round((Date.parse(expires) - nowMs) / DAY_MS);
    expect(days(await madeKey())).toBe(30);
    expect(days(await madeKey({ expires: '365d' }))).toBe(365);
    for (const [body, parameter] of [
      [{ expires: '2y' }, 'expires'],
      [{ expires: 'never' }, 'expires'],
      [{ values: {} }, 'var-job'],
      [{ values: { job: 'mail' } }, 'values.job'],
      [{ values: { job: ['mail'], other: ['x'] } }, 'values'],
      [{ values: { job: Array(5).fill('x'.repeat(4_000)) } }, 'values'],
      [{ query: 'jobs' }, ''],
    ] as const) {
      const { status, json } = await make(body);
      expect([status, json]).toEqual([
        400,
        expect.objectContaining({
          code: 'invalid_parameter',
          details: expect.objectContaining({ parameter }),
        }),
      ]);
    }
    expect((await make({}, readKey.key, 'nothing')).json.code).toBe('not_found');
  });

  it('is listed without its text, noted in the audit log, and outlives a restart', async () => {
    nowMs += 1;
    const made = await madeKey();
    const { entries } = (await admin('/v1/audit?limit=1')).json;
    expect(entries[0]).toMatchObject({ action: `POST ${grantsPath()}`, result: '201' });
    expect(entries[0].detail).toContain(made.id);
    const { grants } = (await ask(server.url + grantsPath(), { key: readKey.key })).json;
    expect(grants[0]).toMatchObject({
      id: made.id,
      status: 'valid',
      values: { job: ['mail'] },
      by: readKey.id,
    });
    expect(JSON.stringify(grants)).not.toContain(made.key.slice(-20));
    await server.server.close();
    await start();
    expect(jobsOf(await look(made.key))).toEqual(['mail']);
    const foreign = await admin(`${grantsPath('b')}/${made.id}`, { method: 'DELETE' });
    expect(foreign.json.code).toBe('not_found');
  });

  it('ends with its dashboard', async () => {
    const { key } = await madeKey();
    expect((await admin(`/v1/dashboards/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await look(key)).json.code).toBe('key_revoked');
  });
});
