import { QuantileSketch } from './quantileSketch.js';

export interface SlidingWindow {
  /** How old what it tells may be. */
  readonly ageMs: number;
  /** The parts of the window that are dropped one by one; more give a steadier window and take more memory. */
  readonly ageBuckets: number;
}

/** Quantiles of the values of the last while: a sketch for each part of the window, used over and over. */
export class SlidingSketch {
  readonly #partMs: number;
  readonly #parts: QuantileSketch[];
  /** Number of the part of time, counted from 1970, that values are added to. */
  #current = Number.NEGATIVE_INFINITY;

  constructor({ ageMs, ageBuckets }: SlidingWindow) {
    this.#partMs = ageMs / ageBuckets;
    this.#parts = Array.from({ length: ageBuckets }, () => new QuantileSketch());
  }

  add(value: number, nowMs: number): void {
    this.#moveTo(nowMs);
    this.#partAt(this.#current).add(value);
  }

  /** Estimates of several quantiles; NaN when there were no values. */
  quantiles(quantiles: readonly number[], nowMs: number): number[] {
    this.#moveTo(nowMs);
    const all = new QuantileSketch();
    for (const part of this.#parts) all.addAll(part);
    return quantiles.map((quantile) => all.quantile(quantile));
  }

  /** Empties the parts that time has left behind; a clock set back by more than the window empties all. */
  #moveTo(nowMs: number): void {
    const now = Math.floor(nowMs / this.#partMs);
    const length = this.#parts.length;
    if (now === this.#current || (now < this.#current && this.#current - now < length)) return;
    const passed = now > this.#current ? Math.min(length, now - this.#current) : length;
    for (let i = 0; i < passed; i++) this.#partAt(now - i).clear();
    this.#current = now;
  }

  #partAt(number: number): QuantileSketch {
    return this.#parts[number % this.#parts.length];
  }
}
