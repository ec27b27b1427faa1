import { wordsOf } from '@tinyobs/model';

/** Times and values side by side, growing. Values are copied as words, so that NaN keeps its payload. */
export class SampleBuffer {
  length = 0;
  times: Float64Array;
  values: Float64Array;
  words: Uint32Array;

  constructor(capacity = 1024) {
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.words = wordsOf(this.values);
  }

  reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.times.length) return;
    const capacity = Math.max(needed, 2 * this.times.length);
    const times = new Float64Array(capacity);
    times.set(this.times.subarray(0, this.length));
    const values = new Float64Array(capacity);
    const words = wordsOf(values);
    words.set(this.words.subarray(0, 2 * this.length));
    this.times = times;
    this.values = values;
    this.words = words;
  }

  /** Takes out samples `from` to `to`. */
  remove(from: number, to: number): void {
    this.times.copyWithin(from, to, this.length);
    this.words.copyWithin(2 * from, 2 * to, 2 * this.length);
    this.length -= to - from;
  }

  /** Appends samples `from` to `to` of another buffer. */
  append(source: SampleBuffer, from: number, to: number): void {
    this.reserve(to - from);
    this.times.set(source.times.subarray(from, to), this.length);
    this.words.set(source.words.subarray(2 * from, 2 * to), 2 * this.length);
    this.length += to - from;
  }
}

/**
 * Merges `later` into `target` from `start` on, both ascending without duplicates; of two samples of one time
 * the one in `later` stays.
 */
export function mergeInto(
  target: SampleBuffer,
  start: number,
  later: SampleBuffer,
  scratch: SampleBuffer,
): void {
  const firstMs = later.times[0];
  let at = lowerBound(target.times, firstMs, start, target.length);
  scratch.length = 0;
  scratch.append(target, at, target.length);
  target.length = at;
  at = 0;
  for (let next = 0; next < later.length; ) {
    const timeMs = later.times[next];
    const end = lowerBound(scratch.times, timeMs, at, scratch.length);
    target.append(scratch, at, end);
    at = end;
    if (at < scratch.length && scratch.times[at] === timeMs) at++;
    const limitMs = at < scratch.length ? scratch.times[at] : Number.POSITIVE_INFINITY;
    let stretch = next + 1;
    while (stretch < later.length && later.times[stretch] < limitMs) stretch++;
    target.append(later, next, stretch);
    next = stretch;
  }
  target.append(scratch, at, scratch.length);
}

/** The first place in `times[from .. to)` whose time is not below `timeMs`. */
export function lowerBound(times: Float64Array, timeMs: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle] < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
