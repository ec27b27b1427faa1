import { Gauge, type Registry } from 'prom-client';
import type { Reloader } from '../config/reloader.js';

/** Metrics of reading the configuration again, under names of Prometheus' own. */
export function registerReloadMetrics(registry: Registry, reloader: Reloader): void {
  const registers = [registry];
  new Gauge({
    name: 'tinyobs_config_last_reload_successful',
    help: 'Whether the configuration that was read last is in force: 1, or 0 when it was refused.',
    registers,
    collect() {
      this.set(reloader.isSuccessful ? 1 : 0);
    },
  });
  new Gauge({
    name: 'tinyobs_config_last_reload_success_timestamp_seconds',
    help: 'When a configuration was taken last, the start included.',
    registers,
    collect() {
      this.set(reloader.succeededMs / 1000);
    },
  });
}
