import { Counter, type Registry } from 'prom-client';
import type { QueryGate } from '../http/queryGate.js';
import type { SharedQueryMemory } from '../http/queryMemory.js';
import type { RangeCache } from '../query/rangeCache.js';
import { registerCounters, registerGauges } from './readings.js';

/** Metrics of what runs, waits and is kept, read at each collection. */
export function registerQueryMetrics(
  registry: Registry,
  {
    gate,
    memory,
    cache,
  }: {
    readonly gate: QueryGate;
    readonly memory: SharedQueryMemory;
    readonly cache: RangeCache | undefined;
  },
): void {
  registerGauges(registry, [
    ['tinyobs_queries_running', 'Queries and other reads that run now.', () => gate.running],
    ['tinyobs_queries_waiting', 'Queries and other reads that wait for their turn.', () => gate.waiting],
    [
      'tinyobs_query_memory_bytes',
      'Memory that running queries and their answers hold.',
      () => memory.heldBytes,
    ],
  ]);
  if (cache) registerCacheMetrics(registry, cache);
}

function registerCacheMetrics(registry: Registry, cache: RangeCache): void {
  registerGauges(registry, [
    ['tinyobs_query_cache_bytes', 'Memory of kept results of range queries.', () => cache.sizeBytes],
    ['tinyobs_query_cache_results', 'Kept results of range queries.', () => cache.count],
  ]);
  registerCounters(registry, [
    [
      'tinyobs_query_cache_evictions_total',
      'Kept results that had to make room for others.',
      () => cache.evictions,
    ],
  ]);
  new Counter({
    name: 'tinyobs_query_cache_requests_total',
    help: 'Range queries by what was kept of their results: all (hit), part of it, nothing (miss), or not looked for.',
    labelNames: ['outcome'] as const,
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(cache.outcomes)) this.inc({ outcome }, count);
    },
  });
}
