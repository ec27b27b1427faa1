import type { Store } from '@tinyobs/storage';
import { Gauge, type Registry } from 'prom-client';
import type { LiveConfig } from '../config/liveConfig.js';
import type { MemoryBudget } from '../config/memoryBudget.js';
import type { BodyBudget } from '../http/body.js';
import type { QueryGate } from '../http/queryGate.js';
import type { SharedQueryMemory } from '../http/queryMemory.js';
import type { ListenerFigures } from '../listener/listenerFigures.js';
import { type LiveStreams, STREAMS_MAX } from '../live/liveStreams.js';
import type { RangeCache } from '../query/rangeCache.js';

export interface LimitContext {
  readonly live: LiveConfig;
  readonly budget: MemoryBudget;
  readonly store: Store;
  readonly bodies: BodyBudget;
  readonly gate: QueryGate;
  readonly memory: SharedQueryMemory;
  readonly cache: RangeCache | undefined;
  readonly streams: LiveStreams;
  /** Of the listener before the engine, where it is ours. */
  readonly figures: ListenerFigures | undefined;
}

/** Something that is bounded: how much of it there may be, undefined for any, and how much there is. */
export interface Limit {
  /** The configuration key, or `memory.` and what has a share of `memory.max`. */
  readonly name: string;
  readonly value: number | undefined;
  readonly used: number;
}

/** For each bound that can be reached slowly, what it is and how much of it is in use: an alert for all of them. */
export function registerLimitMetrics(registry: Registry, context: LimitContext): void {
  const register = (name: string, help: string, read: (limit: Limit) => number): void => {
    new Gauge({
      name,
      help,
      labelNames: ['limit'] as const,
      registers: [registry],
      collect() {
        this.reset();
        for (const limit of limitsOf(context)) {
          if (limit.value !== undefined) this.set({ limit: limit.name }, read(limit));
        }
      },
    });
  };
  register(
    'tinyobs_limit_value',
    'Most that may be, by configuration key or share of memory.max, in series, samples, exemplars, bytes, queries, streams or connections; a limit that is off is not there.',
    ({ value = Number.POSITIVE_INFINITY }) => value,
  );
  register('tinyobs_limit_used', 'How much of it there is.', ({ used }) => used);
}

/** Each bound that can be reached slowly. */
export function limitsOf({
  live,
  budget,
  store,
  bodies,
  gate,
  memory,
  cache,
  streams,
  figures,
}: LimitContext): Limit[] {
  const config = live.current;
  const stats = store.stats();
  return [
    {
      name: 'server.connections',
      value: figures && config.server.connections,
      used: figures?.get('openConnections') ?? 0,
    },
    { name: 'limits.series', value: config.limits.series, used: stats.activeSeries },
    { name: 'limits.indexedSeries', value: config.limits.indexedSeries, used: stats.series },
    // Of both heads: a flush begins when one of them is full.
    { name: 'storage.headSamples', value: stats.headSamplesMax, used: stats.headSamples },
    { name: 'storage.retention.size', value: config.storage.retention.size, used: stats.blockBytes },
    { name: 'storage.exemplars', value: config.storage.exemplars, used: stats.exemplars },
    { name: 'query.concurrency', value: config.query.concurrency, used: gate.running },
    { name: 'query.queue', value: config.query.queue, used: gate.waiting },
    { name: 'live.streams', value: STREAMS_MAX, used: streams.open },
    { name: 'query.cache.size', value: cache?.sizeBytesMax, used: cache?.sizeBytes ?? 0 },
    { name: 'memory.bodies', value: bodies.bytesMax, used: bodies.bytesUsed },
    { name: 'memory.queries', value: memory.bytesMax, used: memory.heldBytes },
    { name: 'memory.readCache', value: budget.readCacheBytesMax, used: stats.readCacheBytes },
    { name: 'memory.exemplars', value: budget.exemplarBytesMax, used: stats.exemplarBytes },
  ];
}
