import type { Engine, ParsedQuery, QueryMemory, QueryProgress, QueryResult } from '@tinyobs/promql';
import type { Store } from '@tinyobs/storage';
import { checkAnswerSize } from '../http/answerSize.js';
import type { BodyLimits } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { naming, type Parameters } from '../http/parameters.js';
import type { Turn } from '../http/queryGate.js';
import type { SharedQueryMemory } from '../http/queryMemory.js';
import type { ReadLimits } from '../http/readWork.js';
import { streamJson } from '../http/respond.js';
import { resultJson } from '../http/resultJson.js';
import type { RangeCache } from '../query/rangeCache.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import { inQuerySpan, noteRange, noteResult } from '../tracing/querySpan.js';
import type { Route } from './route.js';

export interface QueryContext {
  readonly engine: Engine;
  readonly store: Store;
  /** Absent where nothing is kept. */
  readonly cache: RangeCache | undefined;
  readonly metrics: Metrics;
  readonly bodies: BodyLimits;
  readonly limits: ReadLimits;
  readonly memory: SharedQueryMemory;
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
  const options = { ...queryOptions(parameters, context), rollups: parameters.rollups(0) };
  const timeMs = parameters.timeMs('time', now());
  await answer('query', { parameters, response, context }, async (turn, shared) => {
    const query = await parsed(parameters, engine, turn);
    const how = { ...options, ...shared, signal: turn.signal, timeoutMs: turn.leftMs };
    return engine.instant(store, query, timeMs, how);
  });
}

async function rangeQuery(request: Request, response: Response, context: QueryContext): Promise<void> {
  const { engine, store } = context;
  const parameters = await readParameters(request, context.bodies);
  const { minMs: startMs, maxMs: endMs } = parameters.requiredTimeRange();
  const range = { startMs, endMs, stepMs: parameters.requiredStepMs('step') };
  const options = { ...queryOptions(parameters, context), rollups: parameters.rollups(range.stepMs) };
  engine.checkRange(range);
  // VictoriaMetrics has the parameter, too.
  const cache = parameters.flag('nocache') ? undefined : context.cache;
  await answer('query_range', { parameters, response, context }, async (turn, shared) => {
    noteRange(range);
    const query = await parsed(parameters, engine, turn);
    const how = { ...options, ...shared, signal: turn.signal, timeoutMs: turn.leftMs };
    return cache ? cache.range(query, range, how) : engine.range(store, query, range, how);
  });
}

function parsed(parameters: Parameters, engine: Engine, turn: Turn): Promise<ParsedQuery> {
  const options = { signal: turn.signal, timeoutMs: turn.leftMs };
  return naming('query', () => engine.parse(parameters.text('query'), options));
}

/**
 * A lookback that is not above 0 means that of the configuration; it is always said, since that may change while
 * results are kept that were made with it.
 */
function queryOptions(parameters: Parameters, { limits }: QueryContext) {
  const lookbackMs = parameters.durationMs('lookback_delta') ?? 0;
  return {
    lookbackMs: lookbackMs > 0 ? lookbackMs : limits.lookbackMs,
    limit: parameters.limit(),
    stats: parameters.text('stats') !== '',
  };
}

/** What a query takes from others, and what others see of it. */
interface Shared {
  readonly memory: QueryMemory;
  readonly progress: QueryProgress;
}

async function answer(
  endpoint: string,
  { parameters, response, context }: { parameters: Parameters; response: Response; context: QueryContext },
  evaluate: Evaluate,
): Promise<void> {
  const longestMs = context.limits.timeoutMs;
  const timeoutMs = Math.min(parameters.durationMs('timeout') ?? longestMs, longestMs);
  const asked = { endpoint, response, text: parameters.text('query'), timeoutMs };
  await evaluated(asked, context, evaluate, async (result, waitedMs) => {
    const { stats: query } = result;
    const stats = query && { query, waitedMs, isWhole: parameters.text('stats') === 'all' };
    await streamJson(response, resultJson(result, stats));
  });
}

type Evaluate = (turn: Turn, shared: Shared) => Promise<QueryResult>;

interface Asked {
  /** As metrics and spans name it. */
  readonly endpoint: string;
  readonly response: Response;
  readonly text: string;
  readonly timeoutMs: number;
}

/** Evaluates a query in its turn and within the limits, and gives the result to `send`, which holds it until it is done. */
export async function evaluated(
  asked: Asked,
  { metrics, limits, memory: all }: QueryContext,
  evaluate: Evaluate,
  send: (result: QueryResult, waitedMs: number) => Promise<void>,
): Promise<void> {
  await all.lend(async (memory) => {
    const run = () =>
      limits.reads.run(asked, async (turn, progress) => {
        metrics.queryWaitSeconds.observe(turn.waitedMs / 1000);
        const startedMs = performance.now();
        try {
          const found = await evaluate(turn, { memory, progress });
          metrics.querySamples.inc(found.samples);
          noteResult(found, turn.waitedMs);
          await checkAnswerSize(found, limits.responseBytesMax);
          return { result: found, waitedMs: turn.waitedMs };
        } finally {
          metrics.querySeconds.observeLatency(
            { endpoint: asked.endpoint },
            (performance.now() - startedMs) / 1000,
          );
        }
      });
    const { result, waitedMs } = await inQuerySpan(asked.endpoint, asked.text, run);
    await send(result, waitedMs);
  });
}
