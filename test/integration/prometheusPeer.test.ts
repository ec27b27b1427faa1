import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { differenceOf, seriesOf } from '../answers.js';
import { backfill, hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import {
  endSeconds,
  importScrapes,
  LONG_DATA,
  REAL_DATA,
  type RealData,
  readRealData,
  SHORT_DATA,
} from '../realData.js';
import type { Scrape } from '../scrapes.js';
import { getApi, type QueryAnswer, startTestServer, type TestServer } from '../testServer.js';

/** Relative: sums are taken in different orders. */
const TOLERANCE = 1e-9;

interface PeerQuery {
  readonly query: string;
  /** Seconds from the end of the data. */
  readonly from: number;
  readonly to: number;
  /** Undefined for an instant query. */
  readonly step: number | undefined;
  readonly isEmpty: boolean;
}

const QUERIES = readQueries();

interface Rule {
  readonly name: string;
  readonly reason: string;
  /** Most relative difference of values the reason can explain; where it is left out, labels differ. */
  readonly within?: number;
  /** Queries whose answers differ, and over which data. */
  readonly queries: Readonly<Record<string, readonly RealData['name'][]>>;
}

/** Why some answers differ. A rule that a query no longer needs is an error. */
const RULES: readonly Rule[] = [
  {
    name: 'zero point behind the threshold',
    reason:
      'A counter that begins inside the window, near zero: 2.42 extrapolates back to its zero point even where ' +
      'that is further away than half a sample interval, the most that is assumed when the series does not ' +
      'reach the start of the window; 3 applies that bound ' +
      'first (https://github.com/prometheus/prometheus/pull/13725).',
    within: 0.1,
    queries: {
      'increase(prometheus_http_requests_total[2m])': [SHORT_DATA],
      'increase(prometheus_http_requests_total[45s])': [SHORT_DATA, LONG_DATA],
      'increase(prometheus_tsdb_head_samples_appended_total[5m])': [SHORT_DATA, LONG_DATA],
      'histogram_quantile(0.5, sum by (le) (rate(prometheus_http_response_size_bytes_bucket[30s])))': [
        SHORT_DATA,
      ],
    },
  },
  {
    name: 'atan2 drops the metric name',
    reason: 'Since 2.47 (https://github.com/prometheus/prometheus/pull/12595), as every arithmetic operator.',
    queries: { 'node_load1 atan2 node_load5': [SHORT_DATA, LONG_DATA] },
  },
];

const isInstalled = hasPrometheus();

describe('the queries that are compared', () => {
  it('are 100 different ones', () => {
    expect(new Set(QUERIES.map((one) => JSON.stringify(one))).size).toBe(100);
  });

  it('have no window with a border off a whole second, or on a step of their subquery', () => {
    expect(QUERIES.filter(({ query }) => /\d(ms|\.\d+[smhd])/.test(query))).toEqual([]);
    const subqueries = QUERIES.filter(({ query }) => /:\d*[smh]?\]/.test(query));
    expect(subqueries.length).toBeGreaterThan(3);
    for (const data of REAL_DATA.filter(({ isThere }) => isThere)) {
      const endS = endSeconds(readRealData(data));
      for (const { query, from, to, step } of subqueries) {
        const innerStep = Number(/:(\d*)s?\]/.exec(query)?.[1] || 60);
        for (let at = from; at <= to; at += step ?? 1) expect((endS + at) % innerStep).not.toBe(0);
      }
    }
  });

  it('include all that the rules speak of', () => {
    const known = new Set(QUERIES.map(({ query }) => query));
    const ruled = RULES.flatMap(({ queries }) => Object.keys(queries));
    expect(ruled.filter((query) => !known.has(query))).toEqual([]);
  });
});

