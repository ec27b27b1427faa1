import {
  constants,
  monitorEventLoopDelay,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks';
import { cpuUsage, memoryUsage, version, versions } from 'node:process';
import type { Client } from './client.js';
import { collectActiveResources, collectHeapSpaces, collectProcFiles } from './runtimeResources.js';

/** The timer by which the event loop's delay is measured; finer would cost more than it tells. */
const LOOP_RESOLUTION_MS = 10;

const GC_KINDS = new Map<number | undefined, string>([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);

/**
 * Adds CPU, memory, resources, event loop and garbage collection of this process to a client, under the names that
 * prom-client gave them where it has one, so that existing dashboards fit.
 * @returns a function that ends the measuring.
 */
export function collectRuntimeMetrics(client: Client): () => void {
  const endings = [
    client.onCollect(collectProcess(client)),
    client.onCollect(collectMemory(client)),
    client.onCollect(collectHeapSpaces(client)),
    client.onCollect(collectActiveResources(client)),
    client.onCollect(collectProcFiles(client)),
    collectEventLoop(client),
    collectGarbageCollection(client),
  ];
  return () => {
    for (const end of endings) end();
  };
}

function collectProcess(client: Client): () => void {
  const [major, minor, patch] = versions.node.split('.');
  client
    .gauge('process_start_time_seconds', {
      help: 'Start of the process, seconds since 1970',
      unit: 'seconds',
    })
    .set(performance.timeOrigin / 1_000);
  client
    .gauge('nodejs_version_info', {
      help: 'Version of Node',
      labelNames: ['version', 'major', 'minor', 'patch'],
    })
    .set({ version, major, minor, patch }, 1);
  const unit = 'seconds';
  const user = client.counter('process_cpu_user_seconds_total', { help: 'CPU time in user code', unit });
  const system = client.counter('process_cpu_system_seconds_total', { help: 'CPU time in the kernel', unit });
  const total = client.counter('process_cpu_seconds_total', { help: 'CPU time, user and system', unit });
  let previous = { user: 0, system: 0 };
  return () => {
    const now = cpuUsage();
    const userSeconds = (now.user - previous.user) / 1e6;
    const systemSeconds = (now.system - previous.system) / 1e6;
    previous = now;
    user.inc(userSeconds);
    system.inc(systemSeconds);
    total.inc(userSeconds + systemSeconds);
  };
}

function collectMemory(client: Client): () => void {
  const gauge = (name: string, help: string) => client.gauge(name, { help, unit: 'bytes' });
  const resident = gauge('process_resident_memory_bytes', 'Memory of the process held in RAM');
  const heapTotal = gauge('nodejs_heap_size_total_bytes', 'Memory the JavaScript heap has reserved');
  const heapUsed = gauge('nodejs_heap_size_used_bytes', 'Memory JavaScript objects use');
  const external = gauge(
    'nodejs_external_memory_bytes',
    'Memory outside the heap that JavaScript objects hold',
  );
  return () => {
    const usage = memoryUsage();
    resident.set(usage.rss);
    heapTotal.set(usage.heapTotal);
    heapUsed.set(usage.heapUsed);
    external.set(usage.external);
  };
}

/** Lag and utilisation are those of the time since the last flush. */
function collectEventLoop(client: Client): () => void {
  const lag = (part: string, help: string) =>
    client.gauge(`nodejs_eventloop_lag_${part}_seconds`, { help, unit: 'seconds' });
  const mean = lag('mean', 'How late timers were, mean');
  const p50 = lag('p50', 'How late timers were, median');
  const p90 = lag('p90', 'How late timers were, 90th percentile');
  const p99 = lag('p99', 'How late timers were, 99th percentile');
  const min = lag('min', 'How late timers were at least');
  const max = lag('max', 'How late timers were at most');
  const deviation = lag('stddev', 'How late timers were, standard deviation');
  const busy = client.gauge('nodejs_eventloop_utilization', {
    help: 'Part of the time that the event loop was busy, 0 to 1',
  });
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  let previous = performance.eventLoopUtilization();
  const end = client.onCollect(() => {
    const now = performance.eventLoopUtilization();
    busy.set(performance.eventLoopUtilization(now, previous).utilization);
    previous = now;
    // Nothing was measured when the loop was never free, or in the first milliseconds.
    if (delay.count === 0) return;
    mean.set(lagSeconds(delay.mean));
    p50.set(lagSeconds(delay.percentile(50)));
    p90.set(lagSeconds(delay.percentile(90)));
    p99.set(lagSeconds(delay.percentile(99)));
    min.set(lagSeconds(delay.min));
    max.set(lagSeconds(delay.max));
    deviation.set(delay.stddev / 1e9);
    delay.reset();
  });
  return () => {
    end();
    delay.disable();
  };
}

/** The histogram holds the time between two firings of its timer, of which the resolution is no delay. */
function lagSeconds(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - LOOP_RESOLUTION_MS / 1_000);
}

function collectGarbageCollection(client: Client): () => void {
  const durations = client.histogram('nodejs_gc_duration_seconds', {
    help: 'Time spent collecting garbage, by kind',
    unit: 'seconds',
    labelNames: ['kind'],
    buckets: [0.001, 0.01, 0.1, 1, 2, 5],
  });
  return observeGarbageCollection((kind, seconds) => durations.observe({ kind }, seconds));
}

/** Tells of each collection. @returns a function that ends it. */
export function observeGarbageCollection(onCollected: (kind: string, seconds: number) => void): () => void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as PerformanceEntry & { detail?: NodeGCPerformanceDetail };
      onCollected(GC_KINDS.get(detail?.kind) ?? 'other', entry.duration / 1_000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}
