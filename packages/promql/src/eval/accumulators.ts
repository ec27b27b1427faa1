import type { AggregateOp } from '../ast.js';
import { copied } from './columns.js';
import { nextCompensation } from './kahan.js';
import type { WorkClock } from './workClock.js';

const ACCUMULATED_OPS = ['sum', 'avg', 'min', 'max', 'count', 'group', 'stddev', 'stdvar'] as const;

/** Values filled in between two looks at the clock. */
const FILL_VALUES = 65_536;

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
  /** Numbers it keeps for each place. */
  readonly numbersKept: number;
  /** Makes room for so many places. */
  reserve(places: number, clock: WorkClock): Promise<void>;
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
      return { numbersKept: 0, reserve: async () => {}, addRow: () => {}, result: () => 1 };
    case 'stdvar':
      return new Variance((variance) => variance);
    case 'stddev':
      return new Variance(Math.sqrt);
  }
}

/** Numbers by place, starting as 0. */
async function grown(numbers: Float64Array, places: number, clock: WorkClock): Promise<Float64Array> {
  return places <= numbers.length ? numbers : copied(numbers, new Float64Array(places), clock);
}

class Sum implements Accumulator {
  readonly numbersKept = 2;
  #sums: Float64Array = new Float64Array(0);
  #lost: Float64Array = new Float64Array(0);

  async reserve(places: number, clock: WorkClock): Promise<void> {
    this.#sums = await grown(this.#sums, places, clock);
    this.#lost = await grown(this.#lost, places, clock);
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
  readonly numbersKept = 4;
  #counts: Float64Array = new Float64Array(0);
  /** Sums, or means at the places that are incremental. */
  #running: Float64Array = new Float64Array(0);
  #lost: Float64Array = new Float64Array(0);
  /** 1 at the places that are incremental. */
  #incremental: Float64Array = new Float64Array(0);

  async reserve(places: number, clock: WorkClock): Promise<void> {
    this.#counts = await grown(this.#counts, places, clock);
    this.#running = await grown(this.#running, places, clock);
    this.#lost = await grown(this.#lost, places, clock);
    this.#incremental = await grown(this.#incremental, places, clock);
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
  readonly numbersKept = 1;
  #best: Float64Array = new Float64Array(0);
  /** 1 for the greatest, -1 for the least. */
  readonly #sign: 1 | -1;

  constructor(sign: 1 | -1) {
    this.#sign = sign;
  }

  async reserve(places: number, clock: WorkClock): Promise<void> {
    const before = this.#best.length;
    this.#best = await grown(this.#best, places, clock);
    for (let start = before; start < places; start += FILL_VALUES) {
      this.#best.fill(Number.NaN, start, start + FILL_VALUES);
      if (clock.dueAfter(FILL_VALUES)) await clock.pause();
    }
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
  readonly numbersKept = 1;
  #counts: Float64Array = new Float64Array(0);

  async reserve(places: number, clock: WorkClock): Promise<void> {
    this.#counts = await grown(this.#counts, places, clock);
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
  readonly numbersKept = 3;
  #counts: Float64Array = new Float64Array(0);
  #means: Float64Array = new Float64Array(0);
  #squares: Float64Array = new Float64Array(0);
  readonly #finish: (variance: number) => number;

  constructor(finish: (variance: number) => number) {
    this.#finish = finish;
  }

  async reserve(places: number, clock: WorkClock): Promise<void> {
    this.#counts = await grown(this.#counts, places, clock);
    this.#means = await grown(this.#means, places, clock);
    this.#squares = await grown(this.#squares, places, clock);
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
