import type { PanelSpec } from './panelSpec.js';

/** What TinyObs says of itself: series it writes into its own store under this job. */
export const SERVER_JOB = 'tinyobs';

const SELF = `job="${SERVER_JOB}"`;

export const SERVER_PANELS: readonly PanelSpec[] = [
  tile(
    'server-ingest',
    'Samples ingested',
    'perSecond',
    (w) => `sum(rate(tinyobs_ingest_samples_total{${SELF}}[${w}]))`,
  ),
  tile('server-series', 'Active series', 'none', () => `tinyobs_storage_series{${SELF}}`),
  tile(
    'server-queries',
    'Queries',
    'perSecond',
    (w) => `sum(rate(tinyobs_query_duration_seconds_count{${SELF}}[${w}]))`,
  ),
  tile(
    'server-query-p95',
    'Query latency p95',
    'seconds',
    (w) =>
      `histogram_quantile(0.95, sum by (le) (rate(tinyobs_query_duration_seconds_bucket{${SELF}}[${w}])))`,
  ),
  tile('server-cpu', 'CPU', 'ratio', (w) => `sum(rate(process_cpu_seconds_total{${SELF}}[${w}]))`),
  tile('server-memory', 'Memory', 'bytes', () => `process_resident_memory_bytes{${SELF}}`),
  tile(
    'server-event-loop',
    'Event-loop lag p99',
    'seconds',
    () => `nodejs_eventloop_lag_p99_seconds{${SELF}}`,
  ),
  tile('server-disk', 'On disk', 'bytes', () => `tinyobs_storage_disk_bytes{${SELF}}`),
];

/** Kept apart from the panels: it is a fact, not a curve. */
export const UPTIME_QUERY = `time() - process_start_time_seconds{${SELF}}`;

function tile(
  slug: string,
  title: string,
  unit: PanelSpec['unit'],
  text: (window: string) => string,
): PanelSpec {
  return {
    slug,
    title,
    unit,
    queries: [{ text, name: () => title }],
    headline: 'sum',
    headlineLabel: '',
    kind: 'tile',
  };
}
