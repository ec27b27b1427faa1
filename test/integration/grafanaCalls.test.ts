import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importText, type QueryAnswer, rawRequest, startTestServer, type TestServer } from '../testServer.js';

/** A fixed past, so that bodies can be compared to the letter; seconds. */
const T0 = 1_700_000_000;
const END = T0 + 60;

const TEXT = [
  '# HELP shop_orders_total Orders taken.',
  '# TYPE shop_orders_total counter',
  '# HELP shop_stock Things in stock.',
  '# TYPE shop_stock gauge',
  ...[0, 15, 30, 45, 60].flatMap((s) => [
    `shop_orders_total{kind="web",region="eu"} ${s * 2} ${(T0 + s) * 1000}`,
    `shop_orders_total{kind="phone",region="us"} ${s} ${(T0 + s) * 1000}`,
    `shop_stock{region="eu"} ${10 - s / 15} ${(T0 + s) * 1000}`,
  ]),
  `{"utf.metric","label.of/ünï"="v 1","plain"="p"} 1 ${T0 * 1000}`,
  '',
].join('\n');

const FORM = 'application/x-www-form-urlencoded';

type Parameters = readonly (readonly [string, string])[];

interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly text: string;
}

/**
 * The calls of Grafana's data source for Prometheus, as it makes them.
 * Source: https://github.com/grafana/grafana `pkg/promlib/client/client.go`, `pkg/promlib/healthcheck.go`,
 * `packages/grafana-prometheus/src/{datasource,resource_clients,utf8_support}.ts`
 */
