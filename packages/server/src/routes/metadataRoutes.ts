import { TinyObsError } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { unescapeLabelName } from '../http/labelNames.js';
import { sendJson, streamJson } from '../http/respond.js';
import { labelsJson } from '../http/resultJson.js';
import { VERSION } from '../version.js';
import type { Route } from './route.js';

/** The Prometheus API level that is answered to clients which choose their calls by version, as Grafana does. */
const PROMETHEUS_API_VERSION = '3.14.0';

const TRUNCATED = 'results truncated due to limit';

export interface MetadataContext {
  readonly store: Store;
  readonly bodies: BodyLimits;
}

/**
 * What there is to query: series, labels, metadata, build.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#querying-metadata
 */
export function metadataRoutes(context: MetadataContext): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/v1/series',
      errors: 'prometheus',
      handle: (request, response) => series(request, response, context),
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/v1/labels',
      errors: 'prometheus',
      handle: (request, response) => labelNames(request, response, context),
    },
    {
      methods: ['GET'],
      path: '/api/v1/label/:name/values',
      errors: 'prometheus',
      handle: (request, response, { name }) => labelValues(request, response, name, context),
    },
    {
      methods: ['GET'],
      path: '/api/v1/metadata',
      errors: 'prometheus',
      handle: (request, response) => metadata(request, response, context),
    },
    {
      methods: ['GET'],
      path: '/api/v1/status/buildinfo',
      errors: 'prometheus',
      handle: (_request, response) => sendData(response, buildInfo()),
    },
  ];
}

async function series(
  request: Request,
  response: Response,
  { store, bodies }: MetadataContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const matcherSets = parameters.matcherSets();
  if (matcherSets.length === 0) {
    throw new TinyObsError('invalid_parameter', 'no match[] parameter provided; name at least one selector', {
      details: { parameter: 'match[]' },
    });
  }
  const limit = parameters.limit();
  const ids = await store.series(matcherSets, parameters.timeRange(), oneMore(limit), clientGone(response));
  const kept = truncate(ids, limit);
  const labels = kept.map((id) => store.labels(id)).sort((a, b) => a.compare(b));
  await streamJson(response, seriesJson(labels.map(labelsJson), kept.length < ids.length));
}

function* seriesJson(objects: readonly string[], truncated: boolean): Generator<string> {
  yield '{"status":"success","data":[';
  for (let i = 0; i < objects.length; i += 1000) {
    yield `${i === 0 ? '' : ','}${objects.slice(i, i + 1000).join(',')}`;
  }
  yield truncated ? `],"warnings":["${TRUNCATED}"]}` : ']}';
}

async function labelNames(
  request: Request,
  response: Response,
  { store, bodies }: MetadataContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const limit = parameters.limit();
  const names = await store.labelNames(
    parameters.matcherSets(),
    parameters.timeRange(),
    oneMore(limit),
    clientGone(response),
  );
  sendLimited(response, names, limit);
}

async function labelValues(
  request: Request,
  response: Response,
  escapedName: string,
  { store, bodies }: MetadataContext,
): Promise<void> {
  const name = unescapeLabelName(escapedName);
  const parameters = await readParameters(request, bodies);
  const limit = parameters.limit();
  const matcherSets = parameters.matcherSets();
  const range = parameters.timeRange();
  const values = await store.labelValues(name, matcherSets, range, oneMore(limit), clientGone(response));
  sendLimited(response, values, limit);
}

async function metadata(
  request: Request,
  response: Response,
  { store, bodies }: MetadataContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const found = await store.metadata(parameters.text('metric'), parameters.limit());
  const byMetric = new Map<string, { type: string; help: string; unit: string }[]>();
  for (const { metric, type, help, unit } of found) byMetric.set(metric, [{ type, help, unit }]);
  sendData(response, Object.fromEntries(byMetric));
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

/** One more than is wanted is asked for, which tells whether there are more. */
function oneMore(limit: number): number {
  return limit === 0 ? 0 : limit + 1;
}

function truncate<T>(items: readonly T[], limit: number): readonly T[] {
  return limit > 0 && items.length > limit ? items.slice(0, limit) : items;
}

function sendLimited(response: Response, items: readonly string[], limit: number): void {
  const kept = truncate(items, limit);
  sendData(response, kept, kept.length < items.length ? [TRUNCATED] : []);
}

function sendData(response: Response, data: unknown, warnings: readonly string[] = []): void {
  const more = warnings.length > 0 ? { warnings } : {};
  sendJson(response, 200, JSON.stringify({ status: 'success', data, ...more }));
}
