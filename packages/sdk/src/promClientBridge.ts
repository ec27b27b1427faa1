import { MirroredMetrics, type MirroredRegistry } from './bridge/mirroredMetrics.js';
import type { Client } from './client.js';

export type { MirroredMetric, MirroredRegistry, MirroredValue } from './bridge/mirroredMetrics.js';

/**
 * Pushes what a registry of prom-client has with a client's own metrics, at every flush, and shows it in `expose()`;
 * the app and its registry stay as they are. A metric whose name the client has itself is left out, and told.
 */
export function bridgeRegistry(client: Pick<Client, 'attach'>, registry: MirroredRegistry): void {
  client.attach((home) => new MirroredMetrics(registry, home));
}
