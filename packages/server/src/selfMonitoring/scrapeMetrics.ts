import type { ScrapedTarget, TargetHealth } from '@tinyobs/scrape';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const SCRAPE_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LATENESS_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

const HEALTHS: readonly TargetHealth[] = ['up', 'down', 'unknown'];

export type ScrapeMetrics = ReturnType<typeof registerScrapeMetrics>;

/** What there is to be seen of scraping. */
export interface ScrapeState {
  targets(): readonly Pick<ScrapedTarget, 'status'>[];
  dropped(): readonly { readonly count: number }[];
}

export function registerScrapeMetrics(registry: Registry, state: ScrapeState) {
  const registers = [registry];
  new Gauge({
    name: 'tinyobs_scrape_targets',
    help: 'Targets that are scraped, by what the last scrape of each said of its health.',
    labelNames: ['health'] as const,
    registers,
    collect() {
      const targets = state.targets();
      for (const health of HEALTHS) {
        this.set({ health }, targets.filter(({ status }) => status.health === health).length);
      }
    },
  });
  new Gauge({
    name: 'tinyobs_scrape_dropped_targets',
    help: 'Targets that were discovered and that relabelling drops.',
    registers,
    collect() {
      this.set(state.dropped().reduce((sum, { count }) => sum + count, 0));
    },
  });
  return {
    seconds: new Histogram({
      name: 'tinyobs_scrape_duration_seconds',
      help: 'Time to ask a target and have its whole answer.',
      buckets: SCRAPE_BUCKETS_SECONDS,
      registers,
    }),
    lateness: new Histogram({
      name: 'tinyobs_scrape_lateness_seconds',
      help: 'How much later than planned scrapes begin.',
      buckets: LATENESS_BUCKETS_SECONDS,
      registers,
    }),
    failures: new Counter({
      name: 'tinyobs_scrape_failures_total',
      help: 'Scrapes that failed or could not be stored, by error code.',
      labelNames: ['code'] as const,
      registers,
    }),
    skipped: new Counter({
      name: 'tinyobs_scrape_skipped_total',
      help: 'Scrapes left out because the one before took longer than the interval.',
      registers,
    }),
    discoveryFailures: new Counter({
      name: 'tinyobs_scrape_discovery_failures_total',
      help: 'Times that targets could not be discovered, by kind of discovery.',
      labelNames: ['kind'] as const,
      registers,
    }),
  };
}
