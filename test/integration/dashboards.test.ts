import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtIns, interpolate } from '../../packages/model/src/queryVariables.js';
import { TEMPLATES } from '../../web/src/dashboards/templates/templates.js';
import { ROOT } from '../sources.js';
import { startTestServer, type TestServer } from '../testServer.js';

const ADMIN_KEY = 'an-admin-key-of-many-characters';

const PANEL = {
  ...{ id: 'a', kind: 'graph', title: 'Requests', description: '', x: 0, y: 0, w: 12, h: 8 },
  ...{ queries: [{ expr: 'up', legend: '' }], unit: 'none', thresholds: [{ from: 1, role: 'good' }] },
  ...{ look: 'line', legend: 'list', text: '', repeat: 'job', perRow: 2 },
};
const VARIABLE = {
  ...{ name: 'job', label: '', kind: 'query', labelName: 'job', selector: 'up', regex: '^(.*)$' },
  ...{ values: [], isMulti: true, hasAll: true },
};
const DASHBOARD = {
  ...{ title: 'Shop', description: '', tags: ['production'], range: '6h' },
  ...{ variables: [VARIABLE], panels: [PANEL] },
};

interface Answer {
  readonly status: number;
  readonly json: {
    readonly id: string;
    readonly version: number;
    readonly code?: string;
    readonly message?: string;
    readonly by: string;
    readonly key: string;
    readonly details?: Readonly<Record<string, unknown>>;
    readonly dashboard: typeof DASHBOARD;
    readonly dashboards: readonly { id: string; title: string; version: number }[];
    readonly versions: readonly { version: number; title: string }[];
    readonly entries: readonly { action: string; detail?: string; result: string }[];
  };
}

