import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { KnownSeries } from '@tinyobs/formats';
import { destinationNames } from '@tinyobs/forward';
import { BatchPool } from '@tinyobs/model';
import { Engine, type EngineOptions } from '@tinyobs/promql';
import { openStore, type StoreEvent, type StoreOptions } from '@tinyobs/storage';
import { AccessControl } from './access/accessControl.js';
import { AuditTrail } from './access/auditTrail.js';
import { type AddressOf, addressReader } from './access/clientAddress.js';
import { keylessGuard } from './access/foreignRequests.js';
import { KeyRing } from './access/keyRing.js';
import { LiveConfig } from './config/liveConfig.js';
import { divideMemory, type MemoryBudget } from './config/memoryBudget.js';
import { Reloader, type ReloadReport } from './config/reloader.js';
import type { Config } from './config/schema.js';
import { scrapeSettings } from './config/scrapeSchema.js';
import { Dashboards } from './dashboards/dashboards.js';
import { startForwarding } from './forward/forwarding.js';
import { createApp } from './http/app.js';
import { BodyBudget } from './http/body.js';
import { createHandler } from './http/handler.js';
import { ownPaths } from './http/ownPaths.js';
import { QueryGate, type QueryGateOptions } from './http/queryGate.js';
import { SharedQueryMemory } from './http/queryMemory.js';
import { createRateLimiter } from './http/rateLimit.js';
import type { ReadLimits } from './http/readWork.js';
import { uniqueId } from './http/requestId.js';
import { RunningReads } from './http/runningReads.js';
import { CounterStarts } from './ingest/counterStarts.js';
import { HostWrites } from './ingest/hostWrites.js';
import { LastHeard } from './ingest/lastHeard.js';
import { OverflowCounts } from './ingest/overflowCounts.js';
import { startWaysIn, type WaysInParts } from './ingest/waysIn.js';
import { writeBody } from './ingest/writeBody.js';
import type { ListenerFigures } from './listener/listenerFigures.js';
import type { ListenerLink } from './listener/listenerLink.js';
import { LiveStreams } from './live/liveStreams.js';
import { followedLog, type Log } from './log.js';
import { followedLines, type LogLines, type LogLinesOptions } from './logLines.js';
import { inputOf, type LocalTinyObs, type TinyObsOptions } from './options.js';
import { RangeCache, type RangeCacheOptions } from './query/rangeCache.js';
import { adminRoutes } from './routes/adminRoutes.js';
import { auditRoutes } from './routes/auditRoutes.js';
import { cardinalityRoute } from './routes/cardinalityRoute.js';
import { configRoute } from './routes/configRoute.js';
import { dashboardRoutes } from './routes/dashboardRoutes.js';
import { debugRoutes } from './routes/debugRoutes.js';
import { docsRoutes } from './routes/docsRoutes.js';
import { embedRoutes } from './routes/embedRoutes.js';
import { exemplarRoute } from './routes/exemplarRoute.js';
import { federateRoutes } from './routes/federateRoutes.js';
import { forwardRoutes } from './routes/forwardRoutes.js';
import { goTinyObsRoutes } from './routes/goTinyObsRoutes.js';
import { grantRoutes } from './routes/grantRoutes.js';
import { healthRoutes } from './routes/healthRoutes.js';
import type { IngestContext } from './routes/ingestReport.js';
import { ingestRoutes } from './routes/ingestRoutes.js';
import { keyRoutes } from './routes/keyRoutes.js';
import { languageRoutes } from './routes/languageRoutes.js';
import { liveRoute } from './routes/liveRoute.js';
import { metadataRoutes } from './routes/metadataRoutes.js';
import { monitoringRoutes } from './routes/monitoringRoutes.js';
import type { OtlpContext } from './routes/otlpRoutes.js';
import { ownStatusRoute } from './routes/ownStatusRoute.js';
import { queryRoutes } from './routes/queryRoutes.js';
import { reloadRoutes } from './routes/reloadRoutes.js';
import { remoteReadRoute } from './routes/remoteReadRoute.js';
import type { Route } from './routes/route.js';
import { runningReadRoutes } from './routes/runningReadRoutes.js';
import { statusRoutes } from './routes/statusRoutes.js';
import type { Health } from './selfMonitoring/health.js';
import { LastWork } from './selfMonitoring/lastWork.js';
import { registerLimitMetrics } from './selfMonitoring/limitMetrics.js';
import { registerListenerMetrics } from './selfMonitoring/listenerMetrics.js';
import { createMetrics, type Metrics } from './selfMonitoring/metrics.js';
import { observeStore } from './selfMonitoring/observeStore.js';
import { registerQueryMetrics } from './selfMonitoring/queryMetrics.js';
import { registerReloadMetrics } from './selfMonitoring/reloadMetrics.js';
import { SelfMonitoring } from './selfMonitoring/selfMonitoring.js';
import { Watch } from './selfMonitoring/watch.js';
import { inStoreSpan } from './tracing/storeSpans.js';

