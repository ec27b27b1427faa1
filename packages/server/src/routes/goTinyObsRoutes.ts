import { METRIC_NAME } from '@tinyobs/model';
import type { MatrixValue } from '@tinyobs/promql';
import type { LiveConfig } from '../config/liveConfig.js';
import type { Request, Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { JsonBytes } from '../http/jsonBytes.js';
import { invalid } from '../http/parameters.js';
import { checkSeries, readWork } from '../http/readWork.js';
import { sendJson, streamJson } from '../http/respond.js';
import { folderSizeBytes } from '../selfMonitoring/folderSizeBytes.js';
import type { Health } from '../selfMonitoring/health.js';
import { VERSION } from '../version.js';
import {
  exportSamples,
  querySamples,
  SAMPLES_ONLY,
  timesOf,
  writeLabels,
  writeNumber,
} from './goTinyObsExport.js';
import { evaluated, type QueryContext } from './queryRoutes.js';
import type { Route } from './route.js';

const HOUR_MS = 3_600_000;

/** How far back names are looked for. */
const LISTED_MS = 24 * HOUR_MS;

const POINTS = { fallback: 1000, max: 5000 };

/** What Go writes for no time. */
const NO_TIME = '0001-01-01T00:00:00Z';

export interface GoTinyObsContext extends QueryContext {
  readonly live: LiveConfig;
  readonly health: Health;
}

/**
 * Paths of the Go TinyObs, for those who come from it; what of them writes is in `goTinyObsImport.ts`. What it takes for
 * a default where a parameter is wrong is an error here.
 *
 * Source: `pkg/ingest`, `pkg/export` and `pkg/server` of https://github.com/nicktill/tinyobs, before it took the API of Prometheus.
 */
export function goTinyObsRoutes(context: GoTinyObsContext): Route[] {
  const startMs = context.now();
  const get = (
    path: string,
    handle: (request: Request, response: Response) => Promise<void> | void,
  ): Route => ({
    methods: ['GET'],
    path,
    errors: 'tinyobs',
    handle,
  });
  return [
    get('/v1/query', (request, response) => querySamples(request, response, context)),
    get('/v1/query/range', (request, response) => queryPoints(request, response, context)),
    get('/v1/export', (request, response) => exportSamples(request, response, context)),
    get('/v1/metrics/list', (_request, response) => listMetrics(response, context)),
    get('/v1/stats', (_request, response) => stats(response, context)),
    get('/v1/health', (_request, response) => health(response, startMs, context)),
  ];
}

/** All samples of a metric, or averages of as many as there have to be for `maxPoints` of a series. */
async function queryPoints(request: Request, response: Response, context: GoTinyObsContext): Promise<void> {
  const { engine, store, limits, now } = context;
  const parameters = await readParameters(request, context.bodies);
  const metric = parameters.text('metric');
  if (metric === '') throw invalid('metric', 'name the metric');
  const { minMs, maxMs } = timesOf(parameters, { nowMs: now(), windowMs: HOUR_MS });
  const pointsMax = parameters.wholeNumber('maxPoints') ?? POINTS.fallback;
  if (pointsMax < 1 || pointsMax > POINTS.max) {
    throw invalid('maxPoints', `it must be from 1 to ${POINTS.max}`);
  }
  // The range of a selector begins behind its first millisecond.
  const text = `{__name__=${JSON.stringify(metric)}}[${maxMs - minMs + 1}ms]`;
  await evaluated(
    { endpoint: 'query', response, text, timeoutMs: limits.timeoutMs },
    context,
    async ({ signal, leftMs }, shared) => {
      const query = await engine.parse(text, { signal, timeoutMs: leftMs });
      const { lookbackMs } = limits;
      const how = { ...shared, signal, timeoutMs: leftMs, lookbackMs, rollups: SAMPLES_ONLY };
      return engine.instant(store, query, maxMs, how);
    },
    ({ value }) => streamJson(response, pointsJson(value as MatrixValue, metric, pointsMax)),
  );
}

function* pointsJson(
  { labels, starts, times, values }: MatrixValue,
  metric: string,
  pointsMax: number,
): Generator<Uint8Array> {
  const out = new JsonBytes();
  out.json('{"data":[');
  for (let i = 0; i < labels.length; i++) {
    const [start, end] = [starts[i], starts[i + 1]];
    out.json(`${i === 0 ? '' : ','}{"metric":${JSON.stringify(metric)},`);
    writeLabels(out, labels[i]);
    out.json('"points":[');
    const perPoint = Math.ceil((end - start) / pointsMax);
    for (let at = start; at < end; at += perPoint) {
      out.json(`${at === start ? '' : ','}{"t":${times[at]},"v":`);
      writeNumber(out, mean(values.subarray(at, Math.min(at + perPoint, end))));
      out.json('}');
      if (out.isFull) yield out.take();
    }
    out.json('],"resolution":"raw"}');
  }
  out.json(']}');
  yield out.take();
}

function mean(values: Float64Array): number {
  return values.length === 1 ? values[0] : values.reduce((sum, value) => sum + value, 0) / values.length;
}

async function listMetrics(response: Response, { store, limits, now }: GoTinyObsContext): Promise<void> {
  const nowMs = now();
  const range = { minMs: nowMs - LISTED_MS, maxMs: nowMs };
  const metrics = await readWork(response, limits, (signal) =>
    store.labelValues(METRIC_NAME, [], range, limits.seriesMax + 1, signal),
  );
  checkSeries(metrics.length, limits);
  sendJson(response, 200, JSON.stringify({ metrics, count: metrics.length }));
}

/** The names are those of the fields of Go. */
async function stats(response: Response, { store, live }: GoTinyObsContext): Promise<void> {
  const { blockSamples, headSamples, series, minTimeMs, maxTimeMs } = store.stats();
  const answer = {
    TotalMetrics: blockSamples + headSamples,
    TotalSeries: series,
    SizeBytes: await folderSizeBytes(live.current.dataDir),
    OldestMetric: minTimeMs === undefined ? NO_TIME : new Date(minTimeMs).toISOString(),
    NewestMetric: maxTimeMs === undefined ? NO_TIME : new Date(maxTimeMs).toISOString(),
  };
  sendJson(response, 200, JSON.stringify(answer));
}

/** Only what is failing is 503: whoever takes a server out of service then should leave one that is but degraded. */
function health(response: Response, startMs: number, { health: told, now }: GoTinyObsContext): void {
  const { status } = told.report();
  const answer = {
    status: status === 'ok' ? 'healthy' : 'degraded',
    version: VERSION,
    uptime: `${(now() - startMs) / 1000}s`,
  };
  sendJson(response, status === 'failing' ? 503 : 200, JSON.stringify(answer));
}
