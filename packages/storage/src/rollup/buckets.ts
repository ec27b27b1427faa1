/**
 * What is left of samples of one series, bucket by bucket, in columns that ascend in time. Where raw windows meet
 * inside a bucket, it has an entry for each of them. An entry with a count of 0 is a stale marker behind the last
 * sample of its bucket, of which only the times mean something.
 */
export class Buckets {
  length = 0;
  firstTimes = new Float64Array(64);
  lastTimes = new Float64Array(64);
  firsts = new Float64Array(64);
  lasts = new Float64Array(64);
  counts = new Float64Array(64);
  sums = new Float64Array(64);
  mins = new Float64Array(64);
  maxs = new Float64Array(64);
  /** Sum of the values that a lower one followed: last − first + drops is the increase of a counter. */
  drops = new Float64Array(64);

  /** Makes room for so many more. */
  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.counts.length) return;
    const capacity = Math.max(needed, 2 * this.counts.length);
    for (const name of COLUMNS) {
      const grown = new Float64Array(capacity);
      grown.set(this[name].subarray(0, this.length));
      this[name] = grown;
    }
  }

  /** Takes out the entries from `from` up to `to`. */
  remove(from: number, to: number): void {
    for (const name of COLUMNS) this[name].copyWithin(from, to, this.length);
    this.length -= to - from;
  }

  /** Appends the entries of another one from `from` up to `to`. */
  append(source: Buckets, from: number, to: number): void {
    this.reserve(to - from);
    for (const name of COLUMNS) this[name].set(source[name].subarray(from, to), this.length);
    this.length += to - from;
  }
}

const COLUMNS = [
  'firstTimes',
  'lastTimes',
  'firsts',
  'lasts',
  'counts',
  'sums',
  'mins',
  'maxs',
  'drops',
] as const;
