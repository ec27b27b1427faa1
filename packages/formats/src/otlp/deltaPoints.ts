const NO_BOUNDS = new Float64Array(0);

/**
 * The points of a batch that say what was added since the one before, in columns. The samples of point i are
 * `starts[i] .. ends[i]` of the batch, and the last of them counts the point as such; up to `bucketEnds[i]` they are
 * buckets, ascending, each with the values of all below it.
 *
 * An exponential histogram has only the buckets around its values: the others of its series go on, too. The bounds of
 * its buckets but the last, which is infinite, are told beside them.
 */
export class DeltaPoints {
  count = 0;
  readonly starts: number[] = [];
  readonly bucketEnds: number[] = [];
  readonly ends: number[] = [];
  readonly #isExponential: boolean[] = [];
  readonly #boundStarts: number[] = [0];
  readonly #bounds: number[] = [];

  /** @param bounds Of an exponential histogram; undefined for all other points. */
  add(start: number, bucketEnd: number, end: number, bounds?: Float64Array): void {
    this.starts.push(start);
    this.bucketEnds.push(bucketEnd);
    this.ends.push(end);
    this.#isExponential.push(bounds !== undefined);
    for (const bound of bounds ?? NO_BOUNDS) this.#bounds.push(bound);
    this.#boundStarts.push(this.#bounds.length);
    this.count++;
  }

  isExponential(point: number): boolean {
    return this.#isExponential[point];
  }

  /** The bounds of an exponential histogram, ascending. */
  boundsOf(point: number): number[] {
    return this.#bounds.slice(this.#boundStarts[point], this.#boundStarts[point + 1]);
  }
}
