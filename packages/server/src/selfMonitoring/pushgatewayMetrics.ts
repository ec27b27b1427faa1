import { Counter, Gauge, type Registry } from 'prom-client';
import type { PushedGroups } from '../pushgateway/pushedGroups.js';

export type PushgatewayMetrics = ReturnType<typeof registerPushgatewayMetrics>;

export function registerPushgatewayMetrics(
  registry: Registry,
  groups: () => Pick<PushedGroups, 'count' | 'sizeBytes'>,
) {
  const registers = [registry];
  new Gauge({
    name: 'tinyobs_pushgateway_groups',
    help: 'Groups of pushed metrics that are held.',
    registers,
    collect() {
      this.set(groups().count);
    },
  });
  new Gauge({
    name: 'tinyobs_pushgateway_memory_bytes',
    help: 'Memory that they take, about.',
    registers,
    collect() {
      this.set(groups().sizeBytes);
    },
  });
  return {
    expired: new Counter({
      name: 'tinyobs_pushgateway_expired_groups_total',
      help: 'Groups that went because they had not been pushed for pushgateway.ttl.',
      registers,
    }),
    failures: new Counter({
      name: 'tinyobs_pushgateway_failures_total',
      help: 'Times that samples of what was pushed could not be written.',
      registers,
    }),
  };
}
