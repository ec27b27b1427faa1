import type { StatsdAggregator } from '@tinyobs/formats';
import { Counter, Gauge, type Registry } from 'prom-client';

export type StatsdMetrics = ReturnType<typeof registerStatsdMetrics>;

/** There only where StatsD is taken. */
export function registerStatsdMetrics(
  registry: Registry,
  aggregator: Pick<StatsdAggregator, 'seriesCount' | 'sizeBytes'>,
) {
  const registers = [registry];
  new Gauge({
    name: 'tinyobs_statsd_series',
    help: 'Counters, gauges, histograms and sets that StatsD keeps.',
    registers,
    collect() {
      this.set(aggregator.seriesCount);
    },
  });
  new Gauge({
    name: 'tinyobs_statsd_memory_bytes',
    help: 'Memory that they take, about.',
    registers,
    collect() {
      this.set(aggregator.sizeBytes);
    },
  });
  return {
    lines: new Counter({
      name: 'tinyobs_statsd_lines_total',
      help: 'Lines of StatsD that came, refused and skipped ones included, as of the last interval.',
      registers,
    }),
    skipped: new Counter({
      name: 'tinyobs_statsd_skipped_lines_total',
      help: 'Lines that are no metrics, by kind: events and service checks of DogStatsD.',
      labelNames: ['kind'] as const,
      registers,
    }),
  };
}
