import type { MetricMetadata } from '@tinyobs/model';

/** Entries after which the pool begins anew: those in use live on without it. */
const ENTRIES_MAX = 10_000;

/** Lets targets that say the same of a metric share it: a job's mostly do. */
export class MetadataPool {
  readonly #entries = new Map<string, MetricMetadata>();

  share(given: readonly MetricMetadata[]): readonly MetricMetadata[] {
    return given.map((one) => {
      const key = `${one.metric}\n${one.type}\n${one.unit}\n${one.help}`;
      const known = this.#entries.get(key);
      if (known) return known;
      if (this.#entries.size >= ENTRIES_MAX) this.#entries.clear();
      this.#entries.set(key, one);
      return one;
    });
  }
}
