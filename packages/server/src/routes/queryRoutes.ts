import type { Engine, ParsedQuery, QueryMemory, QueryResult } from '@tinyobs/promql';
import type { Store } from '@tinyobs/storage';
import { checkAnswerSize } from '../http/answerSize.js';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { naming, type Parameters } from '../http/parameters.js';
import type { QueryGate, Turn } from '../http/queryGate.js';
import type { SharedQueryMemory } from '../http/queryMemory.js';
import { streamJson } from '../http/respond.js';
import { resultJson } from '../http/resultJson.js';
import type { RangeCache } from '../query/rangeCache.js';
import type { Metrics } from '../selfMonitoring/metrics.js';
import type { Route } from './route.js';

export interface QueryContext {
  readonly engine: Engine;
  readonly store: Store;
  /** Absent where nothing is kept. */
  readonly cache: RangeCache | undefined;
  readonly metrics: Metrics;
  readonly bodies: BodyLimits;
  readonly gate: QueryGate;
  readonly memory: SharedQueryMemory;
  /** Longest a query may take, waiting included. */
  readonly timeoutMs: number;
  readonly responseBytesMax: number;
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
  const options = { ...queryOptions(parameters), rollups: parameters.rollups(0) };
  const timeMs = parameters.timeMs('time', now());
  await answer('query', { parameters, response, context }, async (turn, memory) => {
    const query = await parsed(parameters, engine, turn);
    const how = { ...options, memory, signal: turn.signal, timeoutMs: turn.leftMs };
    return engine.instant(store, query, timeMs, how);
  });
}

async function rangeQuery(request: Request, response: Response, context: QueryContext): Promise<void> {
  const { engine, store } = context;
  const parameters = await readParameters(request, context.bodies);
  const { minMs: startMs, maxMs: endMs } = parameters.requiredTimeRange();
  const range = { startMs, endMs, stepMs: parameters.requiredStepMs('step') };
  const options = { ...queryOptions(parameters), rollups: parameters.rollups(range.stepMs) };
  engine.checkRange(range);
  // VictoriaMetrics has the parameter, too.
  const cache = parameters.flag('nocache') ? undefined : context.cache;
  await answer('query_range', { parameters, response, context }, async (turn, memory) => {
    const query = await parsed(parameters, engine, turn);
    const how = { ...options, memory, signal: turn.signal, timeoutMs: turn.leftMs };
    return cache ? cache.range(query, range, how) : engine.range(store, query, range, how);
  });
}

function parsed(parameters: Parameters, engine: Engine, turn: Turn): Promise<ParsedQuery> {
  const options = { signal: turn.signal, timeoutMs: turn.leftMs };
  return naming('query', () => engine.parse(parameters.text('query'), options));
}

/** A lookback that is not above 0 means that of the engine. */
function queryOptions(parameters: Parameters) {
  const lookbackMs = parameters.durationMs('lookback_delta') ?? 0;
  return {
    lookbackMs: lookbackMs > 0 ? lookbackMs : undefined,
    limit: parameters.limit(),
    stats: parameters.text('stats') !== '',
  };
}

async function answer(
  endpoint: string,
  { parameters, response, context }: { parameters: Parameters; response: Response; context: QueryContext },
  evaluate: (turn: Turn, memory: QueryMemory) => Promise<QueryResult>,
): Promise<void> {
  const { gate, metrics, responseBytesMax } = context;
  const timeoutMs = Math.min(parameters.durationMs('timeout') ?? context.timeoutMs, context.timeoutMs);
  const signal = clientGone(response);
  // A result is held until the client has taken it.
  await context.memory.lend(async (memory) => {
    const { result, waitedMs } = await gate.run({ signal, timeoutMs }, async (turn) => {
      metrics.queryWaitSeconds.observe(turn.waitedMs / 1000);
      const stop = metrics.querySeconds.startTimer({ endpoint });
      try {
        const found = await evaluate(turn, memory);
        metrics.querySamples.inc(found.samples);
        await checkAnswerSize(found, responseBytesMax);
        return { result: found, waitedMs: turn.waitedMs };
      } finally {
        stop();
      }
    });
    const { stats: query } = result;
    const stats = query && { query, waitedMs, perStep: parameters.text('stats') === 'all' };
    await streamJson(response, resultJson(result, stats));
  });
}
