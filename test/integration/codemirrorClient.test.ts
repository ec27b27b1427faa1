import { createRequire } from 'node:module';
import type * as promql from '@prometheus-io/codemirror-promql';
import type * as client from '@prometheus-io/codemirror-promql/dist/esm/client/prometheus.js';
import type * as matcher from '@prometheus-io/codemirror-promql/dist/esm/types/matcher.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importText, startTestServer, type TestServer } from '../testServer.js';

type Autocomplete = typeof import('@codemirror/autocomplete', { with: { 'resolution-mode': 'require' }});
type State = typeof import('@codemirror/state', { with: { 'resolution-mode': 'require' }});

/**
 * The modules as CommonJS: it is all that the package of Prometheus offers to Node, and an editor is made of one
 * copy of each module.
 */
const load = createRequire(new URL('../../web/package.json', import.meta.url));
const PROMQL = '@prometheus-io/codemirror-promql';
const { CompletionContext } = load('@codemirror/autocomplete') as Autocomplete;
const { EditorState } = load('@codemirror/state') as State;
const { newCompleteStrategy, PromQLExtension } = load(PROMQL) as typeof promql;
const { HTTPPrometheusClient } = load(`${PROMQL}/dist/cjs/client/prometheus.js`) as typeof client;
const { Matcher } = load(`${PROMQL}/dist/cjs/types/matcher.js`) as typeof matcher;
const { EqlSingle } = load('@prometheus-io/lezer-promql') as { EqlSingle: number };

const TEXT = `# HELP shop_orders_total Orders taken.
# TYPE shop_orders_total counter
shop_orders_total{region="eu",kind="web"} 3
shop_orders_total{region="us",kind="phone"} 4
# HELP shop_stock Things in stock.
# TYPE shop_stock gauge
shop_stock{region="eu",shelf="a \\"b\\""} 5
plain 1
`;

describe.each(['POST', 'GET'] as const)("the editor's client by %s", (httpMethod) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await importText(server.url, TEXT);
  });
  afterAll(() => server.close());

  const fail = (error: Error) => {
    throw error;
  };
  /** As the editor makes it; errors are not to be swallowed. */
  const config = () => ({ url: server.url, httpMethod, lookbackInterval: 3_600_000, httpErrorHandler: fail });
  const connect = () => new HTTPPrometheusClient(config());

  it('lists metrics, labels and their values', async () => {
    expect(await connect().metricNames()).toEqual(['plain', 'shop_orders_total', 'shop_stock']);
    expect(await connect().labelNames()).toEqual(['__name__', 'kind', 'region', 'shelf']);
    expect(await connect().labelNames('shop_stock')).toEqual(['__name__', 'region', 'shelf']);
    expect(await connect().labelValues('region')).toEqual(['eu', 'us']);
    expect(await connect().labelValues('region', 'shop_stock')).toEqual(['eu']);
    const phone = new Matcher(EqlSingle, 'kind', 'phone');
    expect(await connect().labelValues('region', 'shop_orders_total', [phone])).toEqual(['us']);
  });

  it('lists series', async () => {
    expect(await connect().series('shop_orders_total')).toEqual([
      { __name__: 'shop_orders_total', kind: 'phone', region: 'us' },
      { __name__: 'shop_orders_total', kind: 'web', region: 'eu' },
    ]);
    expect(await connect().series('absent')).toEqual([]);
  });

  it('reads metadata and flags', async () => {
    expect(await connect().metricMetadata()).toEqual({
      shop_orders_total: [{ type: 'counter', help: 'Orders taken.', unit: '' }],
      shop_stock: [{ type: 'gauge', help: 'Things in stock.', unit: '' }],
    });
    expect(await connect().flags()).toMatchObject({ 'query.lookback-delta': '5m', 'query.timeout': '2m' });
  });

  it('gets our error where a selector is wrong', async () => {
    await expect(connect().series('a}{')).rejects.toThrow(/parse error/);
  });

  /** What is proposed where `|` stands, by label. */
  const complete = async (text: string) => {
    const at = text.indexOf('|');
    const extension = new PromQLExtension();
    const document = EditorState.create({ doc: text.replace('|', ''), extensions: extension.asExtension() });
    const strategy = newCompleteStrategy({ remote: config() });
    const found = await strategy.promQL(new CompletionContext(document, at, true));
    strategy.destroy?.();
    extension.destroy();
    return new Map(found?.options.map((option) => [option.label, option]));
  };

  it('proposes our metrics with their type and help', async () => {
    const options = await complete('sum(shop|)');
    expect(options.get('shop_orders_total')).toMatchObject({ detail: 'counter', info: 'Orders taken.' });
    expect(options.get('shop_stock')).toMatchObject({ detail: 'gauge', info: 'Things in stock.' });
    expect(options.has('plain')).toBe(true);
    expect(options.has('rate')).toBe(true);
  });

  it.each([
    ['shop_stock{|}', ['region', 'shelf']],
    ['sum by (|) (shop_orders_total)', ['kind', 'region']],
    ['shop_orders_total{region="|"}', ['eu', 'us']],
    ['shop_orders_total{kind="web", region="|"}', ['eu', 'us']],
    ['shop_stock{shelf="|"}', ['a "b"']],
  ])('proposes in %s what there is', async (text, expected) => {
    expect([...(await complete(text)).keys()].sort()).toEqual(expected);
  });
});
