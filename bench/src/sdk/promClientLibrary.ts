import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { LABEL_NAMES, type LabelSet } from './labelSets.js';
import { BUCKETS, type Kind, type Library, nextName, type Operation, valueAt } from './library.js';

/** prom-client, whose metrics are written as text. */
export class PromClientLibrary implements Library {
  readonly #registry = new Registry();

  bare(kind: Kind): Operation {
    if (kind === 'inc') {
      const counter = new Counter(this.#options([]));
      return () => counter.inc();
    }
    if (kind === 'set') {
      const gauge = new Gauge(this.#options([]));
      return (i) => gauge.set(i);
    }
    const histogram = new Histogram({ ...this.#options([]), buckets: BUCKETS });
    return (i) => histogram.observe(valueAt(i));
  }

  one(kind: Kind, routes: readonly string[]): Operation {
    if (kind === 'inc') {
      const counter = new Counter(this.#options(['route']));
      return (i) => counter.inc({ route: routes[i] });
    }
    if (kind === 'set') {
      const gauge = new Gauge(this.#options(['route']));
      return (i) => gauge.set({ route: routes[i] }, i);
    }
    const histogram = new Histogram({ ...this.#options(['route']), buckets: BUCKETS });
    return (i) => histogram.observe({ route: routes[i] }, valueAt(i));
  }

  three(kind: Kind, sets: readonly LabelSet[]): Operation {
    if (kind === 'inc') {
      const counter = new Counter(this.#options(LABEL_NAMES));
      return (i) => {
        const { method, route, status } = sets[i];
        counter.inc({ method, route, status });
      };
    }
    if (kind === 'set') {
      const gauge = new Gauge(this.#options(LABEL_NAMES));
      return (i) => {
        const { method, route, status } = sets[i];
        gauge.set({ method, route, status }, i);
      };
    }
    const histogram = new Histogram({ ...this.#options(LABEL_NAMES), buckets: BUCKETS });
    return (i) => {
      const { method, route, status } = sets[i];
      histogram.observe({ method, route, status }, valueAt(i));
    };
  }

  bound(kind: Kind, sets: readonly LabelSet[]): Operation {
    if (kind === 'inc') {
      const counter = new Counter(this.#options(LABEL_NAMES));
      const bound = sets.map((labels) => counter.labels({ ...labels }));
      return (i) => bound[i].inc();
    }
    if (kind === 'set') {
      const gauge = new Gauge(this.#options(LABEL_NAMES));
      const bound = sets.map((labels) => gauge.labels({ ...labels }));
      return (i) => bound[i].set(i);
    }
    const histogram = new Histogram({ ...this.#options(LABEL_NAMES), buckets: BUCKETS });
    const bound = sets.map((labels) => histogram.labels({ ...labels }));
    return (i) => bound[i].observe(valueAt(i));
  }

  async collect(): Promise<void> {
    await this.#registry.metrics();
  }

  #options<Name extends string>(labelNames: readonly Name[]) {
    return { name: nextName(), help: 'bench', labelNames, registers: [this.#registry] };
  }
}