describe("Grafana's data source", () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer({ now: () => END * 1000 });
    await importText(server.url, TEXT);
  });
  afterAll(() => server.close());

  /** As Grafana's backend sends: parameters sorted by name, in a form or in the URL, the answer compressed. */
  const send = async (method: 'GET' | 'POST', path: string, parameters: Parameters): Promise<Answer> => {
    const encoded = String(new URLSearchParams([...parameters].sort(byName).map(([k, v]) => [k, v])));
    const post = method === 'POST';
    const url = `${server.url}/api/v1/${path}${post || encoded === '' ? '' : `?${encoded}`}`;
    const headers = {
      'User-Agent': 'Grafana/12.2.0',
      'Accept-Encoding': 'gzip',
      ...(post ? { 'Content-Type': FORM } : {}),
    };
    const answer = await rawRequest(url, { method, headers, body: post ? encoded : undefined });
    const compressed = answer.headers['content-encoding'] === 'gzip';
    return {
      status: answer.status,
      type: answer.headers['content-type'],
      text: (compressed ? gunzipSync(answer.body) : answer.body).toString('utf8'),
    };
  };

  /** By POST, then by GET where that is answered 400 or 405, as for what the editor asks for. */
  const resource = async (path: string, parameters: Parameters): Promise<Answer> => {
    const answer = await send('POST', path, parameters);
    return [400, 405].includes(answer.status) ? send('GET', path, parameters) : answer;
  };

  const json = (body: string): Answer => ({ status: 200, type: 'application/json', text: body });
  const data = (value: unknown): Answer => json(JSON.stringify({ status: 'success', data: value }));

  const range = [
    ['start', String(T0)],
    ['end', String(END)],
  ] as const;

  describe.each(['POST', 'GET'] as const)('by %s', (method) => {
    it('saves and tests', async () => {
      const answer = await send(method, 'query', [
        ['query', '1+1'],
        ['time', '4'],
      ]);
      expect(answer).toEqual(json('{"status":"success","data":{"resultType":"scalar","result":[4,"2"]}}'));
    });

    it('queries an instant', async () => {
      const answer = await send(method, 'query', [
        ['query', 'shop_stock'],
        ['time', `${END}.123`],
        ['timeout', '60s'],
      ]);
      const metric = { __name__: 'shop_stock', region: 'eu' };
      expect(answer).toEqual(data({ resultType: 'vector', result: [{ metric, value: [END + 0.123, '6'] }] }));
    });

    it('queries a range with a step in seconds', async () => {
      const answer = await send(method, 'query_range', [
        ['query', 'sum by (region) (rate(shop_orders_total[30s]))'],
        ['start', `${T0 + 30}.5`],
        ['end', `${END}.5`],
        ['step', '15'],
      ]);
      const values = (value: number) => [30, 45, 60].map((s) => `[${T0 + s}.500,"${value}"]`).join(',');
      const result =
        `{"metric":{"region":"eu"},"values":[${values(2)}]},` +
        `{"metric":{"region":"us"},"values":[${values(1)}]}`;
      expect(answer).toEqual(
        json(`{"status":"success","data":{"resultType":"matrix","result":[${result}]}}`),
      );
    });

    it('queries a range with a fraction of a second for a step', async () => {
      const answer = await send(method, 'query_range', [
        ['query', 'shop_stock'],
        ['start', `${T0}`],
        ['end', `${T0 + 1}`],
        ['step', '0.25'],
      ]);
      const { data: found } = JSON.parse(answer.text) as QueryAnswer;
      const values = [0, 0.25, 0.5, 0.75, 1].map((s) => [T0 + s, '10']);
      expect(found).toEqual({
        resultType: 'matrix',
        result: [{ metric: { __name__: 'shop_stock', region: 'eu' }, values }],
      });
    });

    it('reads what a query is told about', async () => {
      const answer = await send(method, 'query', [
        ['query', 'sum(rate(shop_stock[1m]))'],
        ['time', String(END)],
      ]);
      expect(JSON.parse(answer.text)).toEqual({
        status: 'success',
        data: { resultType: 'vector', result: [{ metric: {}, value: [END, expect.any(String)] }] },
        infos: [expect.stringMatching(/metric might not be a counter.*"shop_stock" \(1:10\)$/)],
      });
    });

    it('reads what is wrong with a query', async () => {
      const wrong = await send(method, 'query_range', [['query', 'sum('], ...range, ['step', '15']]);
      expect([wrong.status, wrong.type]).toEqual([400, 'application/json']);
      expect(JSON.parse(wrong.text)).toMatchObject({
        status: 'error',
        errorType: 'bad_data',
        error: 'invalid parameter "query": 1:5: parse error: unclosed left parenthesis',
      });
      const failing = await send(method, 'query', [
        ['query', 'shop_stock * on() group_left shop_orders_total'],
      ]);
      expect(failing.status).toBe(422);
      expect(JSON.parse(failing.text)).toMatchObject({
        status: 'error',
        errorType: 'execution',
        error: expect.stringMatching(
          /^found duplicate series for the match group \{\} on the right hand-side/,
        ),
      });
    });

    it('asks for statistics, a limit and a lookback', async () => {
      const answer = await send(method, 'query', [
        ['query', 'shop_orders_total'],
        ['time', String(END + 20)],
        ['stats', 'all'],
        ['limit', '1'],
        ['lookback_delta', '30s'],
      ]);
      expect(JSON.parse(answer.text)).toMatchObject({
        data: {
          result: [{ value: [END + 20, expect.stringMatching(/^(60|120)$/)] }],
          stats: { samples: { totalQueryableSamples: 2, totalQueryableSamplesPerStep: [[END + 20, 2]] } },
        },
        warnings: ['results truncated due to limit'],
      });
      const [query, time] = [['query', 'shop_orders_total'] as const, ['time', String(END + 20)] as const];
      const none = await send(method, 'query', [query, time, ['lookback_delta', '20s']]);
      expect(none).toEqual(data({ resultType: 'vector', result: [] }));
    });
  });

  it('takes it for a Prometheus of the version it is like', async () => {
    const answer = await send('GET', 'status/buildinfo', []);
    const build = JSON.parse(answer.text) as { status: string; data: Record<string, unknown> };
    expect([answer.status, answer.type, build.status]).toEqual([200, 'application/json', 'success']);
    expect(build.data.version).toBe('3.14.0');
    expect(build.data).not.toHaveProperty('features');
    const texts = ['version', 'revision', 'branch', 'buildUser', 'buildDate', 'goVersion'];
    expect(texts.map((name) => typeof build.data[name])).toEqual(texts.map(() => 'string'));
  });

  it('asks whether there are exemplars, with times that it gives in milliseconds', async () => {
    const times = [
      ['start', String((END - 1800) * 1000)],
      ['end', String(END * 1000)],
    ] as const;
    expect(await send('GET', 'query_exemplars', [['query', 'test'], ...times])).toEqual(data([]));
    expect(await send('POST', 'query_exemplars', [['query', 'shop_orders_total'], ...range])).toEqual(
      data([]),
    );
  });

  it.each([
    ['rules', { groups: [] }],
    ['alerts', { alerts: [] }],
    ['targets', { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} }],
  ])('asks for %s', async (path, nothing) => {
    expect(await send('GET', path, [])).toEqual(data(nothing));
  });

  it('reads metadata', async () => {
    const all = {
      shop_orders_total: [{ type: 'counter', help: 'Orders taken.', unit: '' }],
      shop_stock: [{ type: 'gauge', help: 'Things in stock.', unit: '' }],
    };
    expect(await send('GET', 'metadata', [])).toEqual(data(all));
    expect(await send('GET', 'metadata', [['limit', '40000']])).toEqual(data(all));
    const one = await send('GET', 'metadata', [['metric', 'shop_stock']]);
    expect(one).toEqual(data({ shop_stock: all.shop_stock }));
  });

  it('lists the names of labels', async () => {
    const limit = ['limit', '40000'] as const;
    const all = ['__name__', 'kind', 'label.of/ünï', 'plain', 'region'];
    expect(await resource('labels', [limit, ...range])).toEqual(data(all));
    const orders = await resource('labels', [['match[]', 'shop_orders_total'], ...range]);
    expect(orders).toEqual(data(['__name__', 'kind', 'region']));
    const either = [
      ['match[]', '{__name__="shop_stock"}'],
      ['match[]', '{"utf.metric"}'],
    ] as const;
    const both = ['__name__', 'label.of/ünï', 'plain', 'region'];
    expect(await resource('labels', [...either, ...range])).toEqual(data(both));
  });

  it('lists the values of labels by GET, to which it falls back from POST', async () => {
    const path = 'label/region/values';
    expect((await send('POST', path, range)).status).toBe(405);
    expect(await resource(path, range)).toEqual(data(['eu', 'us']));
    const match = ['match[]', 'shop_orders_total{kind="web"}'] as const;
    expect(await resource(path, [match, ...range])).toEqual(data(['eu']));
    expect(await resource('label/__name__/values', range)).toEqual(
      data(['shop_orders_total', 'shop_stock', 'utf.metric']),
    );
    const limited = await resource(path, [['limit', '1'], ...range]);
    expect(JSON.parse(limited.text)).toEqual({
      status: 'success',
      data: ['eu'],
      warnings: ['results truncated due to limit'],
    });
    const matching = ['match[]', '{__name__=~".*stock.*"}'] as const;
    expect(await resource('label/__name__/values', [matching, ...range])).toEqual(data(['shop_stock']));
    const before = [['start', String(T0 - 3600)] as const, ['end', String(T0 - 1)] as const];
    expect(await resource(path, before)).toEqual(data([]));
  });

  it.each([
    ['U__label_2e_of_2f__fc_n_ef_', ['v 1']],
    ['plain', ['p']],
    ['U__no_2e_such', []],
  ])('lists the values of %s', async (escaped, values) => {
    expect(await send('GET', `label/${escaped}/values`, range)).toEqual(data(values));
  });

  it('lists series, those of no selector as well', async () => {
    const utf8 = { __name__: 'utf.metric', 'label.of/ünï': 'v 1', plain: 'p' };
    const stock = { __name__: 'shop_stock', region: 'eu' };
    const limit = ['limit', '40000'] as const;
    const one = await resource('series', [['match[]', '{"utf.metric"}'], limit, ...range]);
    expect(one).toEqual(data([utf8]));
    const all = await resource('series', [['match[]', '{__name__!=""}'], limit, ...range]);
    expect(all).toEqual(
      data([
        { __name__: 'shop_orders_total', kind: 'phone', region: 'us' },
        { __name__: 'shop_orders_total', kind: 'web', region: 'eu' },
        stock,
        utf8,
      ]),
    );
    const quoted = ['match[]', '{"label.of/ünï"="v 1"}'] as const;
    expect(await resource('series', [quoted, ...range])).toEqual(data([utf8]));
    const wrong = await resource('series', [['match[]', 'a{'], ...range]);
    expect([wrong.status, JSON.parse(wrong.text)]).toMatchObject([
      400,
      {
        errorType: 'bad_data',
        error: 'invalid parameter "match[]": 1:3: parse error: unexpected end of input inside braces',
      },
    ]);
  });
});

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : Number(a > b);
}
