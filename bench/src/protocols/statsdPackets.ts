import { StatsdAggregator } from '@tinyobs/formats';
import { median } from '../statistics.js';

const SERIES = 1000;
const PACKETS = { full: 400_000, small: 20_000 };
const ROUNDS = 5;
/** Packets a second that a core must take. */
export const STATSD_PACKETS_MUST = 200_000;

export interface StatsdFigures {
  readonly packetsPerSecond: number;
  readonly flushMsPerThousandSeries: number;
}

/** Packets of one line each, as clients without buffers send them, into the sums of an interval: median of rounds. */
export function measureStatsd(isSmall: boolean): StatsdFigures {
  const packets = madePackets();
  const count = isSmall ? PACKETS.small : PACKETS.full;
  const aggregator = new StatsdAggregator({ buckets: [0.1, 1, 10], ttlMs: 3_600_000, sizeBytesMax: 2 ** 24 });
  const takeRound = (): number => {
    const started = performance.now();
    for (let i = 0; i < count; i++) aggregator.add(packets[i % packets.length]);
    return (performance.now() - started) / 1000;
  };
  takeRound();
  const seconds = median(Array.from({ length: ROUNDS }, takeRound));
  const { refusedCount } = aggregator.takeReport();
  if (refusedCount > 0) throw new Error(`${refusedCount} lines were refused`);
  const started = performance.now();
  const batches = [...aggregator.flush({ sinceMs: 0, timeMs: 10_000 })];
  if (batches.length === 0) throw new Error('nothing was added up');
  const flushMs = performance.now() - started;
  return {
    packetsPerSecond: count / seconds,
    flushMsPerThousandSeries: (flushMs / aggregator.seriesCount) * 1000,
  };
}

/** Counters, gauges, timers and sets in turn, each with three tags. */
function madePackets(): Uint8Array[] {
  const encoder = new TextEncoder();
  const kinds = ['3|c|@0.5', '7.5|g', '250|ms', 'anna|s'];
  return Array.from({ length: SERIES }, (_, i) => {
    const kind = i % kinds.length;
    const tags = `env:prod,method:GET,path:/api/v1/items/${i}`;
    return encoder.encode(`shop.requests.k${kind}:${kinds[kind]}|#${tags}`);
  });
}
