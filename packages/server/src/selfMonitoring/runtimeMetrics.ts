import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { Gauge, Histogram, type Registry } from 'prom-client';
import { VERSION } from '../version.js';
import type { EventLoop } from './eventLoop.js';
import { registerCounters, registerGauges } from './readings.js';

const GC_BUCKETS_SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1];

const GC_KINDS: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

/**
 * Metrics of the Node process under the names prom-client gives them; of heap, event loop and collector those of this
 * thread. What is returned ends the watching, so that nothing is left running.
 */
export function registerRuntimeMetrics(registry: Registry, eventLoop: EventLoop): () => void {
  registerBuildInfo(registry);
  registerCounters(registry, [
    ['process_cpu_seconds_total', 'CPU time of the process, user and system, in seconds.', cpuSeconds],
    [
      'nodejs_eventloop_active_seconds_total',
      'Time that the event loop was busy; its rate is the utilization, from 0 to 1.',
      () => eventLoop.activeSeconds,
    ],
  ]);
  registerGauges(registry, [
    [
      'process_start_time_seconds',
      'Start of the process, Unix seconds.',
      () => Math.round(Date.now() / 1000 - process.uptime()),
    ],
    ['process_resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss()],
    ['nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed],
    ['nodejs_heap_size_total_bytes', 'Heap reserved.', () => process.memoryUsage().heapTotal],
    [
      'nodejs_heap_size_limit_bytes',
      'Most that the heap may take before the process ends.',
      () => getHeapStatistics().heap_size_limit,
    ],
    [
      'nodejs_external_memory_bytes',
      'Memory of buffers outside the heap.',
      () => process.memoryUsage().external,
    ],
    [
      'nodejs_eventloop_lag_p50_seconds',
      'Delay of the event loop in the last 15 seconds, half of the time.',
      () => eventLoop.delay.p50,
    ],
    [
      'nodejs_eventloop_lag_p99_seconds',
      'Delay of the event loop in the last 15 seconds, 99th percentile.',
      () => eventLoop.delay.p99,
    ],
    [
      'nodejs_eventloop_lag_max_seconds',
      'Delay of the event loop in the last 15 to 30 seconds, most.',
      () => eventLoop.delay.max,
    ],
  ]);
  return observeCollector(registry);
}

function registerBuildInfo(registry: Registry): void {
  const info = new Gauge({
    name: 'tinyobs_build_info',
    help: 'Always 1, with the versions of TinyObs and Node.',
    labelNames: ['version', 'node'] as const,
    registers: [registry],
  });
  info.set({ version: VERSION, node: process.version }, 1);
}

function observeCollector(registry: Registry): () => void {
  const seconds = new Histogram({
    name: 'nodejs_gc_duration_seconds',
    help: 'Time of garbage collections, by kind.',
    labelNames: ['kind'] as const,
    buckets: GC_BUCKETS_SECONDS,
    registers: [registry],
  });
  const observer = new PerformanceObserver((list) => {
    for (const { detail, duration } of list.getEntries() as GcEntry[]) {
      seconds.observe({ kind: GC_KINDS[detail.kind] ?? 'other' }, duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
