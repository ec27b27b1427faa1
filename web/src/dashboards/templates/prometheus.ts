import { buildDashboard, labelVariable } from './build.js';

const OF = 'instance=~"$instance"';
const RATE = '[$__rate_interval]';
/** Of servers of Prometheus, where others have the same metrics. */
const ARE_SERVERS = `and on (instance) prometheus_build_info{${OF}}`;

/** A Prometheus server by its own metrics. */
export const PROMETHEUS = buildDashboard(
  {
    title: 'Prometheus',
    description: 'What a Prometheus server scrapes, stores and answers.',
    tags: ['prometheus'],
  },
  [labelVariable('instance', 'prometheus_build_info')],
  [
    ['Series in the head', [[`sum(prometheus_tsdb_head_series{${OF}})`, '']], { kind: 'stat' }],
    [
      'Samples in',
      [[`sum(rate(prometheus_tsdb_head_samples_appended_total{${OF}}${RATE}))`, '']],
      { kind: 'stat', unit: 'perSecond' },
    ],
    ['Blocks', [[`sum(prometheus_tsdb_storage_blocks_bytes{${OF}})`, '']], { kind: 'stat', unit: 'bytes' }],
    [
      'Memory',
      [[`sum(process_resident_memory_bytes{${OF}} ${ARE_SERVERS})`, '']],
      { kind: 'stat', unit: 'bytes' },
    ],
    [
      'Samples stored',
      [
        [
          `sum by (instance) (rate(prometheus_tsdb_head_samples_appended_total{${OF}}${RATE}))`,
          '{{instance}}',
        ],
      ],
      { unit: 'perSecond' },
    ],
    [
      'Series and chunks in the head',
      [
        [`prometheus_tsdb_head_series{${OF}}`, '{{instance}} series'],
        [`prometheus_tsdb_head_chunks{${OF}}`, '{{instance}} chunks'],
      ],
    ],
    [
      'Time between scrapes, p99',
      [
        [
          `prometheus_target_interval_length_seconds{${OF}, quantile="0.99"}`,
          '{{instance}} every {{interval}}',
        ],
      ],
      { unit: 'seconds', description: 'Longer than the interval: scrapes come late.' },
    ],
    [
      'Targets found',
      [[`sum by (config) (prometheus_sd_discovered_targets{${OF}})`, '{{config}}']],
      { look: 'stacked' },
    ],
    [
      'Queries, p90',
      [[`prometheus_engine_query_duration_seconds{${OF}, quantile="0.9"}`, '{{instance}} {{slice}}']],
      { unit: 'seconds' },
    ],
    [
      'HTTP requests',
      [[`sum by (handler) (rate(prometheus_http_requests_total{${OF}}${RATE}))`, '{{handler}}']],
      { unit: 'perSecond', look: 'stacked' },
    ],
    [
      'Processor',
      [[`rate(process_cpu_seconds_total{${OF}}${RATE}) ${ARE_SERVERS}`, '{{instance}}']],
      { unit: 'ratio', description: 'Share of one processor.' },
    ],
    [
      'Memory over time',
      [
        [`process_resident_memory_bytes{${OF}} ${ARE_SERVERS}`, '{{instance}} resident'],
        [`go_memstats_heap_inuse_bytes{${OF}} ${ARE_SERVERS}`, '{{instance}} heap'],
      ],
      { unit: 'bytes' },
    ],
    [
      'Compactions',
      [[`increase(prometheus_tsdb_compactions_total{${OF}}[1h])`, '{{instance}}']],
      { description: 'In an hour.' },
    ],
    [
      'Notifications that were dropped',
      [[`rate(prometheus_notifications_dropped_total{${OF}}${RATE})`, '{{instance}}']],
      { unit: 'perSecond' },
    ],
  ],
);