/** All of TinyObs in one thread. */
export interface RunningEngine extends LocalTinyObs {
  readonly metrics: Metrics;
}

/**
 * Starts store, query engine, HTTP API and dashboard in this thread.
 *
 * @param listener The listener before the engine, where it is ours.
 * @throws TinyObsError as `createTinyObs`
 */
export async function startEngine(options: TinyObsOptions, listener?: ListenerLink): Promise<RunningEngine> {
  const live = new LiveConfig(inputOf(options), options.origins);
  const config = live.current;
  const { basePath = '', instance = hostname(), logger, readConfig, now = Date.now } = options;
  const { refuseForeign = false } = options;
  const log = logger ?? followedLog(live);
  const metrics = createMetrics(now);
  const budget = divideMemory(config.memory.max);
  const onSuppressed: LogLinesOptions['onSuppressed'] = (level) => metrics.linesSuppressed.inc({ level });
  const lines = followedLines(live, { log, onSuppressed });
  const { store, lastWork } = await openObservedStore(live, budget, { metrics, lines, now });
  if (listener) linkListener(listener, live, metrics);
  const watch = new Watch(metrics.registry, store, live);
  const reloader = new Reloader({ live, readConfig, log, now });
  registerReloadMetrics(metrics.registry, reloader);
  const ingest = ingestContext(live, budget, { store, metrics, now });
  const exchange = await startExchange(live, ingest, { budget, log, lines });
  const who = await startAccess({ live, store, metrics, log, now, refuseForeign });
  const closing = new AbortController();
  const routes = [
    ...ingestRoutes(ingest),
    ...exchange.routes,
    ...apiRoutes({
      ...{ live, reloader, store, lastWork, metrics, now, budget, health: watch.health },
      ...{ bodies: ingest.bodies, lastHeard: ingest.lastHeard, figures: listener?.figures },
      ...who,
      closing: closing.signal,
    }),
  ];
  const corsOrigins = () => live.current.server.cors.origins;
  const embedOrigins = () => live.current.web.embedOrigins;
  const paths = ownPaths(routes);
  const app = createApp({ ...who, routes, corsOrigins, embedOrigins, metrics, log, lines });
  const entry = createHandler(app, { basePath, paths, lines });
  const writes = new HostWrites((body) => writeBody(body, ingest));
  const intervalMs = config.selfMonitoring.interval;
  const selfMonitoring = intervalMs && new SelfMonitoring({ intervalMs, instance, context: ingest, log });
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    closing.abort();
    await Promise.all([entry.drained(), writes.close()]);
    if (selfMonitoring) await selfMonitoring.close();
    await exchange.close();
    who.rateLimiter.close();
    await who.audit.close();
    watch.close();
    try {
      await store.close();
    } finally {
      lines.close();
    }
  };
  return {
    handler: entry.handler,
    write: (body) => writes.write(body),
    live,
    get config() {
      return live.current;
    },
    isKeyRequired: who.keys.isInUse,
    reload: (input) => who.audit.follow('reload', reloader.reload(input && inputOf(input)), changedKeys),
    paths,
    metrics,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** The store, which follows the configuration, and whose events are counted, logged, traced and remembered. */
async function openObservedStore(
  live: LiveConfig,
  budget: MemoryBudget,
  {
    metrics,
    lines,
    now,
  }: { readonly metrics: Metrics; readonly lines: LogLines; readonly now: () => number },
) {
  const lastWork = new LastWork(now);
  const onEvent = (event: StoreEvent) => {
    lastWork.note(event);
    inStoreSpan(event, () => observeStore(event, metrics, lines));
  };
  const store = await openStore({ ...storeOptionsOf(live.current, budget), now, onEvent });
  live.onChange((next) => store.reconfigure(storeRulesOf(next)));
  return { store, lastWork };
}

/** What takes samples in, and sends them on, by itself. */
async function startExchange(live: LiveConfig, ingest: OtlpContext, parts: WaysInParts) {
  const waysIn = await startWaysIn(live, ingest, parts);
  const forwarder = startForwarding(live, ingest, parts.lines);
  const { tails } = ingest.store;
  return {
    routes: [...waysIn.routes, ...forwardRoutes({ forwarder, tails })],
    // Ways in first: what they still bring is sent on, too.
    close: async (): Promise<void> => {
      await waysIn.close();
      await forwarder.close();
    },
  };
}

/** What the listener before the engine counts becomes metrics, and it is told what is in force. */
function linkListener({ figures, follow }: ListenerLink, live: LiveConfig, { registry }: Metrics): void {
  registerListenerMetrics(registry, figures, { isTls: live.current.server.tls.cert !== undefined });
  if (follow) live.onChange(follow);
}

interface AccessParts extends Pick<IngestContext, 'store' | 'metrics' | 'now'> {
  readonly live: LiveConfig;
  readonly log: Log;
  /** See `TinyObsOptions`. */
  readonly refuseForeign: boolean;
}

/** Who asks, what they may do, and how often. */
async function startAccess({ live, store, metrics, log, now, refuseForeign }: AccessParts) {
  const addressOf = addressReader(() => live.current.server.trustedProxies);
  const rateLimiter = createRateLimiter(() => live.current.limits.requestsPerMinute, addressOf);
  const adminKey = () => live.current.auth.adminKey;
  const keys = await KeyRing.load({ documents: store.documents, now, adminKey });
  const audit = new AuditTrail({ audit: store.audit, log, metrics, now });
  const guard = () => (refuseForeign ? keylessGuard(live.current) : undefined);
  const access = new AccessControl({ keys, audit, metrics, now, addressOf, keylessGuard: guard });
  return { addressOf, rateLimiter, keys, audit, access };
}

/** What the audit log says of a reload; nothing of one that changed nothing. */
function changedKeys({ changes }: ReloadReport): string | undefined {
  return changes.length === 0 ? undefined : changes.map(({ key }) => key).join(', ');
}

function storeOptionsOf(config: Config, budget: MemoryBudget): StoreOptions {
  const { dataDir, storage } = config;
  return {
    dataDir,
    durability: storage.durability,
    headSamplesMax: Math.min(storage.headSamples ?? budget.headSamplesMax, budget.headSamplesMax),
    readCacheBytesMax: budget.readCacheBytesMax,
    exemplarBytesMax: budget.exemplarBytesMax,
    ...storeRulesOf(config),
  };
}

/** What of the store can be changed while it is open. */
function storeRulesOf({ storage, limits, scrape, forward }: Config) {
  const { raw, rollup5m, rollup1h, matchers, size } = storage.retention;
  return {
    minFreeBytes: storage.minFreeBytes,
    exemplarsMax: storage.exemplars ?? 0,
    tails: { names: destinationNames(scrapeSettings(scrape)), sizeBytesMax: forward.keptBytes },
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

/** Getters, where the configuration may change: what is read is what is in force. */
function ingestContext(
  live: LiveConfig,
  budget: MemoryBudget,
  parts: Pick<IngestContext, 'store' | 'metrics' | 'now'>,
): OtlpContext {
  const known = new KnownSeries({
    sizeBytesMax: budget.knownSeriesBytesMax,
    seed: randomBytes(8).readBigUInt64LE(),
  });
  // Limits of labels that are lower now hold for series that were let in before, too: they are looked at again.
  live.onChange(() => known.forget());
  return {
    ...parts,
    overflow: new OverflowCounts(),
    starts: new CounterStarts({ sizeBytesMax: budget.counterStartsBytesMax }),
    lastHeard: new LastHeard(parts.now),
    known,
    deltaSumsBytesMax: budget.deltaSumsBytesMax,
    instanceId: uniqueId(),
    batches: new BatchPool(),
    bodies: {
      budget: new BodyBudget(budget.bodiesBytesMax),
      get sizeBytesMax() {
        return Math.min(live.current.limits.requestBytes, budget.bodyBytesMax);
      },
    },
    get limits() {
      return live.current.limits;
    },
    get otlp() {
      return live.current.otlp;
    },
  };
}

interface ApiParts extends Pick<IngestContext, 'store' | 'metrics' | 'now' | 'bodies' | 'lastHeard'> {
  readonly keys: KeyRing;
  readonly audit: AuditTrail;
  readonly addressOf: AddressOf;
  readonly live: LiveConfig;
  readonly reloader: Reloader;
  readonly budget: MemoryBudget;
  readonly health: Health;
  readonly lastWork: LastWork;
  /** Of the listener before the engine, where it is ours. */
  readonly figures: ListenerFigures | undefined;
  /** Aborts when closing begins. */
  readonly closing: AbortSignal;
}

/** Everything but what takes samples in; all that reads series shares the places of one gate. */
function apiRoutes(parts: ApiParts): Route[] {
  const { live, reloader, metrics, store, budget, bodies } = parts;
  const engine = new Engine(engineOptionsOf(live.current));
  const gate = new QueryGate(gateOptionsOf(live.current));
  const reads = new RunningReads(gate, parts);
  const memory = new SharedQueryMemory(budget.queriesBytesMax);
  const cache = createCache(live.current, budget.queryCacheBytesMax, { engine, source: store });
  live.onChange((next) => {
    engine.reconfigure(engineOptionsOf(next));
    gate.reconfigure(gateOptionsOf(next));
    cache?.reconfigure({ ttlMs: next.query.cache.ttl });
  });
  const streams = new LiveStreams(parts);
  registerQueryMetrics(metrics.registry, { gate, memory, cache });
  const bounded = { ...parts, bodies: bodies.budget, gate, memory, cache, streams };
  registerLimitMetrics(metrics.registry, bounded);
  const limits = readLimits(live, reads);
  const dashboards = new Dashboards({ documents: store.documents, now: parts.now });
  const embedOrigins = () => live.current.web.embedOrigins;
  return [
    ...queryRoutes({ ...parts, limits, engine, cache, memory }),
    ...goTinyObsRoutes({ ...parts, limits, engine, cache, memory }),
    ...languageRoutes({ ...parts, engine }),
    ...metadataRoutes({ ...parts, limits }),
    exemplarRoute({ ...parts, limits, engine }),
    remoteReadRoute({ ...parts, limits, memory }),
    ...monitoringRoutes(parts),
    ...statusRoutes({ ...parts, limits }),
    cardinalityRoute({ ...parts, limits, live }),
    ownStatusRoute({ ...bounded, parameterLimits: bodies, limits }),
    configRoute(parts),
    ...reloadRoutes(reloader),
    ...federateRoutes({ ...parts, limits }),
    ...adminRoutes(parts),
    ...keyRoutes(parts),
    ...auditRoutes(parts),
    ...dashboardRoutes({ ...parts, dashboards }),
    ...grantRoutes({ ...parts, dashboards, embedOrigins }),
    ...embedRoutes({ ...parts, limits, engine, cache, memory, dashboards }),
    ...runningReadRoutes({ ...parts, reads }),
    liveRoute({ bodies, streams }),
    ...(live.current.debug.enabled ? debugRoutes(parts) : []),
    ...healthRoutes(parts),
    ...docsRoutes(),
  ];
}

/** Getters, as in `ingestContext`. */
function readLimits(live: LiveConfig, reads: RunningReads): ReadLimits {
  return {
    reads,
    get timeoutMs() {
      return live.current.query.timeout;
    },
    get seriesMax() {
      return live.current.query.series;
    },
    get responseBytesMax() {
      return live.current.query.responseBytes;
    },
    get lookbackMs() {
      return live.current.query.lookback;
    },
  };
}

function gateOptionsOf({ query }: Config): QueryGateOptions {
  return { concurrency: query.concurrency, queueMax: query.queue };
}

function engineOptionsOf({ query, promql }: Config): EngineOptions {
  return {
    lookbackMs: query.lookback,
    timeoutMs: query.timeout,
    samplesMax: query.samples,
    seriesMax: query.series,
    pointsMax: query.points,
    lengthMax: query.length,
    depthMax: query.depth,
    experimental: promql.experimental,
  };
}

function createCache(
  { query }: Config,
  bytesMax: number,
  parts: Pick<RangeCacheOptions, 'engine' | 'source'>,
): RangeCache | undefined {
  const sizeBytesMax = Math.min(query.cache.size ?? bytesMax, bytesMax);
  return sizeBytesMax > 0 ? new RangeCache({ ...parts, sizeBytesMax, ttlMs: query.cache.ttl }) : undefined;
}
