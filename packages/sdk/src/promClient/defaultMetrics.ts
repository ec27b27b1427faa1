import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { getHeapSpaceStatistics } from 'node:v8';
import { observeGarbageCollection } from '../runtimeMetrics.js';
import { openFilesMax, statusBytes } from '../runtimeResources.js';
import { Counter } from './counter.js';
import { Gauge } from './gauge.js';
import { Histogram } from './histogram.js';
import type { Registry } from './registry.js';
import type { Aggregator, RegistryContentType } from './types.js';

export interface DefaultMetricsCollectorConfiguration<T extends RegistryContentType> {
  /** Where they are registered; by default in `register`. */
  register?: Registry<T>;
  /** What their names begin with. */
  prefix?: string;
  /** Seconds. */
  gcDurationBuckets?: number[];
  /** Milliseconds between two samples of the event loop's delay; default 10. */
  eventLoopMonitoringPrecision?: number;
  /** Labels of all of them. */
  labels?: object;
}

interface Definition {
  readonly name: string;
  readonly help: string;
  readonly labelNames?: readonly string[];
  readonly aggregator?: Aggregator;
  /** Sets the metric, and those of its group that come after it. */
  readonly collect?: () => void;
}

/** Makes metrics as an app has configured them. */
class DefaultMetrics {
  readonly labels: Readonly<Record<string, string>>;
  readonly gcDurationBuckets: number[];
  readonly eventLoopMonitoringPrecision: number;
  readonly #register: Registry | undefined;
  readonly #prefix: string;

  constructor(config: DefaultMetricsCollectorConfiguration<RegistryContentType>) {
    this.labels = { ...config.labels };
    this.gcDurationBuckets = config.gcDurationBuckets ?? [0.001, 0.01, 0.1, 1, 2, 5];
    this.eventLoopMonitoringPrecision = config.eventLoopMonitoringPrecision ?? 10;
    this.#register = config.register as Registry | undefined;
    this.#prefix = config.prefix ?? '';
  }

