import { quote } from '../api/promqlText.js';
import type { HttpNames } from './httpMetrics.js';
import type { PanelSpec } from './panelSpec.js';

/** What a service has, which decides what is drawn of it. */
export interface ServiceFacts {
  readonly job: string;
  readonly metrics: readonly string[];
  /** Where it counts requests, under which names. */
  readonly http: HttpNames | undefined;
  /** Names of the labels of its requests. */
  readonly labels: readonly string[];
}

const QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

/** The charts of one service. */
export function servicePanels(facts: ServiceFacts): readonly PanelSpec[] {
  return [...(facts.http === undefined ? [] : httpPanels(facts, facts.http)), ...runtimePanels(facts)];
}

function httpPanels({ job, labels }: ServiceFacts, http: HttpNames): PanelSpec[] {
  const self = `job=${quote(job)}`;
  const slug = slugOf(job);
  const route = http.routeLabels.find((label) => labels.includes(label));
  const status = http.statusLabels.find((label) => labels.includes(label));
  const panels: PanelSpec[] = [
    {
      slug: `${slug}-requests`,
      title: route === undefined ? 'Requests' : 'Requests by route',
      unit: 'perSecond',
      queries: [
        {
          text: (w) =>
            `sum${route === undefined ? '' : ` by (${route})`} (rate(${http.requests}{${self}}[${w}]))`,
          name: (of) => (route === undefined ? 'all' : (of[route] ?? '(no route)')),
        },
      ],
      headline: 'sum',
      headlineLabel: 'total',
      kind: 'wide',
    },
    {
      slug: `${slug}-latency`,
      title: 'Duration',
      unit: 'seconds',
      queries: QUANTILES.map(([name, quantile]) => ({
        text: (w) =>
          `histogram_quantile(${quantile}, sum by (le) (rate(${http.durations}_bucket{${self}}[${w}])))`,
        name: () => name,
      })),
      headline: 'max',
      headlineLabel: 'p99',
      kind: 'wide',
    },
  ];
  if (status === undefined) return panels;
  return [
    ...panels,
    {
      slug: `${slug}-errors`,
      title: 'Errors (5xx)',
      unit: 'ratio',
      queries: [
        {
          // Without a single error the left side is empty, and an empty ratio would read as "no data".
          text: (w) =>
            `(sum(rate(${http.requests}{${self}, ${status}=~"5.."}[${w}])) or vector(0)) / sum(rate(${http.requests}{${self}}[${w}]))`,
          name: () => '5xx',
        },
      ],
      headline: 'first',
      headlineLabel: '',
      kind: 'chart',
    },
  ];
}

function runtimePanels({ job, metrics }: ServiceFacts): PanelSpec[] {
  const self = `job=${quote(job)}`;
  const slug = slugOf(job);
  const all: readonly (readonly [metric: string, panel: PanelSpec])[] = [
    [
      'process_cpu_seconds_total',
      perInstance(`${slug}-cpu`, 'CPU', 'ratio', (w) => `rate(process_cpu_seconds_total{${self}}[${w}])`),
    ],
    [
      'process_resident_memory_bytes',
      perInstance(`${slug}-memory`, 'Memory', 'bytes', () => `process_resident_memory_bytes{${self}}`),
    ],
    [
      'nodejs_eventloop_lag_p99_seconds',
      perInstance(
        `${slug}-event-loop`,
        'Event-loop lag',
        'seconds',
        () => `nodejs_eventloop_lag_p99_seconds{${self}}`,
      ),
    ],
  ];
  return all.filter(([metric]) => metrics.includes(metric)).map(([, panel]) => panel);
}

/** One line for each instance, and the highest of them in the head. */
export function perInstance(
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
    headlineLabel: 'most',
    kind: 'chart',
  };
}

function slugOf(job: string): string {
  const slug = job
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return slug === '' ? 'service' : slug.slice(0, 60);
}
