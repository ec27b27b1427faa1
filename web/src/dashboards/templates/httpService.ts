import { buildDashboard, labelVariable } from './build.js';

const OF = 'job=~"$job", route=~"$route"';
const RATE = '[$__rate_interval]';
const quantile = (share: string, by = '') =>
  `histogram_quantile(${share}, sum by (le${by}) (rate(http_request_duration_seconds_bucket{${OF}}${RATE})))`;
/** None where nothing has failed, as long as there are requests. */
const FAILED = `(sum(rate(http_requests_total{${OF}, status=~"5.."}${RATE})) or vector(0))`;

/** Requests that a service answers, as the SDK and clients of Prometheus count them. */
export const HTTP_SERVICE = buildDashboard(
  {
    title: 'HTTP service',
    description: 'Traffic, errors and durations of what a service answers, by route and status.',
    tags: ['http'],
  },
  [labelVariable('job', 'http_requests_total'), labelVariable('route', 'http_requests_total{job=~"$job"}')],
  [
    ['Requests', [[`sum(rate(http_requests_total{${OF}}${RATE}))`, '']], { kind: 'stat', unit: 'perSecond' }],
    [
      'Errors',
      [[`${FAILED} / sum(rate(http_requests_total{${OF}}${RATE}))`, '']],
      {
        ...{ kind: 'stat', unit: 'ratio' },
        description: 'Share of the requests that ended with a status from 500 on.',
        thresholds: [
          { from: 0, role: 'good' },
          { from: 0.01, role: 'warn' },
          { from: 0.05, role: 'bad' },
        ],
      },
    ],
    ['Duration, p95', [[quantile('0.95'), '']], { kind: 'stat', unit: 'seconds' }],
    ['In flight', [['sum(http_requests_in_flight{job=~"$job"})', '']], { kind: 'stat' }],
    [
      'Requests by route',
      [[`sum by (route) (rate(http_requests_total{${OF}}${RATE}))`, '{{route}}']],
      { unit: 'perSecond', look: 'stacked' },
    ],
    [
      'Requests by status',
      [[`sum by (status) (rate(http_requests_total{${OF}}${RATE}))`, '{{status}}']],
      { unit: 'perSecond', look: 'stacked' },
    ],
    [
      'Durations',
      [
        [quantile('0.5'), 'p50'],
        [quantile('0.95'), 'p95'],
        [quantile('0.99'), 'p99'],
      ],
      { unit: 'seconds' },
    ],
    [
      'How long requests take',
      [[`sum by (le) (rate(http_request_duration_seconds_bucket{${OF}}${RATE}))`, '{{le}}']],
      { kind: 'heatmap', unit: 'seconds' },
    ],
    [
      'Duration by route, p95',
      [[quantile('0.95', ', route'), '{{route}}']],
      { kind: 'bars', unit: 'seconds' },
    ],
    [
      'Bodies of answers',
      [[`sum by (route) (rate(http_response_size_bytes_sum{${OF}}${RATE}))`, '{{route}}']],
      { unit: 'bytesPerSecond' },
    ],
    [
      'Errors by route',
      [
        [
          `sum by (route, status) (rate(http_requests_total{${OF}, status=~"5.."}${RATE}))`,
          '{{route}} {{status}}',
        ],
      ],
      { unit: 'perSecond' },
    ],
    [
      'Requests to others, p95',
      [
        [
          `histogram_quantile(0.95, sum by (le, host) (rate(http_client_request_duration_seconds_bucket{job=~"$job"}${RATE})))`,
          '{{host}}',
        ],
      ],
      { unit: 'seconds' },
    ],
  ],
);
