/**
 * The points of a batch that say what was added since the one before, in columns. The samples of point i are
 * `starts[i] .. ends[i]` of the batch; up to `bucketEnds[i]` they are buckets, ascending, each with the counts of all
 * below it. What `isExponential[i]` is not 0 for has only the buckets around its values: the others of its histogram
 * go on, too.
 */
export class DeltaPoints {
  count = 0;
  readonly starts: number[] = [];
  readonly bucketEnds: number[] = [];
  readonly ends: number[] = [];
  readonly isExponential: number[] = [];

  add(start: number, bucketEnd: number, end: number, isExponential: boolean): void {
    this.starts.push(start);
    this.bucketEnds.push(bucketEnd);
    this.ends.push(end);
    this.isExponential.push(isExponential ? 1 : 0);
    this.count++;
  }
}
