import { METRICS_MAX } from '../constants.js';
import { quote } from '../labels.js';
import { checkName, type Refusal, rowNames } from '../registrationChecks.js';
import type { StoreHome, StoreSource } from '../registry.js';
import type { SeriesStore } from '../series/seriesStore.js';
import { Turns } from '../snapshot/turns.js';
import { MetricMirror, type MirroredType } from './metricMirror.js';

/** A sample as prom-client's `getMetricsAsJSON` gives it. */
export interface MirroredValue {
  readonly value: number;
  readonly labels: Readonly<Partial<Record<string, string | number>>>;
  /** Where it is another than the metric's, as `…_bucket`. */
  readonly metricName?: string;
}

export interface MirroredMetric {
  readonly name: string;
  readonly help: string;
  readonly type: unknown;
  readonly values?: readonly MirroredValue[];
}

/** What a registry must have: prom-client's does. */
export interface MirroredRegistry {
  getMetricsAsJSON(): PromiseLike<readonly MirroredMetric[]> | readonly MirroredMetric[];
  getSingleMetric?(name: string): unknown;
}

const TYPES: ReadonlySet<unknown> = new Set(['counter', 'gauge', 'histogram', 'summary']);

/**
 * The metrics of a registry of prom-client, copied before each snapshot. What is not named in a reading ends; a
 * reading that fails changes nothing.
 */
export class MirroredMetrics implements StoreSource {
  readonly #registry: MirroredRegistry;
  readonly #home: StoreHome;
  readonly #mirrors = new Map<string, MetricMirror>();

  constructor(registry: MirroredRegistry, home: StoreHome) {
    this.#registry = registry;
    this.#home = home;
  }

  stores(): SeriesStore[] {
    return Array.from(this.#mirrors.values(), ({ store }) => store);
  }

  async collect(): Promise<void> {
    const metrics = await this.#registry.getMetricsAsJSON();
    const turns = new Turns();
    const named = new Set<string>();
    for (const metric of metrics) {
      const mirror = this.#mirrorOf(metric);
      if (mirror === null) continue;
      named.add(metric.name);
      await mirror.read(metric.values ?? [], turns);
    }
    for (const [name, mirror] of this.#mirrors) if (!named.has(name)) await mirror.read([], turns);
  }

  /** Null where it cannot be mirrored. */
  #mirrorOf(metric: MirroredMetric): MetricMirror | null {
    const { name, help } = metric;
    const type = (TYPES.has(metric.type) ? metric.type : 'gauge') as MirroredType;
    const refusal = this.#refusalOf(name, type);
    if (refusal !== null) {
      const message = `${quote(name)}: ${refusal.message}; it is left out`;
      this.#home.context.reporter.problem({ code: refusal.code, message, metric: String(name) });
      return null;
    }
    const known = this.#mirrors.get(name);
    if (known?.type === type) return known;
    known?.store.discard();
    const mirror = new MetricMirror(this.#home, { name, help, type, isCollected: this.#isCollected(name) });
    this.#mirrors.set(name, mirror);
    return mirror;
  }

  #refusalOf(name: string, type: MirroredType): Refusal | null {
    if (rowNames(name, type).some((rowName) => this.#home.rowNames.has(rowName))) {
      return { code: 'name_in_use', message: 'the client has a metric that writes the same series' };
    }
    if (!this.#mirrors.has(name) && this.#mirrors.size >= METRICS_MAX) {
      return { code: 'too_many_metrics', message: `a registry has at most ${METRICS_MAX} metrics` };
    }
    return checkName(name);
  }

  /** Whether a function of the app tells its values, which then may be of long before. */
  #isCollected(name: string): boolean {
    const metric = this.#registry.getSingleMetric?.(name) as { collect?: unknown } | undefined;
    return typeof metric?.collect === 'function';
  }
}