  counter(definition: Definition): Counter {
    return new Counter(this.#configure(definition));
  }

  gauge(definition: Definition): Gauge {
    return new Gauge(this.#configure(definition));
  }

  histogram(definition: Definition, buckets: number[]): Histogram {
    return new Histogram({ ...this.#configure(definition), buckets });
  }

  /** Counts by a label, of which what is gone ends. */
  countBy(gauge: Gauge, types: readonly string[]): void {
    const counts = new Map<string, number>();
    for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1);
    gauge.reset();
    for (const [type, count] of counts) gauge.set({ type, ...this.labels }, count);
  }

  #configure(definition: Definition) {
    return {
      ...definition,
      name: this.#prefix + definition.name,
      labelNames: [...(definition.labelNames ?? []), ...Object.keys(this.labels)],
      registers: this.#register && [this.#register],
    };
  }
}

/** By the names that prom-client's `metricsList` has. */
const GROUPS: Readonly<Record<string, (metrics: DefaultMetrics) => void>> = {
  processCpuTotal(metrics) {
    let previous = process.cpuUsage();
    const user = metrics.counter({
      name: 'process_cpu_user_seconds_total',
      help: 'CPU time in user code',
      collect() {
        const now = process.cpuUsage();
        const userSeconds = (now.user - previous.user) / 1e6;
        const systemSeconds = (now.system - previous.system) / 1e6;
        previous = now;
        user.inc(metrics.labels, userSeconds);
        system.inc(metrics.labels, systemSeconds);
        total.inc(metrics.labels, userSeconds + systemSeconds);
      },
    });
    const system = metrics.counter({
      name: 'process_cpu_system_seconds_total',
      help: 'CPU time in the kernel',
    });
    const total = metrics.counter({ name: 'process_cpu_seconds_total', help: 'CPU time, user and system' });
  },

  processStartTime(metrics) {
    const startSeconds = Math.round(Date.now() / 1_000 - process.uptime());
    const gauge = metrics.gauge({
      name: 'process_start_time_seconds',
      help: 'Start of the process, seconds since 1970',
      aggregator: 'omit',
      collect: () => gauge.set(metrics.labels, startSeconds),
    });
  },

  osMemoryHeap(metrics) {
    const isLinux = process.platform === 'linux';
    const resident = metrics.gauge({
      name: 'process_resident_memory_bytes',
      help: 'Memory of the process held in RAM',
      collect() {
        if (!isLinux) return resident.set(metrics.labels, process.memoryUsage.rss());
        const status = readFileSync('/proc/self/status', 'utf8');
        resident.set(metrics.labels, statusBytes(status, 'VmRSS'));
        virtual?.set(metrics.labels, statusBytes(status, 'VmSize'));
        heap?.set(metrics.labels, statusBytes(status, 'VmData'));
      },
    });
    const onLinux = (name: string, help: string) => (isLinux ? metrics.gauge({ name, help }) : undefined);
    const virtual = onLinux('process_virtual_memory_bytes', 'Addresses the process has reserved');
    const heap = onLinux('process_heap_bytes', 'Size of the data segment of the process');
  },

  processOpenFileDescriptors(metrics) {
    if (process.platform !== 'linux') return;
    const gauge = metrics.gauge({
      name: 'process_open_fds',
      help: 'Open file descriptors',
      // One of them is open to read the others.
      collect: () => gauge.set(metrics.labels, readdirSync('/proc/self/fd').length - 1),
    });
  },

  processMaxFileDescriptors(metrics) {
    if (process.platform !== 'linux') return;
    const max = openFilesMax(readFileSync('/proc/self/limits', 'utf8'));
    const gauge = metrics.gauge({
      name: 'process_max_fds',
      help: 'File descriptors the process may have open',
      collect: () => gauge.set(metrics.labels, max),
    });
  },

  eventLoopLag(metrics) {
    const delay = monitorEventLoopDelay({ resolution: metrics.eventLoopMonitoringPrecision });
    delay.enable();
    const lag = metrics.gauge({
      name: 'nodejs_eventloop_lag_seconds',
      help: 'How long what is due at once waits for its turn',
      aggregator: 'average',
      collect() {
        const stop = lag.startTimer(metrics.labels);
        setImmediate(stop);
        for (const [gauge, read] of spread) gauge.set(metrics.labels, read() / 1e9);
        delay.reset();
      },
    });
    const part = (name: string, aggregator: Aggregator, read: () => number) => {
      const help = `Time between two firings of a timer, ${name}`;
      return [
        metrics.gauge({ name: `nodejs_eventloop_lag_${name}_seconds`, help, aggregator }),
        read,
      ] as const;
    };
    const spread = [
      part('min', 'min', () => delay.min),
      part('max', 'max', () => delay.max),
      part('mean', 'average', () => delay.mean),
      part('stddev', 'average', () => delay.stddev),
      part('p50', 'average', () => delay.percentile(50)),
      part('p90', 'average', () => delay.percentile(90)),
      part('p99', 'average', () => delay.percentile(99)),
    ];
  },

  processResources: (metrics) => active(metrics, 'resources', () => process.getActiveResourcesInfo()),

  processHandles: (metrics) => active(metrics, 'handles', namesOf('_getActiveHandles')),

  processRequests: (metrics) => active(metrics, 'requests', namesOf('_getActiveRequests')),

  heapSizeAndUsed(metrics) {
    const total = metrics.gauge({
      name: 'nodejs_heap_size_total_bytes',
      help: 'Memory the JavaScript heap has reserved',
      collect() {
        const usage = process.memoryUsage();
        total.set(metrics.labels, usage.heapTotal);
        used.set(metrics.labels, usage.heapUsed);
        external.set(metrics.labels, usage.external);
      },
    });
    const used = metrics.gauge({
      name: 'nodejs_heap_size_used_bytes',
      help: 'Memory JavaScript objects use',
    });
    const external = metrics.gauge({
      name: 'nodejs_external_memory_bytes',
      help: 'Memory outside the heap that JavaScript objects hold',
    });
  },

  heapSpacesSizeAndUsed(metrics) {
    const gauge = (part: string, help: string, collect?: () => void) =>
      metrics.gauge({ name: `nodejs_heap_space_size_${part}_bytes`, help, labelNames: ['space'], collect });
    const total = gauge('total', 'Memory a space of the heap has reserved', () => {
      for (const space of getHeapSpaceStatistics()) {
        const labels = { space: space.space_name.replace(/_space$/, ''), ...metrics.labels };
        total.set(labels, space.space_size);
        used.set(labels, space.space_used_size);
        available.set(labels, space.space_available_size);
      }
    });
    const used = gauge('used', 'Memory that is used in a space of the heap');
    const available = gauge('available', 'Memory a space of the heap has left');
  },

  version(metrics) {
    const { version } = process;
    const [major, minor, patch] = version.slice(1).split('.').map(Number);
    const gauge = metrics.gauge({
      name: 'nodejs_version_info',
      help: 'Version of Node',
      labelNames: ['version', 'major', 'minor', 'patch'],
      aggregator: 'first',
      collect: () => gauge.set({ version, major, minor, patch, ...metrics.labels }, 1),
    });
  },

  gc(metrics) {
    const durations = metrics.histogram(
      {
        name: 'nodejs_gc_duration_seconds',
        help: 'Time spent collecting garbage, by kind',
        labelNames: ['kind'],
      },
      metrics.gcDurationBuckets,
    );
    observeGarbageCollection((kind, seconds) => durations.observe({ kind, ...metrics.labels }, seconds));
  },
};

/** What keeps the event loop alive, of one sort: how many of each type, and of all. */
function active(metrics: DefaultMetrics, what: string, types: () => readonly string[]): void {
  const byType = metrics.gauge({
    name: `nodejs_active_${what}`,
    help: `Active ${what}, by type`,
    labelNames: ['type'],
    collect: () => metrics.countBy(byType, types()),
  });
  const total = metrics.gauge({
    name: `nodejs_active_${what}_total`,
    help: `Active ${what}`,
    collect: () => total.set(metrics.labels, types().length),
  });
}

/** The classes of what a function of Node lists that is not documented, and may go: then there are none. */
function namesOf(list: '_getActiveHandles' | '_getActiveRequests'): () => string[] {
  const node = process as unknown as Partial<Record<typeof list, () => object[]>>;
  return () => (node[list]?.() ?? []).map((one) => one.constructor.name);
}

/**
 * Collects metrics of the process, under the names that prom-client has.
 * @throws TypeError for a configuration that is no object, Error where a name is taken
 */
export function collectDefaultMetrics<T extends RegistryContentType>(
  config?: DefaultMetricsCollectorConfiguration<T> | null,
): void {
  if (config !== undefined && config !== null && typeof config !== 'object') {
    throw new TypeError('collectDefaultMetrics takes an object');
  }
  const metrics = new DefaultMetrics(
    (config ?? {}) as DefaultMetricsCollectorConfiguration<RegistryContentType>,
  );
  for (const collect of Object.values(GROUPS)) collect(metrics);
}

collectDefaultMetrics.metricsList = Object.keys(GROUPS);
