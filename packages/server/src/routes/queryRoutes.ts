import type { Engine, QueryResult } from '@tinyobs/promql';
import type { Store } from '@tinyobs/storage';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import type { Parameters } from '../http/parameters.js';
import { streamJson } from '../http/respond.js';
import { resultJson } from '../http/resultJson.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import type { Route } from './route.js';

export interface QueryContext {
  readonly engine: Engine;
  readonly store: Store;
  readonly metrics: Metrics;
  readonly bodies: BodyLimits;
  readonly now: () => number;
}

/**
 * Evaluation of PromQL.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#expression-queries
 */
export function queryRoutes(context: QueryContext): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/v1/query',
      errors: 'prometheus',
      handle: (request, response) => instantQuery(request, response, context),
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/v1/query_range',
      errors: 'prometheus',
      handle: (request, response) => rangeQuery(request, response, context),
    },
  ];
}

async function instantQuery(request: Request, response: Response, context: QueryContext): Promise<void> {
  const { engine, store, now } = context;
  const parameters = await readParameters(request, context.bodies);
  const query = parameters.required('query');
  const timeMs = parameters.timeMs('time', now());
  const options = queryOptions(parameters, response);
  const result = await timed('query', context, () => engine.instant(store, query, timeMs, options));
  await streamJson(response, resultJson(result));
}

async function rangeQuery(request: Request, response: Response, context: QueryContext): Promise<void> {
  const { engine, store } = context;
  const parameters = await readParameters(request, context.bodies);
  const query = parameters.required('query');
  const { minMs: startMs, maxMs: endMs } = parameters.requiredTimeRange();
  const range = { startMs, endMs, stepMs: parameters.requiredDurationMs('step') };
  const options = queryOptions(parameters, response);
  const result = await timed('query_range', context, () => engine.range(store, query, range, options));
  await streamJson(response, resultJson(result));
}

function queryOptions(parameters: Parameters, response: Response) {
  return {
    signal: clientGone(response),
    timeoutMs: parameters.durationMs('timeout'),
    lookbackMs: parameters.durationMs('lookback_delta'),
    limit: parameters.limit(),
  };
}

async function timed(
  endpoint: string,
  { metrics }: QueryContext,
  evaluate: () => Promise<QueryResult>,
): Promise<QueryResult> {
  const stop = metrics.querySeconds.startTimer({ endpoint });
  try {
    const result = await evaluate();
    metrics.querySamples.inc(result.samples);
    return result;
  } finally {
    stop();
  }
}
