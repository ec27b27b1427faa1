import { DAY_MS } from './dataset.js';

/** One request to a query endpoint; times in ms. */
export interface Question {
  readonly query: string;
  /** Absent for an instant query at the end of the data. */
  readonly range?: { readonly spanMs: number; readonly stepMs: number };
}

/** What one row of the report measures: its questions, asked by several connections at once. */
export interface PanelRow {
  /** Names the row on the command line. */
  readonly id: string;
  readonly what: string;
  readonly questions: readonly Question[];
  readonly connections: number;
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/**
 * A day whose first window has samples all over: releases of Prometheus differ in how far a counter is continued
 * to before its first sample.
 */
const WHOLE_WINDOWS_MS = DAY_MS - 10 * MINUTE_MS;

/** As many connections as a browser opens to one host. */
const BROWSER_CONNECTIONS = 6;

const SERIES = 'shop_requests_total{instance="10.0.0.3:9100",route="/api/v1/items/5",status="200"}';
const REQUESTS = 'shop_requests_total{instance="10.0.0.3:9100"}';

/** What a page about one machine shows. */
const DASHBOARD: readonly string[] = [
  `sum by (status) (rate(shop_requests_total{instance="10.0.0.3:9100",route="/api/v1/items/5"}[5m]))`,
  `sum(rate(shop_requests_total{instance="10.0.0.3:9100",status=~"5.."}[5m])) / sum(rate(${REQUESTS}[5m]))`,
  'histogram_quantile(0.95, sum by (le) (rate(shop_request_seconds_bucket{instance="10.0.0.3:9100"}[5m])))',
  'sum by (mode) (rate(shop_cpu_seconds_total{instance="10.0.0.3:9100"}[5m]))',
  'shop_memory_bytes',
  'max_over_time(shop_queue_length[5m])',
  'avg(shop_queue_length)',
  `topk(3, sum by (route) (rate(${REQUESTS}[5m])))`,
];

/** The queries in the order they are asked. */
export const PANEL: readonly PanelRow[] = [
  one('instant', 'instant of one series', { query: SERIES }),
  one('raw', 'raw 24 h of one series', { query: `${SERIES}[24h]` }),
  dashboard('dashboard-1h', 'dashboard of 8 panels, 1 h at 15 s', { spanMs: HOUR_MS, stepMs: 15_000 }),
  dashboard('dashboard-24h', 'dashboard of 8 panels, 24 h at 2 min', {
    spanMs: WHOLE_WINDOWS_MS,
    stepMs: 2 * MINUTE_MS,
  }),
  one('histogram', 'histogram_quantile over 88 buckets, 24 h at 60 s', {
    query: 'histogram_quantile(0.95, sum by (le) (rate(shop_request_seconds_bucket[5m])))',
    range: { spanMs: WHOLE_WINDOWS_MS, stepMs: MINUTE_MS },
  }),
  one('rates', '770 counters rated and summed by 10, 24 h at 60 s', {
    query: 'sum by (instance) (rate(shop_requests_total[5m]))',
    range: { spanMs: WHOLE_WINDOWS_MS, stepMs: MINUTE_MS },
  }),
  one('count', 'count of 100k series', { query: 'count(fleet_events_total)' }),
  one('sum-by', 'sum by (kind) of 100k series', { query: 'sum by (kind) (fleet_events_total)' }),
  one('fleet', 'sum(rate()) over 32k series, 1 h at 60 s', {
    query: 'sum(rate(fleet_events_total{tier="long"}[5m]))',
    range: { spanMs: HOUR_MS, stepMs: MINUTE_MS },
  }),
];

function one(id: string, what: string, question: Question): PanelRow {
  return { id, what, questions: [question], connections: 1 };
}

function dashboard(id: string, what: string, range: NonNullable<Question['range']>): PanelRow {
  const questions = DASHBOARD.map((query) => ({ query, range }));
  return { id, what, questions, connections: BROWSER_CONNECTIONS };
}
