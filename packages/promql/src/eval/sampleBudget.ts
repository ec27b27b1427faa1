import { TinyObsError } from '@tinyobs/model';

/** Counts the points a query holds in memory at one moment, and the samples it has read. */
export class SampleBudget {
  readonly max: number;
  #held = 0;
  samplesRead = 0;

  constructor(max: number) {
    this.max = max;
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
        `query processing would load too many samples into memory in query execution; at most ${this.max} are held at once`,
      );
    }
  }

  /** Goes back to what was held at an earlier moment. */
  restore(held: number): void {
    this.#held = held;
  }
}