describe('dashboards', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-dashboards-'));
  let server: TestServer;
  let readKey: string;
  const start = async () => {
    server = await startTestServer({ dataDir, auth: { adminKey: ADMIN_KEY } });
  };

  const ask = async (method: string, path: string, body?: unknown, key = ADMIN_KEY): Promise<Answer> => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, json: text === '' ? {} : JSON.parse(text) };
  };
  const make = async (title: string) => {
    const { status, json } = await ask('POST', '/v1/dashboards', { dashboard: { ...DASHBOARD, title } });
    expect(status).toBe(201);
    return json.id;
  };
  const titles = async () => (await ask('GET', '/v1/dashboards')).json.dashboards.map(({ title }) => title);

  beforeAll(async () => {
    await start();
    readKey = (await ask('POST', '/v1/keys', { name: 'reader', scopes: ['read'] })).json.key;
  });
  afterAll(() => server.close());

  it('are saved whole, listed by title, and still there after a restart', async () => {
    const id = await make('Second');
    await make('First');
    const read = await ask('GET', `/v1/dashboards/${id}`);
    expect(read.json).toMatchObject({ id, version: 1, by: 'configuration' });
    expect(read.json.dashboard).toEqual({ ...DASHBOARD, title: 'Second' });
    await server.server.close();
    await start();
    expect(await titles()).toEqual(['First', 'Second']);
    expect((await ask('GET', `/v1/dashboards/${id}`)).json.dashboard.panels).toEqual([PANEL]);
  });

  it('need no more than a title: the rest has its defaults, and panels find their places', async () => {
    const dashboard = {
      title: 'By hand',
      variables: [{ name: 'job' }],
      panels: [
        { title: 'Up', queries: [{ expr: 'up' }] },
        { id: 'panel-1', kind: 'stat', w: 6 },
        { kind: 'stat', w: 8 },
        { kind: 'row', x: 0, y: 3, w: 24, h: 2 },
        { h: 4 },
      ],
    };
    const { json } = await ask('POST', '/v1/dashboards', { dashboard });
    const saved = (await ask('GET', `/v1/dashboards/${json.id}`)).json.dashboard;
    expect({ ...saved, panels: [] }).toEqual({
      ...{ title: 'By hand', description: '', tags: [], range: '', panels: [] },
      variables: [
        {
          ...{ name: 'job', label: '', kind: 'query', labelName: 'job', selector: '', regex: '' },
          ...{ values: [], isMulti: false, hasAll: false },
        },
      ],
    });
    expect(saved.panels.map(({ id, kind, x, y, w, h }) => `${id} ${kind} ${x},${y} ${w}x${h}`)).toEqual([
      'panel-1- graph 0,5 12x8',
      'panel-1 stat 12,5 6x8',
      'panel-3 stat 0,13 8x8',
      'panel-4 row 0,3 24x2',
      'panel-5 graph 8,13 12x4',
    ]);
    expect(saved.panels[0]).toEqual({
      ...PANEL,
      ...{ id: 'panel-1-', title: 'Up', y: 5, thresholds: [], repeat: '', perRow: 4 },
    });
  });

  it('are taken as the file they were exported to', async () => {
    const { status, json } = await ask('POST', '/v1/dashboards', {
      tinyobsDashboard: 1,
      dashboard: { ...DASHBOARD, title: 'Moved' },
    });
    expect(status).toBe(201);
    expect((await ask('GET', `/v1/dashboards/${json.id}`)).json.dashboard).toEqual({
      ...DASHBOARD,
      title: 'Moved',
    });
  });

  it('are read with a key for reading, and changed with one for administrators, which is noted', async () => {
    const id = await make('Guarded');
    for (const path of ['/v1/dashboards', `/v1/dashboards/${id}`, `/v1/dashboards/${id}/versions`]) {
      expect((await ask('GET', path, undefined, readKey)).status).toBe(200);
    }
    const change = { version: 1, dashboard: DASHBOARD };
    for (const [method, path, body] of [
      ['POST', '/v1/dashboards', { dashboard: DASHBOARD }],
      ['PUT', `/v1/dashboards/${id}`, change],
      ['POST', `/v1/dashboards/${id}/versions/1`, undefined],
      ['DELETE', `/v1/dashboards/${id}`, undefined],
    ] as const) {
      const refused = await ask(method, path, body, readKey);
      expect(refused.json.code, `${method} ${path}`).toBe('scope_missing');
    }
    expect((await ask('GET', `/v1/dashboards/${id}`)).json.version).toBe(1);
    await ask('PUT', `/v1/dashboards/${id}`, change);
    const { entries } = (await ask('GET', '/v1/audit?limit=1')).json;
    expect(entries[0]).toMatchObject({
      action: `PUT /v1/dashboards/${id}`,
      detail: 'version 2: Shop',
      result: '200',
    });
  });

  it('notice that somebody else has saved in between, and lose neither', async () => {
    const id = await make('Contested');
    const save = (title: string) =>
      ask('PUT', `/v1/dashboards/${id}`, { version: 1, dashboard: { ...DASHBOARD, title } });
    const answers = await Promise.all([save('Mine'), save('Theirs')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.json.code).toBe('dashboard_conflict');
    expect(refused?.json.details).toMatchObject({ version: 2, by: 'configuration' });
    const { versions } = (await ask('GET', `/v1/dashboards/${id}/versions`)).json;
    expect(versions.map(({ version }) => version)).toEqual([2, 1]);
  });

  it('keep their last 20 versions, of which any is restored as the newest', async () => {
    const id = await make('1');
    for (let version = 1; version < 25; version += 1) {
      const dashboard = { ...DASHBOARD, title: String(version + 1) };
      await ask('PUT', `/v1/dashboards/${id}`, { version, dashboard });
    }
    const { versions } = (await ask('GET', `/v1/dashboards/${id}/versions`)).json;
    expect(versions).toHaveLength(20);
    expect((await ask('GET', `/v1/dashboards/${id}/versions/5`)).status).toBe(404);
    const restored = await ask('POST', `/v1/dashboards/${id}/versions/6`);
    expect(restored.json).toMatchObject({ version: 26, title: '6' });
    expect((await ask('GET', `/v1/dashboards/${id}`)).json.dashboard.title).toBe('6');
  });

  it('keep fewer versions where they are large', async () => {
    const text = 'x'.repeat(20_000);
    const panels = [1, 2, 3, 4, 5, 6].map((place) => ({ ...PANEL, id: `p${place}`, text }));
    const { json } = await ask('POST', '/v1/dashboards', { dashboard: { ...DASHBOARD, panels } });
    for (let version = 1; version < 10; version += 1) {
      const saved = await ask('PUT', `/v1/dashboards/${json.id}`, {
        version,
        dashboard: { ...DASHBOARD, panels },
      });
      expect(saved.status).toBe(200);
    }
    const { versions } = (await ask('GET', `/v1/dashboards/${json.id}/versions`)).json;
    expect(versions.map(({ version }) => version)).toEqual([10, 9, 8, 7, 6, 5, 4]);
  });

  it.each([
    ['dashboard.title', { ...DASHBOARD, title: ' ' }],
    ['dashboard.panels.0.kind', { ...DASHBOARD, panels: [{ ...PANEL, kind: 'pie' }] }],
    ['dashboard.panels.0.w', { ...DASHBOARD, panels: [{ ...PANEL, x: 20 }] }],
    ['dashboard.panels.1.id', { ...DASHBOARD, panels: [PANEL, PANEL] }],
    ['dashboard.variables.0.name', { ...DASHBOARD, variables: [{ ...VARIABLE, name: '1' }] }],
    ['dashboard.panels.0', { ...DASHBOARD, panels: [{ ...PANEL, more: 1 }] }],
    ['dashboard.range', { ...DASHBOARD, range: 'soon' }],
    ['dashboard.title', {}],
    ['dashboard.panels.0.queries.0.expr', { title: 'x', panels: [{ queries: [{}] }] }],
    ['dashboard.panels.0.w', { title: 'x', panels: [{ w: 25 }] }],
    ['dashboard.panels.0.repeat', { ...DASHBOARD, panels: [{ ...PANEL, repeat: '$job' }] }],
    ['dashboard.variables.0.regex', { ...DASHBOARD, variables: [{ ...VARIABLE, regex: '(?!a)' }] }],
    ['dashboard.panels', { title: 'x', panels: [{ y: 100_000 }, {}] }],
    ['dashboard.variables.0', { title: 'x', variables: [{ name: 'a', regexp: 'b' }] }],
  ])('are refused with the place of the mistake: %s', async (parameter, dashboard) => {
    const before = await titles();
    const { status, json } = await ask('POST', '/v1/dashboards', { dashboard });
    expect(status).toBe(400);
    expect(json).toMatchObject({ code: 'invalid_parameter', details: { parameter } });
    expect(await titles()).toEqual(before);
  });

  it('are refused in words: what is missing, and what nobody knows', async () => {
    const messageOf = async (dashboard: object) =>
      (await ask('POST', '/v1/dashboards', { dashboard })).json.message;
    expect(await messageOf({})).toBe('dashboard.title: it is missing');
    expect(await messageOf({ title: 'x', panel: [] })).toBe('dashboard: Unrecognized key: "panel"');
  });

  it('are refused where they are too large', async () => {
    const panels = [1, 2, 3, 4, 5, 6, 7].map((place) => ({
      ...PANEL,
      id: `p${place}`,
      text: 'x'.repeat(20_000),
    }));
    const { status, json } = await ask('POST', '/v1/dashboards', { dashboard: { ...DASHBOARD, panels } });
    expect(status).toBe(400);
    expect(json.details).toMatchObject({ sizeBytesMax: 131_072 });
  });

  it.each(TEMPLATES.map((template) => [template.id, template.dashboard] as const))(
    'begin with %s, which is taken as it is and whose queries all are PromQL',
    async (_id, dashboard) => {
      expect(await ask('POST', '/v1/dashboards', { dashboard })).toMatchObject({ status: 201 });
      const chosen = dashboard.variables.map(({ name }) => [name, { values: ['x'] }] as const);
      const meanings = { ...builtIns(15, 900), ...Object.fromEntries(chosen) };
      for (const { expr } of dashboard.panels.flatMap(({ queries }) => queries)) {
        const query = new URLSearchParams({ query: interpolate(expr, meanings) });
        expect(await ask('GET', `/api/v1/query?${query}`), expr).toMatchObject({ status: 200 });
      }
    },
  );

  it('ask of TinyObs only what it says of itself', () => {
    const known = readFileSync(join(ROOT, 'docs/metrics.md'), 'utf8');
    const template = JSON.stringify(TEMPLATES.find(({ id }) => id === 'template-tinyobs'));
    const names = new Set(
      [...template.matchAll(/tinyobs_\w+/g)].map(([name]) => name.replace(/_bucket$/, '')),
    );
    expect(names.size).toBeGreaterThan(20);
    expect([...names].filter((name) => !known.includes(`\`${name}\``))).toEqual([]);
  });

  it('are gone with their versions once deleted', async () => {
    const id = await make('Short-lived');
    expect((await ask('DELETE', `/v1/dashboards/${id}`)).status).toBe(204);
    for (const path of [`/v1/dashboards/${id}`, `/v1/dashboards/${id}/versions/1`]) {
      expect((await ask('GET', path)).json.code).toBe('not_found');
    }
    expect((await ask('DELETE', `/v1/dashboards/${id}`)).json.code).toBe('not_found');
    expect(await titles()).not.toContain('Short-lived');
  });
});
