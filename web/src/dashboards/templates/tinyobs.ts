import { buildDashboard, labelVariable } from './build.js';

const OF = 'instance=~"$instance"';
const RATE = '[$__rate_interval]';
const quantile = (metric: string, by = '') =>
  `histogram_quantile(0.99, sum by (le${by}) (rate(${metric}_bucket{${OF}}${RATE})))`;

/** The server's own metrics, which it writes into its store. */
export const TINYOBS = buildDashboard(
  {
    title: 'TinyObs',
    description: 'What comes in, what is asked, what is stored, and whether it is well.',
    tags: ['tinyobs'],
  },
  [labelVariable('instance', 'tinyobs_build_info')],
  [
    [
      'Samples in',
      [[`sum(rate(tinyobs_ingest_samples_total{${OF}}${RATE}))`, '']],
      { kind: 'stat', unit: 'perSecond' },
    ],
    ['Active series', [[`sum(tinyobs_storage_series{${OF}})`, '']], { kind: 'stat' }],
    ['On the disk', [[`sum(tinyobs_storage_disk_bytes{${OF}})`, '']], { kind: 'stat', unit: 'bytes' }],
    [
      'Health',
      [[`max(tinyobs_health_status{${OF}})`, '']],
      {
        kind: 'stat',
        description: '0 is well, 1 degraded, 2 failing.',
        thresholds: [
          { from: 0, role: 'good' },
          { from: 1, role: 'warn' },
          { from: 2, role: 'bad' },
        ],
      },
    ],
    ['Coming in', [], { kind: 'row' }],
    [
      'Samples by protocol',
      [[`sum by (protocol) (rate(tinyobs_ingest_samples_total{${OF}}${RATE}))`, '{{protocol}}']],
      { unit: 'perSecond', look: 'stacked' },
    ],
    [
      'Refused samples',
      [[`sum by (code) (rate(tinyobs_ingest_refused_samples_total{${OF}}${RATE}))`, '{{code}}']],
      { unit: 'perSecond', look: 'stacked' },
    ],
    [
      'Time to store, p99',
      [
        [quantile('tinyobs_ingest_append_duration_seconds'), 'a batch'],
        [quantile('tinyobs_storage_wal_sync_duration_seconds'), 'a record of the log'],
      ],
      { unit: 'seconds' },
    ],
    [
      'Scrapes that failed',
      [[`sum by (code) (rate(tinyobs_scrape_failures_total{${OF}}${RATE}))`, '{{code}}']],
      { unit: 'perSecond' },
    ],
    ['Asked', [], { kind: 'row' }],
    [
      'Requests by route',
      [[`sum by (route) (rate(tinyobs_http_requests_total{${OF}}${RATE}))`, '{{route}}']],
      { unit: 'perSecond', look: 'stacked' },
    ],
    [
      'Queries, p99',
      [
        [quantile('tinyobs_query_duration_seconds', ', endpoint'), '{{endpoint}}'],
        [quantile('tinyobs_query_wait_duration_seconds'), 'waiting'],
      ],
      { unit: 'seconds' },
    ],
    [
      'Errors',
      [[`sum by (code) (rate(tinyobs_http_errors_total{${OF}}${RATE}))`, '{{code}}']],
      { unit: 'perSecond' },
    ],
    [
      'Queries at a time',
      [
        [`sum(tinyobs_queries_running{${OF}})`, 'running'],
        [`sum(tinyobs_queries_waiting{${OF}})`, 'waiting'],
      ],
    ],
    ['Stored', [], { kind: 'row' }],
    [
      'Series',
      [
        [`sum(tinyobs_storage_series{${OF}})`, 'active'],
        [`sum(tinyobs_storage_indexed_series{${OF}})`, 'indexed'],
      ],
    ],
    [
      'Disk',
      [
        [`sum(tinyobs_storage_disk_bytes{${OF}})`, 'data folder'],
        [`sum(tinyobs_storage_block_bytes{${OF}})`, 'blocks'],
      ],
      { unit: 'bytes' },
    ],
    [
      'Limits in use',
      [[`max by (limit) (tinyobs_limit_used{${OF}} / tinyobs_limit_value{${OF}})`, '{{limit}}']],
      {
        ...{ kind: 'bars', unit: 'ratio' },
        thresholds: [
          { from: 0.8, role: 'warn' },
          { from: 0.95, role: 'bad' },
        ],
      },
    ],
    [
      'Written to the disk',
      [
        [`sum(rate(tinyobs_storage_wal_written_bytes_total{${OF}}${RATE}))`, 'log'],
        [`sum(rate(tinyobs_storage_flush_written_bytes_total{${OF}}${RATE}))`, 'flushes'],
        [`sum(rate(tinyobs_storage_compaction_written_bytes_total{${OF}}${RATE}))`, 'compaction'],
      ],
      { unit: 'bytesPerSecond', look: 'stacked' },
    ],
  ],
);
