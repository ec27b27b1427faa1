import { Gauge, type Registry } from 'prom-client';
import { CHECK_STATUSES, type Health } from './health.js';

/** What `/health` says, for alerts. */
export function registerHealthMetrics(registry: Registry, health: Health): void {
  new Gauge({
    name: 'tinyobs_health_status',
    help: 'Checks of /health: 0 ok, 1 degraded, 2 failing.',
    labelNames: ['check'] as const,
    registers: [registry],
    collect() {
      for (const [check, { status }] of Object.entries(health.report().checks)) {
        this.set({ check }, CHECK_STATUSES.indexOf(status));
      }
    },
  });
}
