import type { MetricObject, Registry } from 'prom-client';

/** A metric as `docs/metrics.md` has it. */
export interface MetricRow {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  /** '' for a number of something. */
  readonly unit: string;
  readonly help: string;
}

/** Every metric of a registry, those without a sample yet, too. */
export function metricRows(registry: Registry): MetricRow[] {
  const metrics = registry.getMetricsAsArray() as (MetricObject & { readonly labelNames: string[] })[];
  return metrics.map(({ name, type, labelNames, help }) => ({
    name,
    type: String(type),
    labels: labelNames,
    unit: unitOf(name),
    help,
  }));
}

/** Names end with the unit, as Prometheus' conventions have it; of counters before `_total`. */
export function unitOf(name: string): string {
  return /_(seconds|bytes)(?:_total)?$/.exec(name)?.[1] ?? '';
}
