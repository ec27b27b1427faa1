import { buildDashboard, labelVariable } from './build.js';

const OF = 'job=~"$job", instance=~"$instance"';
/** Of processes of Node, where others have the same metrics. */
const ARE_NODE = `and on (job, instance) nodejs_eventloop_lag_p99_seconds{${OF}}`;
const PAUSE = [
  { from: 0, role: 'good' },
  { from: 0.05, role: 'warn' },
  { from: 0.2, role: 'bad' },
] as const;

/** What the SDK says of the processes it runs in, and prom-client of those it is in. */
export const NODE_RUNTIME = buildDashboard(
  {
    title: 'Node runtime',
    description: 'Event loop, memory, garbage collection and processor of Node processes.',
    tags: ['node'],
  },
  [
    labelVariable('job', 'nodejs_eventloop_lag_p99_seconds'),
    labelVariable('instance', 'nodejs_eventloop_lag_p99_seconds{job=~"$job"}'),
  ],
  [
    ['Processes', [[`count(nodejs_eventloop_lag_p99_seconds{${OF}})`, '']], { kind: 'stat' }],
    [
      'Worst event-loop delay, p99',
      [[`max(nodejs_eventloop_lag_p99_seconds{${OF}})`, '']],
      { kind: 'stat', unit: 'seconds', thresholds: PAUSE },
    ],
    [
      'Busiest event loop',
      [[`max(nodejs_eventloop_utilization{${OF}})`, '']],
      {
        ...{ kind: 'gauge', unit: 'ratio', min: 0, max: 1 },
        thresholds: [
          { from: 0, role: 'good' },
          { from: 0.7, role: 'warn' },
          { from: 0.9, role: 'bad' },
        ],
      },
    ],
    [
      'Memory in all',
      [[`sum(process_resident_memory_bytes{${OF}} ${ARE_NODE})`, '']],
      { kind: 'stat', unit: 'bytes' },
    ],
    [
      'Event-loop delay',
      [
        [`nodejs_eventloop_lag_p99_seconds{${OF}}`, '{{instance}} p99'],
        [`nodejs_eventloop_lag_p50_seconds{${OF}}`, '{{instance}} p50'],
      ],
      { unit: 'seconds', thresholds: [{ from: 0.2, role: 'bad' }] },
    ],
    ['Event-loop utilization', [[`nodejs_eventloop_utilization{${OF}}`, '{{instance}}']], { unit: 'ratio' }],
    [
      'Processor',
      [[`rate(process_cpu_seconds_total{${OF}}[$__rate_interval]) ${ARE_NODE}`, '{{instance}}']],
      { unit: 'ratio', description: 'Share of one processor.' },
    ],
    [
      'Resident memory',
      [[`process_resident_memory_bytes{${OF}} ${ARE_NODE}`, '{{instance}}']],
      { unit: 'bytes' },
    ],
    [
      'Heap',
      [
        [`nodejs_heap_size_used_bytes{${OF}}`, '{{instance}} used'],
        [`nodejs_external_memory_bytes{${OF}}`, '{{instance}} external'],
      ],
      { unit: 'bytes' },
    ],
    [
      'Time in garbage collection',
      [[`sum by (kind) (rate(nodejs_gc_duration_seconds_sum{${OF}}[$__rate_interval]))`, '{{kind}}']],
      { unit: 'ratio', look: 'stacked', description: 'Share of the time, by kind of collection.' },
    ],
    [
      'What keeps the event loop alive',
      [[`sum by (type) (nodejs_active_resources{${OF}})`, '{{type}}']],
      { look: 'stacked' },
    ],
    [
      'Uptime',
      [[`time() - process_start_time_seconds{${OF}} ${ARE_NODE}`, '{{instance}}']],
      { kind: 'bars', unit: 'seconds' },
    ],
  ],
);
