import { buildDashboard, labelVariable, SHARE_THRESHOLDS } from './build.js';

const OF = 'instance="$instance"';
const RATE = '[$__rate_interval]';
/** File systems that are memory, or part of another. */
const DISKS = `${OF}, fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs"`;
const NETWORK = `${OF}, device!="lo"`;
const share = { kind: 'gauge', unit: 'ratio', min: 0, max: 1, thresholds: SHARE_THRESHOLDS } as const;

/** A host as a node exporter sees it. */
export const NODE_EXPORTER = buildDashboard(
  {
    title: 'Host (node exporter)',
    description: 'Processor, memory, disks and network of one host.',
    tags: ['host'],
  },
  [labelVariable('instance', 'node_cpu_seconds_total', { isMulti: false, hasAll: false })],
  [
    ['Processor in use', [[`1 - avg(rate(node_cpu_seconds_total{${OF}, mode="idle"}${RATE}))`, '']], share],
    [
      'Memory in use',
      [[`1 - node_memory_MemAvailable_bytes{${OF}} / node_memory_MemTotal_bytes{${OF}}`, 'in use']],
      share,
    ],
    [
      'Fullest disk',
      [[`max(1 - node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}})`, '']],
      share,
    ],
    [
      'Uptime',
      [[`node_time_seconds{${OF}} - node_boot_time_seconds{${OF}}`, 'up']],
      { kind: 'stat', unit: 'seconds' },
    ],
    [
      'Processor by mode',
      [[`avg by (mode) (rate(node_cpu_seconds_total{${OF}, mode!="idle"}${RATE}))`, '{{mode}}']],
      { unit: 'ratio', look: 'stacked' },
    ],
    [
      'Load',
      [
        [`node_load1{${OF}}`, '1 min'],
        [`node_load5{${OF}}`, '5 min'],
        [`node_load15{${OF}}`, '15 min'],
        [`count(count by (cpu) (node_cpu_seconds_total{${OF}}))`, 'processors'],
      ],
    ],
    [
      'Memory',
      [
        [`node_memory_MemTotal_bytes{${OF}} - node_memory_MemAvailable_bytes{${OF}}`, 'in use'],
        [`node_memory_MemAvailable_bytes{${OF}} - node_memory_MemFree_bytes{${OF}}`, 'cache that can go'],
        [`node_memory_MemFree_bytes{${OF}}`, 'free'],
      ],
      { unit: 'bytes', look: 'stacked' },
    ],
    [
      'Waiting for processor, memory, disks',
      [
        [`rate(node_pressure_cpu_waiting_seconds_total{${OF}}${RATE})`, 'processor'],
        [`rate(node_pressure_memory_waiting_seconds_total{${OF}}${RATE})`, 'memory'],
        [`rate(node_pressure_io_waiting_seconds_total{${OF}}${RATE})`, 'disks'],
      ],
      { unit: 'ratio', description: 'Share of the time that something waited for it.' },
    ],
    [
      'Disks in use',
      [
        [
          `1 - node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}}`,
          '{{mountpoint}}',
        ],
      ],
      { kind: 'bars', h: 5, unit: 'ratio', thresholds: SHARE_THRESHOLDS },
    ],
    [
      'Inodes in use',
      [
        [
          `1 - node_filesystem_files_free{${DISKS}} / (node_filesystem_files{${DISKS}} > 0)`,
          '{{mountpoint}}',
        ],
      ],
      {
        ...{ kind: 'bars', h: 5, unit: 'ratio', thresholds: SHARE_THRESHOLDS },
        description: 'A disk without free inodes takes no further file, whatever room is left.',
      },
    ],
    [
      'Disks busy',
      [[`rate(node_disk_io_time_seconds_total{${OF}}${RATE})`, '{{device}}']],
      { unit: 'ratio' },
    ],
    [
      'Read and written',
      [
        [`rate(node_disk_read_bytes_total{${OF}}${RATE})`, '{{device}} read'],
        [`rate(node_disk_written_bytes_total{${OF}}${RATE})`, '{{device}} written'],
      ],
      { unit: 'bytesPerSecond' },
    ],
    [
      'Network',
      [
        [`rate(node_network_receive_bytes_total{${NETWORK}}${RATE})`, '{{device}} in'],
        [`rate(node_network_transmit_bytes_total{${NETWORK}}${RATE})`, '{{device}} out'],
      ],
      { unit: 'bytesPerSecond' },
    ],
    [
      'Errors of the network',
      [
        [`rate(node_network_receive_errs_total{${NETWORK}}${RATE})`, '{{device}} in'],
        [`rate(node_network_transmit_errs_total{${NETWORK}}${RATE})`, '{{device}} out'],
      ],
      { unit: 'perSecond' },
    ],
    [
      'Processes',
      [
        [`node_procs_running{${OF}}`, 'running'],
        [`node_procs_blocked{${OF}}`, 'waiting for disks'],
      ],
    ],
    ['Open files', [[`node_filefd_allocated{${OF}}`, 'open']]],
  ],
);
