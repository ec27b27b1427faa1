import { buildDashboard, labelVariable } from './build.js';

const OF = 'job=~"$job", db_system_name=~"$database"';
const RATE = '[$__rate_interval]';
const DURATION = 'db_client_operation_duration_seconds';
const quantile = (share: string, by = '') =>
  `histogram_quantile(${share}, sum by (le${by}) (rate(${DURATION}_bucket{${OF}}${RATE})))`;

/** The names are those of OpenTelemetry's conventions, as they are after OTLP. */
export const DATABASE_CLIENT = buildDashboard(
  {
    title: 'Database client',
    description:
      'What a service asks of its databases, and how its connections do, by OpenTelemetry’s names.',
    tags: ['database'],
  },
  [
    labelVariable('job', `${DURATION}_count`),
    labelVariable('database', `${DURATION}_count{job=~"$job"}`, { labelName: 'db_system_name' }),
  ],
  [
    ['Operations', [[`sum(rate(${DURATION}_count{${OF}}${RATE}))`, '']], { kind: 'stat', unit: 'perSecond' }],
    [
      'Failed',
      [
        [
          `(sum(rate(${DURATION}_count{${OF}, error_type!=""}${RATE})) or vector(0)) / sum(rate(${DURATION}_count{${OF}}${RATE}))`,
          '',
        ],
      ],
      {
        ...{ kind: 'stat', unit: 'ratio' },
        thresholds: [
          { from: 0, role: 'good' },
          { from: 0.001, role: 'warn' },
          { from: 0.01, role: 'bad' },
        ],
      },
    ],
    ['Duration, p95', [[quantile('0.95'), '']], { kind: 'stat', unit: 'seconds' }],
    [
      'Waiting for a connection',
      [['sum(db_client_connection_pending_requests{job=~"$job"})', '']],
      { kind: 'stat' },
    ],
    [
      'Operations by kind',
      [[`sum by (db_operation_name) (rate(${DURATION}_count{${OF}}${RATE}))`, '{{db_operation_name}}']],
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
      'Slowest operations, p95',
      [
        [
          quantile('0.95', ', db_operation_name, db_collection_name'),
          '{{db_operation_name}} {{db_collection_name}}',
        ],
      ],
      { kind: 'bars', unit: 'seconds' },
    ],
    [
      'Errors',
      [[`sum by (error_type) (rate(${DURATION}_count{${OF}, error_type!=""}${RATE}))`, '{{error_type}}']],
      { unit: 'perSecond' },
    ],
    [
      'Connections',
      [
        [
          'sum by (db_client_connection_pool_name, db_client_connection_state) (db_client_connection_count{job=~"$job"})',
          '{{db_client_connection_pool_name}} {{db_client_connection_state}}',
        ],
      ],
      { look: 'stacked' },
    ],
    [
      'Wait for a connection, p95',
      [
        [
          `histogram_quantile(0.95, sum by (le, db_client_connection_pool_name) (rate(db_client_connection_wait_time_seconds_bucket{job=~"$job"}${RATE})))`,
          '{{db_client_connection_pool_name}}',
        ],
      ],
      { unit: 'seconds' },
    ],
  ],
);
