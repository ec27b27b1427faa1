/**
 * A running sum with Neumaier's compensation.
 *
 * Source: https://en.wikipedia.org/wiki/Kahan_summation_algorithm#Further_enhancements
 */
export class KahanSum {
  sum = 0;
  compensation = 0;

  add(value: number): void {
    const total = this.sum + value;
    this.compensation = nextCompensation(value, this.sum, total, this.compensation);
    this.sum = total;
  }

  get total(): number {
    return this.sum + this.compensation;
  }
}

/** The compensation after `value` was added to `sum` and gave `total`; none for an infinite sum. */
export function nextCompensation(value: number, sum: number, total: number, compensation: number): number {
  if (total === Number.POSITIVE_INFINITY || total === Number.NEGATIVE_INFINITY) return 0;
  return compensation + (Math.abs(sum) >= Math.abs(value) ? sum - total + value : value - total + sum);
}

/** A mean by direct summation that turns to the incremental form when the sum would overflow. */
export class KahanMean {
  #sum = 0;
  #compensation = 0;
  #mean = 0;
  #incremental = false;
  #count = 0;

  add(value: number): void {
    this.#count++;
    if (this.#count === 1) {
      this.#sum = value;
      return;
    }
    if (!this.#incremental) {
      const total = this.#sum + value;
      if (total !== Number.POSITIVE_INFINITY && total !== Number.NEGATIVE_INFINITY) {
        this.#compensation = nextCompensation(value, this.#sum, total, this.#compensation);
        this.#sum = total;
        return;
      }
      this.#incremental = true;
      this.#mean = this.#sum / (this.#count - 1);
      this.#compensation /= this.#count - 1;
    }
    const share = (this.#count - 1) / this.#count;
    const before = share * this.#mean;
    const mean = before + value / this.#count;
    this.#compensation = nextCompensation(value / this.#count, before, mean, share * this.#compensation);
    this.#mean = mean;
  }

  get value(): number {
    if (this.#incremental) return this.#mean + this.#compensation;
    return this.#sum / this.#count + this.#compensation / this.#count;
  }
}
