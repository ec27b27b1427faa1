import { type DestinationStatus, DROP_REASONS, type Forwarder } from '@tinyobs/forward';
import type { TailStore } from '@tinyobs/storage';
import { Counter, Gauge, type Registry } from 'prom-client';

/** What there is to be seen of sending on. */
export interface ForwardState {
  readonly forwarder: Pick<Forwarder, 'destinations'>;
  readonly tails: Pick<TailStore, 'heldBytes'>;
}

type Reading = (status: DestinationStatus) => number;

const COUNTERS: readonly (readonly [name: string, help: string, read: Reading])[] = [
  ['samples', 'Samples that a destination of remote_write took.', ({ figures }) => figures.sent],
  ['bytes', 'Bytes of bodies that a destination took, compressed.', ({ figures }) => figures.sentBytes],
  ['metadata', 'Entries of metadata that a destination took.', ({ figures }) => figures.metadataSent],
  [
    'retries',
    'Requests that were sent once more, since an attempt failed.',
    ({ figures }) => figures.retries,
  ],
  [
    'lost_records',
    'Write-ahead records, each of the samples of one commit, that were let go or damaged before they were sent.',
    ({ figures }) => figures.lostRecords,
  ],
];

const GAUGES: readonly (readonly [name: string, help: string, read: Reading])[] = [
  ['pending_samples', 'Samples in the queues of a destination.', ({ pendingSamples }) => pendingSamples],
  [
    'pending_records',
    'Write-ahead records that are not read for a destination yet.',
    ({ pendingRecords }) => pendingRecords,
  ],
  [
    'lag_seconds',
    'Time of the newest sample of the store less that of the newest that was sent; 0 when all is sent.',
    ({ lagSeconds }) => lagSeconds,
  ],
  ['shards', 'Requests that a destination may be sent at a time.', ({ shards }) => shards],
];

export function registerForwardMetrics(registry: Registry, { forwarder, tails }: ForwardState): void {
  const registers = [registry];
  const labelNames = ['destination'] as const;
  for (const [name, help, read] of COUNTERS) {
    new Counter({
      ...{ name: `tinyobs_forward_${name}_total`, help, labelNames, registers },
      collect() {
        this.reset();
        for (const status of forwarder.destinations) {
          this.inc({ destination: status.config.name }, read(status));
        }
      },
    });
  }
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      ...{ name: `tinyobs_forward_${name}`, help, labelNames, registers },
      collect() {
        this.reset();
        for (const status of forwarder.destinations) {
          this.set({ destination: status.config.name }, read(status));
        }
      },
    });
  }
  new Counter({
    name: 'tinyobs_forward_dropped_samples_total',
    help: 'Samples that were not sent: dropped by relabelling, older than sample_age_limit, of series that were forgotten meanwhile, or refused for good.',
    labelNames: ['destination', 'reason'] as const,
    registers,
    collect() {
      this.reset();
      for (const { config, figures } of forwarder.destinations) {
        for (const reason of DROP_REASONS) {
          this.inc({ destination: config.name, reason }, figures.dropped[reason]);
        }
      }
    },
  });
  new Gauge({
    name: 'tinyobs_forward_kept_bytes',
    help: 'Bytes on the disk of samples that are kept because a destination has not taken them yet.',
    registers,
    collect() {
      this.set(tails.heldBytes);
    },
  });
}
