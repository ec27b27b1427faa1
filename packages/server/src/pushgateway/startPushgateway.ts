import { TinyObsError } from '@tinyobs/model';
import type { LiveConfig } from '../config/liveConfig.js';
import type { LogLines } from '../logLines.js';
import type { IngestContext } from '../routes/ingestReport.js';
import { registerPushgatewayMetrics } from '../selfMonitoring/pushgatewayMetrics.js';
import { PushedGroups } from './pushedGroups.js';

/**
 * Takes up the groups that the store has, and writes on what was pushed until it is closed.
 *
 * @throws TinyObsError `store_corrupt`
 */
export async function startPushgateway(
  live: LiveConfig,
  context: IngestContext,
  { sizeBytesMax, lines }: { readonly sizeBytesMax: number; readonly lines: LogLines },
): Promise<PushedGroups> {
  const metrics = registerPushgatewayMetrics(context.metrics.registry, () => groups);
  const groups = await PushedGroups.load({
    context,
    intervalMs: live.current.pushgateway.interval,
    ttlMs: () => live.current.pushgateway.ttl,
    sizeBytesMax,
    onExpired: () => metrics.expired.inc(),
    onFailure: (error) => {
      metrics.failures.inc();
      const kind = error instanceof TinyObsError ? error.code : 'internal';
      lines.warn(`pushgateway ${kind}`, { err: error }, 'what was pushed could not be written again');
    },
  });
  return groups;
}
