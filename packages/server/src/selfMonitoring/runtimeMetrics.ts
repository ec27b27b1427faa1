import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

const NANOSECONDS_PER_SECOND = 1e9;
/** The monitor's own timer, whose time is no delay. */
const RESOLUTION_MS = 10;

/**
 * Metrics of the Node process under the names prom-client gives them. The returned function stops the
 * event-loop monitor, so that nothing is left running.
 */
export function registerRuntimeMetrics(registry: Registry): () => void {
  const registers = [registry];
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the process, user and system, in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  gauge(registers, 'process_start_time_seconds', 'Start of the process, Unix seconds.', () =>
    Math.round(Date.now() / 1000 - process.uptime()),
  );
  gauge(registers, 'process_resident_memory_bytes', 'Resident memory of the process.', () =>
    process.memoryUsage.rss(),
  );
  gauge(registers, 'nodejs_heap_size_used_bytes', 'Heap in use.', () => process.memoryUsage().heapUsed);
  gauge(registers, 'nodejs_heap_size_total_bytes', 'Heap reserved.', () => process.memoryUsage().heapTotal);
  gauge(
    registers,
    'nodejs_external_memory_bytes',
    'Memory of buffers outside the heap.',
    () => process.memoryUsage().external,
  );
  registerDelay(registers, delay);
  return () => delay.disable();
}

/** Delay of the event loop since the last collection. */
function registerDelay(registers: Registry[], delay: IntervalHistogram): void {
  const p99 = new Gauge({
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: 'Delay of the event loop since the last collection, 99th percentile.',
    registers,
  });
  gauge(
    registers,
    'nodejs_eventloop_lag_max_seconds',
    'Delay of the event loop since the last collection, most.',
    () => {
      const maxSeconds = lagSeconds(delay.max);
      p99.set(lagSeconds(delay.percentile(99)));
      delay.reset();
      return maxSeconds;
    },
  );
}

function gauge(registers: Registry[], name: string, help: string, read: () => number): void {
  new Gauge({
    name,
    help,
    registers,
    collect() {
      this.set(read());
    },
  });
}

function lagSeconds(delayNanoseconds: number): number {
  return Math.max(0, delayNanoseconds / NANOSECONDS_PER_SECOND - RESOLUTION_MS / 1000);
}