describe.each(REAL_DATA)('TinyObs and Prometheus 2.42 over $name', (data) => {
  const canRun = isInstalled && data.isThere;
  const scrapes = canRun ? readRealData(data) : [];
  const endS = canRun ? endSeconds(scrapes) : 0;
  let folder: string;
  let server: TestServer;
  let prometheus: Prometheus;
  beforeAll(async () => {
    if (!canRun) return;
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-peer-'));
    [server] = await Promise.all([startWithBlocksAndHead(scrapes), backfill(folder, scrapes)]);
    prometheus = await startPrometheus(folder, {});
  });
  afterAll(async () => {
    if (!canRun) return;
    await Promise.all([server?.close(), prometheus?.stop()]);
    await rm(folder, { recursive: true });
  });

  const askBoth = (one: PeerQuery) =>
    Promise.all([ask(server.url, one, endS), ask(prometheus.url, one, endS)]);

  it.skipIf(!canRun)('have no sample on a whole second, where windows begin', () => {
    expect(scrapes.filter(({ timeMs }) => timeMs % 1000 === 0)).toEqual([]);
  });

  it.skipIf(!canRun)('return the same samples, to the letter', async () => {
    const [ours, theirs] = await askBoth(instant('{job=~".+"}[10m]'));
    expect(seriesOf(ours).length).toBeGreaterThan(850);
    expect(differenceOf(ours, theirs)).toBeUndefined();
  });

  it.skipIf(!canRun).each(QUERIES)('agree on $query', async (one) => {
    const [ours, theirs] = await askBoth(one);
    expect(theirs.status, theirs.error).toBe('success');
    if (data.name === LONG_DATA) expect(seriesOf(theirs).length === 0).toBe(one.isEmpty);
    const ordered = one.step === undefined && /^(sort|sort_desc|topk|bottomk)\b/.test(one.query);
    const difference = differenceOf(ours, theirs, { tolerance: TOLERANCE, ordered });
    const rule = RULES.find(({ queries }) => queries[one.query]?.includes(data.name));
    if (!rule) return expect(difference, difference).toBeUndefined();
    expect(difference, `the rule "${rule.name}" is not needed`).toBeDefined();
    if (rule.within) expect(differenceOf(ours, theirs, { tolerance: rule.within })).toBeUndefined();
  });

  it.skipIf(!canRun)('differ where Prometheus 3 took the left border out of windows', async () => {
    const times = scrapes.filter(({ text }) => /^node_load1\{/m.test(text)).map(({ timeMs }) => timeMs);
    const lastS = times[times.length - 1] / 1000;
    const spanMs = times[times.length - 1] - times[times.length - 4];
    const [ours, theirs] = await askBoth({
      ...instant(`count_over_time(node_load1[${spanMs}ms])`),
      from: lastS - endS,
    });
    expect([ours, theirs].map((answer) => seriesOf(answer)[0].points[0][1])).toEqual(['3', '4']);
    const lookback = await askBoth({ ...instant('node_load1'), from: lastS + 300 - endS });
    expect(lookback.map((answer) => seriesOf(answer).length)).toEqual([0, 1]);
  });
});

/** The first half of the data lies in blocks, the second in the head, so that queries have to join them. */
async function startWithBlocksAndHead(scrapes: readonly Scrape[]): Promise<TestServer> {
  const half = scrapes.length / 2;
  const first = await startTestServer();
  await importScrapes(first.url, scrapes.slice(0, half));
  await first.server.close();
  const second = await startTestServer({ dataDir: first.dataDir });
  await importScrapes(second.url, scrapes.slice(half));
  return second;
}

function instant(query: string): PeerQuery {
  return { query, from: 0, to: 0, step: undefined, isEmpty: false };
}

function ask(url: string, { query, from, to, step }: PeerQuery, endS: number): Promise<QueryAnswer> {
  if (step === undefined) return getApi(url, '/api/v1/query', { query, time: (endS + from).toFixed(3) });
  return getApi(url, '/api/v1/query_range', { query, start: endS + from, end: endS + to, step });
}

function readQueries(): PeerQuery[] {
  const text = readFileSync(new URL('peerQueries.txt', import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const found = /^(-?\d+)(?:\.\.(-?\d+)\/(\d+))?( empty)?\t(.+)$/.exec(line);
    if (!found) throw new Error(`cannot read the query line ${line}`);
    const [, from, to, step, empty, query] = found;
    return {
      query,
      from: Number(from),
      to: Number(to ?? from),
      step: step === undefined ? undefined : Number(step),
      isEmpty: empty !== undefined,
    };
  });
}
