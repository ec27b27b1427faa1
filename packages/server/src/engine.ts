import { hostname } from 'node:os';
import { Engine } from '@tinyobs/promql';
import { openStore, type StoreEvent, type StoreOptions } from '@tinyobs/storage';
import { divideMemory, type MemoryBudget } from './config/memoryBudget.js';
import type { Config } from './config/schema.js';
import { writtenConfig } from './config/writtenConfig.js';
import { createApp } from './http/app.js';
import { BodyBudget } from './http/body.js';
import { createHandler } from './http/handler.js';
import { ownPaths } from './http/ownPaths.js';
import { QueryGate } from './http/queryGate.js';
import { SharedQueryMemory } from './http/queryMemory.js';
import { createRateLimiter } from './http/rateLimit.js';
import { RunningReads } from './http/runningReads.js';
import { createLog } from './log.js';
import { LogLines } from './logLines.js';
import { configOf, type TinyObs, type TinyObsOptions } from './options.js';
import { RangeCache, type RangeCacheOptions } from './query/rangeCache.js';
import { adminRoutes } from './routes/adminRoutes.js';
import { debugRoutes } from './routes/debugRoutes.js';
import { federateRoutes } from './routes/federateRoutes.js';
import { healthRoutes } from './routes/healthRoutes.js';
import type { IngestContext } from './routes/ingestReport.js';
import { ingestRoutes } from './routes/ingestRoutes.js';
import { languageRoutes } from './routes/languageRoutes.js';
import { metadataRoutes } from './routes/metadataRoutes.js';
import { monitoringRoutes } from './routes/monitoringRoutes.js';
import { queryRoutes } from './routes/queryRoutes.js';
import type { Route } from './routes/route.js';
import { runningReadRoutes } from './routes/runningReadRoutes.js';
import { statusRoutes } from './routes/statusRoutes.js';
import type { Health } from './selfMonitoring/health.js';
import { registerLimitMetrics } from './selfMonitoring/limitMetrics.js';
import { createMetrics, type Metrics } from './selfMonitoring/metrics.js';
import { observeStore } from './selfMonitoring/observeStore.js';
import { registerQueryMetrics } from './selfMonitoring/queryMetrics.js';
import { SelfMonitoring } from './selfMonitoring/selfMonitoring.js';
import { Watch } from './selfMonitoring/watch.js';

/** All of TinyObs in one thread. */
export interface RunningEngine extends TinyObs {
  /** Paths below the mount that are answered here, see `isOwnPath`. */
  readonly paths: readonly string[];
  readonly metrics: Metrics;
}

/**
 * Starts store, query engine, HTTP API and dashboard in this thread.
 *
 * @throws TinyObsError as `createTinyObs`
 */
