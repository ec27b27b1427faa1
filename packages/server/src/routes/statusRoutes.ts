import { hostname } from 'node:os';
import { formatDuration } from '@tinyobs/model';
import type { SeriesCensus, Store } from '@tinyobs/storage';
import type { LiveConfig } from '../config/liveConfig.js';
import type { Reloader } from '../config/reloader.js';
import type { Config } from '../config/schema.js';
import { configYaml } from '../config/writtenConfig.js';
import type { BodyLimits } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { jsonPieces } from '../http/jsonPieces.js';
import { type ReadLimits, readWork } from '../http/readWork.js';
import { streamJson } from '../http/respond.js';
import { VERSION } from '../version.js';
import type { Route } from './route.js';

/** The Prometheus API level that is answered to clients which choose their calls by version, as Grafana does. */
const PROMETHEUS_API_VERSION = '3.14.0';

/** What Prometheus gives for the first and the last time of an empty head. */
const NO_MIN_TIME = '9223372036854775807';
const NO_MAX_TIME = '-9223372036854775808';

const LISTED = { fallback: 10, max: 10_000 };

export interface StatusContext {
  readonly store: Store;
  readonly live: LiveConfig;
  readonly reloader: Reloader;
  readonly bodies: BodyLimits;
  readonly limits: ReadLimits;
  readonly now: () => number;
}

/**
 * What the server is and holds.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#status
 */
export function statusRoutes(context: StatusContext): Route[] {
  const startMs = context.now();
  const status = (path: string, data: () => unknown): Route => ({
    methods: ['GET'],
    path: `/api/v1/status/${path}`,
    errors: 'prometheus',
    handle: (_request, response) => sendData(response, JSON.stringify(data())),
  });
  return [
    status('buildinfo', buildInfo),
    status('runtimeinfo', () => runtimeInfo(startMs, context)),
    status('flags', () => flags(context.live.current, context.reloader)),
    status('config', () => ({ yaml: configYaml(context.live.written) })),
    // The log is read back before the server listens.
    status('walreplay', () => ({ min: 0, max: 0, current: 0 })),
    {
      methods: ['GET'],
      path: '/api/v1/status/tsdb',
      errors: 'prometheus',
      handle: (request, response) => tsdb(request, response, context),
    },
  ];
}

function buildInfo(): Record<string, string> {
  return {
    version: PROMETHEUS_API_VERSION,
    tinyobsVersion: VERSION,
    revision: `tinyobs-${VERSION}`,
    branch: '',
    buildUser: '',
    buildDate: '',
    goVersion: '',
  };
}

function runtimeInfo(
  startMs: number,
  { store, live, reloader, now }: StatusContext,
): Record<string, unknown> {
  const config = live.current;
  return {
    startTime: new Date(startMs).toISOString(),
    CWD: process.cwd(),
    hostname: hostname(),
    serverTime: new Date(now()).toISOString(),
    reloadConfigSuccess: reloader.isSuccessful,
    lastConfigTime: new Date(reloader.succeededMs).toISOString(),
    corruptionCount: store.stats().corruptions,
    goroutineCount: 0,
    GOMAXPROCS: 1,
    GOMEMLIMIT: config.memory.max ?? 0,
    GOGC: '',
    GODEBUG: '',
    storageRetention: retention(config),
  };
}

/** Under the names of Prometheus' flags, as far as there is something to say. */
function flags(
  { dataDir, listen, log, promql, query, storage, ...config }: Config,
  { canRead }: Reloader,
): Record<string, string> {
  return {
    'enable-feature': promql.experimental ? 'promql-experimental-functions' : '',
    'log.level': log.level,
    'query.lookback-delta': formatDuration(query.lookback),
    'query.max-concurrency': String(query.concurrency),
    'query.max-samples': String(query.samples),
    'query.timeout': formatDuration(query.timeout),
    'storage.tsdb.path': dataDir,
    'storage.tsdb.retention.size': `${storage.retention.size ?? 0}B`,
    'storage.tsdb.retention.time': storage.retention.raw ? formatDuration(storage.retention.raw) : '0s',
    'web.enable-admin-api': 'true',
    'web.enable-lifecycle': String(canRead),
    'web.enable-remote-write-receiver': 'true',
    'web.listen-address': listen,
    'web.max-body-size': String(config.limits.requestBytes),
  };
}

function retention({ storage: { retention: kept } }: Config): string {
  const parts = [
    ...(kept.raw === undefined ? [] : [formatDuration(kept.raw)]),
    ...(kept.size === undefined ? [] : [`${kept.size}B`]),
  ];
  return parts.join(' or ');
}

/** Series are those that are indexed, as in Prometheus whether or not they were deleted since. */
async function tsdb(request: Request, response: Response, context: StatusContext): Promise<void> {
  const { store, bodies, limits } = context;
  const listed = (await readParameters(request, bodies)).listed(LISTED);
  const census = await readWork(response, limits, (signal) =>
    store.census({ matcherSets: [], listed }, signal),
  );
  const { minTimeMs, maxTimeMs, blocks } = store.stats();
  // Written by hand: the times of an empty store are integers that a number does not hold.
  const head =
    `"numSeries":${census.indexed},"numLabelPairs":${census.pairs},"chunkCount":${blocks},` +
    `"minTime":${minTimeMs ?? NO_MIN_TIME},"maxTime":${maxTimeMs ?? NO_MAX_TIME}`;
  const around = { begin: `{"status":"success","data":{"headStats":{${head}},`, end: '}}' };
  await streamJson(response, jsonPieces(cardinalityLists(census), around));
}

function cardinalityLists(census: SeriesCensus) {
  return {
    seriesCountByMetricName: census.metricsByIndexed,
    labelValueCountByLabelName: census.labelsByValues,
    memoryInBytesByLabelName: census.labelsByBytes,
    seriesCountByLabelValuePair: census.pairsBySeries.map(({ label, value, series }) => ({
      name: `${label}=${value}`,
      value: series,
    })),
  };
}

function sendData(response: Response, json: string): Promise<void> {
  return streamJson(response, [Buffer.from(`{"status":"success","data":${json}}`)]);
}
