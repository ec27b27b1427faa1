import type { PanelSpec } from './panelSpec.js';
import { perInstance } from './servicePanels.js';

/** The metric whose instances are the hosts of the overview. */
export const HOST_METRIC = 'node_cpu_seconds_total';

/** File systems that are memory, or part of another. */
const REAL_DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs"';

/** What a node exporter says of its hosts. */
export const HOST_PANELS: readonly PanelSpec[] = [
  perInstance(
    'hosts-cpu',
    'CPU in use',
    'ratio',
    (w) => `1 - avg by (instance) (rate(${HOST_METRIC}{mode="idle"}[${w}]))`,
  ),
  perInstance(
    'hosts-memory',
    'Memory in use',
    'ratio',
    () => '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes',
  ),
  perInstance(
    'hosts-disk',
    'Fullest disk',
    'ratio',
    () =>
      `max by (instance) (1 - node_filesystem_avail_bytes{${REAL_DISKS}} / node_filesystem_size_bytes{${REAL_DISKS}})`,
  ),
  perInstance(
    'hosts-network',
    'Network, both ways',
    'bytesPerSecond',
    (w) =>
      `sum by (instance) (rate(node_network_receive_bytes_total{device!="lo"}[${w}]) + rate(node_network_transmit_bytes_total{device!="lo"}[${w}]))`,
  ),
];
