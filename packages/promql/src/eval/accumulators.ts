import type { AggregateOp } from '../ast.js';
import { nextCompensation } from './kahan.js';

const ACCUMULATED_OPS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'] as const;

export type AccumulatedOp = (typeof ACCUMULATED_OPS)[number];

/** Whether an aggregation looks at each value once and keeps little of it. */
export function isAccumulated(op: AggregateOp): op is AccumulatedOp {
  return (ACCUMULATED_OPS as readonly AggregateOp[]).includes(op);
}

/** The values of a row, from place `from` on, and where they go: to the places from `to` on. */
export interface AddedRow {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly steps: number;
}

/** Takes in the values of rows at many places at once; a place has a result once a value was added to it. */
export interface Accumulator {
  /** Makes room for so many places. */
  reserve(places: number): void;
  addRow(row: AddedRow): void;
  result(place: number): number;
}

export function createAccumulator(op: AccumulatedOp): Accumulator {
  switch (op) {
    case 'sum':
      return new Sum();
    case 'avg':
      return new Mean();
    case 'min':
      return new Extreme(-1);
    case 'max':
      return new Extreme(1);
    case 'count':
      return new Count();
    case 'group':
      return { reserve: () => {}, addRow: () => {}, result: () => 1 };
    case 'stdvar':
      return new Variance((variance) => variance);
    case 'stddev':
      return new Variance(Math.sqrt);
  }
}

/** Numbers by place, starting as 0. */
function grown(numbers: Float64Array<ArrayBuffer>, places: number): Float64Array<ArrayBuffer> {
  if (places <= numbers.length) return numbers;
  const more = new Float64Array(places);
  more.set(numbers);
  return more;
}

class Sum implements Accumulator {
  #sums = new Float64Array(0);
  #lost = new Float64Array(0);

  reserve(places: number): void {
    this.#sums = grown(this.#sums, places);
    this.#lost = grown(this.#lost, places);
  }

  addRow({ values, present, from, to, steps }: AddedRow): void {
    const sums = this.#sums;
    const lost = this.#lost;
    for (let step = 0; step < steps; step++) {
      if (present[from + step] === 0) continue;
      const place = to + step;
      const value = values[from + step];
      const total = sums[place] + value;
      lost[place] = nextCompensation(value, sums[place], total, lost[place]);
      sums[place] = total;
    }
  }

  result(place: number): number {
    return this.#sums[place] + this.#lost[place];
  }
}

/** By direct summation; where a sum would overflow, by the incremental mean from there on. */
class Mean implements Accumulator {
  #counts = new Float64Array(0);
  /** Sums, or means at the places that are incremental. */
  #running = new Float64Array(0);
  #lost = new Float64Array(0);
  /** 1 at the places that are incremental. */
  #incremental = new Float64Array(0);

  reserve(places: number): void {
    this.#counts = grown(this.#counts, places);
    this.#running = grown(this.#running, places);
    this.#lost = grown(this.#lost, places);
    this.#incremental = grown(this.#incremental, places);
  }

  addRow({ values, present, from, to, steps }: AddedRow): void {
    for (let step = 0; step < steps; step++) {
      if (present[from + step] === 1) this.#add(to + step, values[from + step]);
    }
  }

  #add(place: number, value: number): void {
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

/** The least or the greatest; NaN gives way to any number. */
class Extreme implements Accumulator {
  #best = new Float64Array(0);
  /** 1 for the greatest, -1 for the least. */
  readonly #sign: 1 | -1;

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  reserve(places: number): void {
    const before = this.#best.length;
    this.#best = grown(this.#best, places);
    this.#best.fill(Number.NaN, before);
  }

  addRow({ values, present, from, to, steps }: AddedRow): void {
    const best = this.#best;
    const sign = this.#sign;
    for (let step = 0; step < steps; step++) {
      if (present[from + step] === 0) continue;
      const value = values[from + step];
      const held = best[to + step];
      if (sign * value > sign * held || Number.isNaN(held)) best[to + step] = value;
    }
  }

  result(place: number): number {
    return this.#best[place];
  }
}

class Count implements Accumulator {
  #counts = new Float64Array(0);

  reserve(places: number): void {
    this.#counts = grown(this.#counts, places);
  }

  addRow({ present, from, to, steps }: AddedRow): void {
    const counts = this.#counts;
    for (let step = 0; step < steps; step++) counts[to + step] += present[from + step];
  }

  result(place: number): number {
    return this.#counts[place];
  }
}

/** Welford's population variance. */
class Variance implements Accumulator {
  #counts = new Float64Array(0);
  #means = new Float64Array(0);
  #squares = new Float64Array(0);
  readonly #finish: (variance: number) => number;

  constructor(finish: (variance: number) => number) {
    this.#finish = finish;
  }

  reserve(places: number): void {
    this.#counts = grown(this.#counts, places);
    this.#means = grown(this.#means, places);
    this.#squares = grown(this.#squares, places);
  }

  addRow({ values, present, from, to, steps }: AddedRow): void {
    for (let step = 0; step < steps; step++) {
      if (present[from + step] === 1) this.#add(to + step, values[from + step]);
    }
  }

  #add(place: number, value: number): void {
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
