import { nextCompensation } from './kahan.js';

export type AccumulatedOp = 'sum' | 'avg' | 'min' | 'max' | 'count' | 'group' | 'stddev' | 'stdvar';

/** Takes in values one by one at many places at once; a place has a result once a value was added to it. */
export interface Accumulator {
  add(place: number, value: number): void;
  result(place: number): number;
}

export function createAccumulator(op: AccumulatedOp, places: number): Accumulator {
  switch (op) {
    case 'sum':
      return new Sum(places);
    case 'avg':
      return new Mean(places);
    case 'min':
      return new Extreme(places, (a, b) => a < b);
    case 'max':
      return new Extreme(places, (a, b) => a > b);
    case 'count':
      return new Count(places);
    case 'group':
      return { add: () => {}, result: () => 1 };
    case 'stdvar':
      return new Variance(places, (variance) => variance);
    case 'stddev':
      return new Variance(places, Math.sqrt);
  }
}

class Sum implements Accumulator {
  readonly #sums: Float64Array;
  readonly #lost: Float64Array;

  constructor(places: number) {
    this.#sums = new Float64Array(places);
    this.#lost = new Float64Array(places);
  }

  add(place: number, value: number): void {
    const sum = this.#sums[place];
    const total = sum + value;
    this.#lost[place] = nextCompensation(value, sum, total, this.#lost[place]);
    this.#sums[place] = total;
  }

  result(place: number): number {
    return this.#sums[place] + this.#lost[place];
  }
}

/** By direct summation; where a sum would overflow, by the incremental mean from there on. */
class Mean implements Accumulator {
  readonly #counts: Float64Array;
  /** Sums, or means at the places that are incremental. */
  readonly #running: Float64Array;
  readonly #lost: Float64Array;
  readonly #incremental: Uint8Array;

  constructor(places: number) {
    this.#counts = new Float64Array(places);
    this.#running = new Float64Array(places);
    this.#lost = new Float64Array(places);
    this.#incremental = new Uint8Array(places);
  }

  add(place: number, value: number): void {
    const count = ++this.#counts[place];
    if (this.#incremental[place] === 0) {
      const sum = this.#running[place];
      const total = sum + value;
      if (count === 1 || Math.abs(total) !== Number.POSITIVE_INFINITY) {
        this.#lost[place] = nextCompensation(value, sum, total, this.#lost[place]);
        this.#running[place] = total;
        return;
      }
      this.#incremental[place] = 1;
      this.#running[place] = sum / (count - 1);
      this.#lost[place] /= count - 1;
    }
    const share = (count - 1) / count;
    const before = share * this.#running[place];
    const mean = before + value / count;
    this.#lost[place] = nextCompensation(value / count, before, mean, share * this.#lost[place]);
    this.#running[place] = mean;
  }

  result(place: number): number {
    if (this.#incremental[place] === 1) return this.#running[place] + this.#lost[place];
    return this.#running[place] / this.#counts[place] + this.#lost[place] / this.#counts[place];
  }
}

/** NaN gives way to any number. */
class Extreme implements Accumulator {
  readonly #best: Float64Array;
  readonly #isBefore: (a: number, b: number) => boolean;

  constructor(places: number, isBefore: (a: number, b: number) => boolean) {
    this.#best = new Float64Array(places).fill(Number.NaN);
    this.#isBefore = isBefore;
  }

  add(place: number, value: number): void {
    const best = this.#best[place];
    if (this.#isBefore(value, best) || Number.isNaN(best)) this.#best[place] = value;
  }

  result(place: number): number {
    return this.#best[place];
  }
}

class Count implements Accumulator {
  readonly #counts: Float64Array;

  constructor(places: number) {
    this.#counts = new Float64Array(places);
  }

  add(place: number): void {
    this.#counts[place]++;
  }

  result(place: number): number {
    return this.#counts[place];
  }
}

/** Welford's population variance. */
class Variance implements Accumulator {
  readonly #counts: Float64Array;
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  readonly #finish: (variance: number) => number;

  constructor(places: number, finish: (variance: number) => number) {
    this.#counts = new Float64Array(places);
    this.#means = new Float64Array(places);
    this.#squares = new Float64Array(places);
    this.#finish = finish;
  }

  add(place: number, value: number): void {
    const count = ++this.#counts[place];
    if (count === 1) {
      this.#means[place] = value;
      this.#squares[place] = Number.isFinite(value) ? 0 : Number.NaN;
      return;
    }
    const off = value - this.#means[place];
    this.#means[place] += off / count;
    this.#squares[place] += off * (value - this.#means[place]);
  }

  result(place: number): number {
    return this.#finish(this.#squares[place] / this.#counts[place]);
  }
}