export async function startEngine(options: TinyObsOptions): Promise<RunningEngine> {
  const config = configOf(options);
  const { basePath = '', instance = hostname(), logger, now = Date.now } = options;
  const log = logger ?? createLog(config.log.level);
  const metrics = createMetrics();
  const budget = divideMemory(config.memory.max);
  const lines = new LogLines({
    log,
    repeatsMax: config.log.repeats,
    onSuppressed: (level) => metrics.linesSuppressed.inc({ level }),
  });
  const onEvent = (event: StoreEvent) => observeStore(event, metrics, lines);
  const store = await openStore({ ...storeOptionsOf(config, budget), now, onEvent });
  const watch = new Watch(metrics.registry, store, config);
  const closing = new AbortController();
  const bodies = {
    sizeBytesMax: Math.min(config.limits.requestBytes, budget.bodyBytesMax),
    budget: new BodyBudget(budget.bodiesBytesMax),
  };
  const { knownSeriesBytesMax } = budget;
  const ingest: IngestContext = { store, metrics, now, bodies, knownSeriesBytesMax, limits: config.limits };
  const rateLimiter = config.limits.requestsPerMinute
    ? createRateLimiter(config.limits.requestsPerMinute)
    : undefined;
  const routes = {
    ingest: ingestRoutes(ingest),
    api: apiRoutes(config, {
      store,
      metrics,
      now,
      bodies,
      budget,
      health: watch.health,
      closing: closing.signal,
      written: writtenConfig(options),
    }),
  };
  const app = createApp({ ...routes, rateLimiter, metrics, log, lines });
  const entry = createHandler(app, { basePath, lines });
  const intervalMs = config.selfMonitoring.interval;
  const selfMonitoring = intervalMs && new SelfMonitoring({ intervalMs, instance, context: ingest, log });
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    await entry.drained();
    if (selfMonitoring) await selfMonitoring.close();
    rateLimiter?.close();
    watch.close();
    try {
      await store.close();
    } finally {
      lines.close();
    }
  };
  return {
    handler: entry.handler,
    config,
    paths: ownPaths([...routes.ingest, ...routes.api]),
    metrics,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

function storeOptionsOf({ dataDir, storage, limits }: Config, budget: MemoryBudget): StoreOptions {
  const { raw, rollup5m, rollup1h, matchers, size } = storage.retention;
  return {
    dataDir,
    durability: storage.durability,
    minFreeBytes: storage.minFreeBytes,
    headSamplesMax: Math.min(storage.headSamples ?? budget.headSamplesMax, budget.headSamplesMax),
    readCacheBytesMax: budget.readCacheBytesMax,
    retention: {
      rawMs: raw,
      rollup5mMs: rollup5m ?? Number.POSITIVE_INFINITY,
      rollup1hMs: rollup1h ?? Number.POSITIVE_INFINITY,
      byMatchers: matchers,
      sizeBytesMax: size,
    },
    limits: {
      series: limits.series,
      seriesPerMetric: limits.seriesPerMetric,
      indexedSeries: limits.indexedSeries,
    },
  };
}

interface ApiParts extends Pick<IngestContext, 'store' | 'metrics' | 'now' | 'bodies'> {
  readonly budget: MemoryBudget;
  readonly health: Health;
  /** Aborts when closing begins. */
  readonly closing: AbortSignal;
  /** The configuration as a file would have it. */
  readonly written: Readonly<Record<string, unknown>>;
}

/** Everything but what takes samples in; all that reads series shares the places of one gate. */
function apiRoutes(config: Config, { written, budget, ...parts }: ApiParts): Route[] {
  const { concurrency, queue, timeout, series, responseBytes, lookback } = config.query;
  const { registry } = parts.metrics;
  const engine = createEngine(config);
  const gate = new QueryGate({ concurrency, queueMax: queue });
  const reads = new RunningReads(gate, parts.now);
  const memory = new SharedQueryMemory(budget.queriesBytesMax);
  const cache = createCache(config, budget.queryCacheBytesMax, { engine, source: parts.store });
  registerQueryMetrics(registry, { gate, memory, cache });
  registerLimitMetrics(registry, {
    ...parts,
    config,
    budget,
    bodies: parts.bodies.budget,
    gate,
    memory,
    cache,
  });
  const limits = { reads, timeoutMs: timeout, seriesMax: series };
  return [
    ...queryRoutes({
      ...parts,
      engine,
      cache,
      reads,
      memory,
      timeoutMs: timeout,
      responseBytesMax: responseBytes,
    }),
    ...languageRoutes({ ...parts, engine }),
    ...metadataRoutes({ ...parts, limits }),
    ...monitoringRoutes({ ...parts, engine }),
    ...statusRoutes({ ...parts, config, written, limits }),
    ...federateRoutes({ ...parts, limits, lookbackMs: lookback }),
    ...adminRoutes(parts),
    ...runningReadRoutes({ ...parts, reads }),
    ...(config.debug.enabled ? debugRoutes(parts) : []),
    ...healthRoutes(parts),
  ];
}

function createEngine({ query, promql }: Config): Engine {
  return new Engine({
    lookbackMs: query.lookback,
    timeoutMs: query.timeout,
    samplesMax: query.samples,
    seriesMax: query.series,
    pointsMax: query.points,
    lengthMax: query.length,
    depthMax: query.depth,
    experimental: promql.experimental,
  });
}

function createCache(
  { query }: Config,
  bytesMax: number,
  parts: Pick<RangeCacheOptions, 'engine' | 'source'>,
): RangeCache | undefined {
  const sizeBytesMax = Math.min(query.cache.size ?? bytesMax, bytesMax);
  return sizeBytesMax > 0 ? new RangeCache({ ...parts, sizeBytesMax, ttlMs: query.cache.ttl }) : undefined;
}
