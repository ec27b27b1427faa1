import { StatsdAggregator } from '@tinyobs/formats';
import { TinyObsError } from '@tinyobs/model';
import type { LiveConfig } from '../config/liveConfig.js';
import type { WriteContext } from '../ingest/writeSamples.js';
import { parseAddress } from '../listener/parseAddress.js';
import type { Log } from '../log.js';
import type { LogLines } from '../logLines.js';
import { registerStatsdMetrics } from '../selfMonitoring/statsdMetrics.js';
import { StatsdListener } from './statsdListener.js';

export interface StatsdParts {
  readonly sizeBytesMax: number;
  readonly log: Log;
  readonly lines: LogLines;
}

/**
 * Takes StatsD where the configuration says so; undefined where it does not.
 *
 * @throws TinyObsError `listen_failed`
 */
export async function startStatsd(
  live: LiveConfig,
  context: WriteContext,
  { sizeBytesMax, log, lines }: StatsdParts,
): Promise<StatsdListener | undefined> {
  const { listen, interval, ttl, buckets } = live.current.statsd;
  if (listen === undefined) return undefined;
  const aggregator = new StatsdAggregator({ buckets, ttlMs: ttl, sizeBytesMax });
  const { host, port } = parseAddress(listen);
  const listener = await StatsdListener.bind({
    host,
    port,
    intervalMs: interval,
    aggregator,
    context,
    metrics: registerStatsdMetrics(context.metrics.registry, aggregator),
    onFailure: (error) => {
      const kind = error instanceof TinyObsError ? error.code : 'internal';
      lines.warn(`statsd ${kind}`, { err: error }, 'what came by StatsD could not be taken or stored');
    },
  });
  const { address, port: bound } = listener.address;
  if (isLoopback(address)) log.info(`StatsD is taken on UDP ${address}:${bound}`);
  else log.warn(`StatsD is taken on UDP ${address}:${bound}: whoever reaches it can write without a key`);
  return listener;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
