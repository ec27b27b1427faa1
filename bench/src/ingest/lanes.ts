import { type SeriesTemplate, WriteBodies } from './writeBodies.js';

const CONNECTIONS = 4;

/** The bodies of each connection, in order. A series stays on its connection, as with Prometheus' shards. */
export interface Lanes {
  readonly lanes: readonly (readonly Uint8Array[])[];
  readonly sent: SentSamples;
}

/** What bodies hold, and how to find it again. */
export interface SentSamples {
  readonly samples: number;
  /** How many of them are no number: not every server keeps those. */
  readonly nanSamples: number;
  readonly startMs: number;
  readonly endMs: number;
  /**
   * Each sample belongs to a series of exactly one of these; each is of one metric, and of no more series than every
   * server answers for.
   */
  readonly selectors: readonly string[];
}

/** Spreads samples over the connections by their series, in the order given. */
export class LaneBuilder {
  readonly #bodies = Array.from({ length: CONNECTIONS }, () => new WriteBodies());
  readonly #lanes: Uint8Array[][] = this.#bodies.map(() => []);
  #samples = 0;
  #nanSamples = 0;
  #startMs = Number.POSITIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;

  add(series: { number: number; template: SeriesTemplate }, timeMs: number, value: number): void {
    const lane = series.number % CONNECTIONS;
    const bodies = this.#bodies[lane];
    bodies.add(series.template, timeMs, value);
    this.#samples++;
    if (Number.isNaN(value)) this.#nanSamples++;
    if (timeMs < this.#startMs) this.#startMs = timeMs;
    if (timeMs > this.#endMs) this.#endMs = timeMs;
    if (bodies.isFull) this.#lanes[lane].push(bodies.take());
  }

  finish(selectors: readonly string[]): Lanes {
    for (const [lane, bodies] of this.#bodies.entries()) {
      if (bodies.samples > 0) this.#lanes[lane].push(bodies.take());
    }
    const sent = {
      samples: this.#samples,
      nanSamples: this.#nanSamples,
      startMs: this.#startMs,
      endMs: this.#endMs,
      selectors,
    };
    return { lanes: this.#lanes, sent };
  }
}
