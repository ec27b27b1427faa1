import { TinyObsError } from '@tinyobs/model';

/** Counts the points a query holds in memory at one moment, and the samples and series it has read. */
export class SampleBudget {
  readonly max: number;
  readonly #seriesMax: number;
  #held = 0;
  #heldMost = 0;
  #seriesRead = 0;
  samplesRead = 0;

  constructor({ samplesMax, seriesMax }: { samplesMax: number; seriesMax: number }) {
    this.max = samplesMax;
    this.#seriesMax = seriesMax;
  }

  /** The most that was held at one moment. */
  get heldMost(): number {
    return this.#heldMost;
  }

  get held(): number {
    return this.#held;
  }

  /** @throws TinyObsError `query_too_many_samples` */
  hold(points: number): void {
    this.#held += points;
    if (this.#held > this.max) {
      throw new TinyObsError(
        'query_too_many_samples',
        'query processing would load too many samples into memory in query execution',
        { details: { limit: this.max } },
      );
    }
    if (this.#held > this.#heldMost) this.#heldMost = this.#held;
  }

  /**
   * Text that a query makes takes memory as points do, 8 characters as much as one.
   *
   * @throws TinyObsError `query_too_many_samples`
   */
  holdText(length: number): void {
    this.hold(length / 8);
  }

  /** @throws TinyObsError `query_too_many_series` */
  readSeries(series: number): void {
    this.#seriesRead += series;
    if (this.#seriesRead <= this.#seriesMax) return;
    throw new TinyObsError(
      'query_too_many_series',
      `the query reads more than ${this.#seriesMax} series; select fewer, or raise query.series`,
      { details: { limit: this.#seriesMax } },
    );
  }

  /** Goes back to what was held at an earlier moment. */
  restore(held: number): void {
    this.#held = held;
  }
}
