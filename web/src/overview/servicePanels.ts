import { type PanelSpec, quote } from './panelSpec.js';

/** The metric whose `job` values are the services of the overview. */
export const SERVICE_METRIC = 'http_requests_total';

const QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

/** The charts of one service, from what the SDK's middleware and runtime metrics record. */
export function servicePanels(job: string): readonly PanelSpec[] {
  const self = `job=${quote(job)}`;
  const slug = (name: string) => `${slugOf(job)}-${name}`;
  return [
    {
      slug: slug('requests'),
      title: 'Requests by route',
      unit: 'perSecond',
      queries: [
        {
          text: (w) => `sum by (route) (rate(${SERVICE_METRIC}{${self}}[${w}]))`,
          name: ({ route = '(no route)' }) => route,
        },
      ],
      headline: 'sum',
      headlineLabel: 'total',
      kind: 'wide',
    },
    {
      slug: slug('latency'),
      title: 'Latency',
      unit: 'seconds',
      queries: QUANTILES.map(([name, quantile]) => ({
        text: (w) =>
          `histogram_quantile(${quantile}, sum by (le) (rate(http_request_duration_seconds_bucket{${self}}[${w}])))`,
        name: () => name,
      })),
      headline: 'max',
      headlineLabel: 'p99',
      kind: 'wide',
    },
    {
      slug: slug('errors'),
      title: 'Error ratio (5xx)',
      unit: 'ratio',
      queries: [
        {
          // Without a single error the left side is empty, and an empty ratio would read as "no data".
          text: (w) =>
            `(sum(rate(${SERVICE_METRIC}{${self}, status=~"5.."}[${w}])) or vector(0)) / sum(rate(${SERVICE_METRIC}{${self}}[${w}]))`,
          name: () => '5xx',
        },
      ],
      headline: 'first',
      headlineLabel: '',
      kind: 'chart',
    },
    perInstance(slug('cpu'), 'CPU', 'ratio', (w) => `rate(process_cpu_seconds_total{${self}}[${w}])`),
    perInstance(slug('memory'), 'Memory', 'bytes', () => `process_resident_memory_bytes{${self}}`),
    perInstance(
      slug('event-loop'),
      'Event-loop lag p99',
      'seconds',
      () => `nodejs_eventloop_lag_p99_seconds{${self}}`,
    ),
  ];
}

/** The instances heard of lately, one series each. */
export function instancesQuery(job: string): string {
  return `count by (instance) (${SERVICE_METRIC}{job=${quote(job)}})`;
}

function perInstance(
  slug: string,
  title: string,
  unit: PanelSpec['unit'],
  expression: (window: string) => string,
): PanelSpec {
  return {
    slug,
    title,
    unit,
    queries: [{ text: expression, name: ({ instance = '(no instance)' }) => instance }],
    headline: 'max',
    headlineLabel: 'max',
    kind: 'chart',
  };
}

function slugOf(job: string): string {
  const slug = job
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return slug === '' ? 'service' : slug;
}
