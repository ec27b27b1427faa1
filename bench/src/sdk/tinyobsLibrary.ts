import { Client } from '../../../packages/sdk/dist/client.js';
import { systemClock } from '../../../packages/sdk/dist/clock.js';
import { createHttpTransport } from '../../../packages/sdk/dist/delivery/httpTransport.js';
import { Reporter } from '../../../packages/sdk/dist/reporter.js';
import { LABEL_NAMES, type LabelSet } from './labelSets.js';
import { BUCKETS, type Kind, type Library, nextName, type Operation, valueAt } from './library.js';

/** @tinyobs/sdk, whose pushes are encoded and compressed, and stored by nobody. */
export class TinyobsLibrary implements Library {
  readonly #client: Client;

  constructor() {
    const fail = (problem: unknown) => {
      throw new Error(JSON.stringify(problem));
    };
    const target = { url: new URL('http://127.0.0.1/'), headers: {}, timeoutMs: 1_000 };
    const transport = { ...createHttpTransport(target), send: async () => ({ status: 200, body: '' }) };
    this.#client = new Client(
      { service: 'bench', instance: 'bench', seriesPerMetric: 100_000, intervalMs: 3_600_000 },
      { clock: systemClock, random: Math.random, transport },
      new Reporter({ onError: fail, onDrop: fail }),
    );
  }

  bare(kind: Kind): Operation {
    if (kind === 'inc') {
      const counter = this.#client.counter(nextName(), { labelNames: [] });
      return () => counter.inc();
    }
    if (kind === 'set') {
      const gauge = this.#client.gauge(nextName(), { labelNames: [] });
      return (i) => gauge.set(i);
    }
    const histogram = this.#client.histogram(nextName(), { labelNames: [], buckets: BUCKETS });
    return (i) => histogram.observe(valueAt(i));
  }

  one(kind: Kind, routes: readonly string[]): Operation {
    const labelNames = ['route'] as const;
    if (kind === 'inc') {
      const counter = this.#client.counter(nextName(), { labelNames });
      return (i) => counter.inc({ route: routes[i] });
    }
    if (kind === 'set') {
      const gauge = this.#client.gauge(nextName(), { labelNames });
      return (i) => gauge.set({ route: routes[i] }, i);
    }
    const histogram = this.#client.histogram(nextName(), { labelNames, buckets: BUCKETS });
    return (i) => histogram.observe({ route: routes[i] }, valueAt(i));
  }

  three(kind: Kind, sets: readonly LabelSet[]): Operation {
    if (kind === 'inc') {
      const counter = this.#client.counter(nextName(), { labelNames: LABEL_NAMES });
      return (i) => {
        const { method, route, status } = sets[i];
        counter.inc({ method, route, status });
      };
    }
    if (kind === 'set') {
      const gauge = this.#client.gauge(nextName(), { labelNames: LABEL_NAMES });
      return (i) => {
        const { method, route, status } = sets[i];
        gauge.set({ method, route, status }, i);
      };
    }
    const histogram = this.#client.histogram(nextName(), { labelNames: LABEL_NAMES, buckets: BUCKETS });
    return (i) => {
      const { method, route, status } = sets[i];
      histogram.observe({ method, route, status }, valueAt(i));
    };
  }

  bound(kind: Kind, sets: readonly LabelSet[]): Operation {
    if (kind === 'inc') {
      const counter = this.#client.counter(nextName(), { labelNames: LABEL_NAMES });
      const bound = sets.map((labels) => counter.labels(labels));
      return (i) => bound[i].inc();
    }
    if (kind === 'set') {
      const gauge = this.#client.gauge(nextName(), { labelNames: LABEL_NAMES });
      const bound = sets.map((labels) => gauge.labels(labels));
      return (i) => bound[i].set(i);
    }
    const histogram = this.#client.histogram(nextName(), { labelNames: LABEL_NAMES, buckets: BUCKETS });
    const bound = sets.map((labels) => histogram.labels(labels));
    return (i) => bound[i].observe(valueAt(i));
  }

  async collect(): Promise<void> {
    const { result } = await this.#client.flush();
    if (result !== 'ok') throw new Error(`the flush was ${result}`);
  }
}
