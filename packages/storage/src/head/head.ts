import { wordsOf } from '@tinyobs/model';
import type { SeriesRows } from '../index/seriesRows.js';
import { HEAD_SEGMENT_SAMPLES, HEAD_WINDOWS_MAX } from '../limits.js';

const NONE = 0;
const INT32_MAX = 2 ** 31 - 1;
const SEGMENT_SHIFT = Math.log2(HEAD_SEGMENT_SAMPLES);
const SEGMENT_MASK = HEAD_SEGMENT_SAMPLES - 1;

/** Samples in columns with their series resolved, on their way into a head. */
export interface SampleColumns {
  readonly ids: Uint32Array;
  readonly times: Float64Array;
  /** The values' words, two a sample. */
  readonly words: Uint32Array;
  readonly count: number;
}

export interface HeadOptions {
  readonly samplesMax: number;
  readonly windowMs: number;
  readonly rows: SeriesRows;
}

/**
 * Samples in memory: an append log in segments of 16-byte records
 *
 *     word 0, 1  value        word 2  time - base, ms, Int32        word 3  previous record of the series + 1
 *
 * with the last record of each series beside it, by row. Memory is bounded by the samples it may hold, not by the
 * number of series (S6).
 *
 * S1: what was appended is shown to readers only up to `committed`; `cutBack` takes back the rest.
 */
export class Head {
  /** Records readers may see. */
  committed = 0;
  /** Records written. */
  length = 0;
  minMs = Number.POSITIVE_INFINITY;
  maxMs = Number.NEGATIVE_INFINITY;
  /** The highest write-ahead record whose samples are all in this head or an earlier one. */
  coveredSeq = -1;
  /** Readers that walk this head: its memory is not reused before they are done. */
  readers = 0;
  /** The clock when the first samples were committed, ms. */
  openedMs: number | undefined;
  readonly samplesMax: number;
  readonly windowMs: number;
  #baseMs = 0;
  readonly #rows: SeriesRows;
  #segments: Uint32Array[] = [];
  #last = new Uint32Array(1024);
  /** 1 where a series has a record that is not later than its predecessor. */
  #disordered = new Uint8Array(1024);
  #seriesEnd = 0;
  /** One past the greatest row with a record. */
  #rowEnd = 0;
  #windows = new Set<number>();
  #openWindow = Number.NaN;

  constructor(options: HeadOptions) {
    this.samplesMax = options.samplesMax;
    this.windowMs = options.windowMs;
    this.#rows = options.rows;
  }

  get baseMs(): number {
    return this.#baseMs;
  }

  /** One past the highest series id with a record. */
  get seriesEnd(): number {
    return this.#seriesEnd;
  }

  /** One past the highest row with a record: there are at most so many series. */
  get rowEnd(): number {
    return this.#rowEnd;
  }

  /** Bytes of what is beside the records. */
  get seriesBytes(): number {
    return this.#last.byteLength + this.#disordered.byteLength;
  }

  get room(): number {
    return this.samplesMax - this.length;
  }

  /** Starts of the windows the head touches, ascending. */
  get windows(): number[] {
    return [...this.#windows].sort((a, b) => a - b).map((window) => window * this.windowMs);
  }

  /** Whether a sample of this time can be appended now; if so its window is counted from now on. */
  admits(timeMs: number): boolean {
    if (this.length === 0 && this.#windows.size === 0) this.#baseMs = timeMs;
    const offset = timeMs - this.#baseMs;
    if (offset > INT32_MAX || offset < -INT32_MAX) return false;
    const window = Math.floor(timeMs / this.windowMs);
    if (window === this.#openWindow) return true;
    if (!this.#windows.has(window)) {
      if (this.#windows.size >= HEAD_WINDOWS_MAX) return false;
      this.#windows.add(window);
    }
    this.#openWindow = window;
    return true;
  }

  /** Appends samples `from` to `to` of the columns, each admitted before and within `room`. */
  append(columns: SampleColumns, from = 0, to = columns.count): void {
    const { ids, times, words } = columns;
    for (let i = from; i < to; i++) {
      const series = ids[i];
      const row = this.#rows.rowOf(series);
      if (series >= this.#seriesEnd) this.#seriesEnd = series + 1;
      if (row >= this.#rowEnd) this.#growRows(row + 1);
      const record = this.length++;
      if (record >> SEGMENT_SHIFT === this.#segments.length) {
        this.#segments.push(new Uint32Array(4 * HEAD_SEGMENT_SAMPLES));
      }
      const segment = this.#segments[record >> SEGMENT_SHIFT];
      const at = 4 * (record & SEGMENT_MASK);
      const timeMs = times[i];
      const offset = timeMs - this.#baseMs;
      const previous = this.#last[row];
      if (previous !== NONE && this.offsetOf(previous - 1) >= offset) this.#disordered[row] = 1;
      segment[at] = words[2 * i];
      segment[at + 1] = words[2 * i + 1];
      segment[at + 2] = offset;
      segment[at + 3] = previous;
      this.#last[row] = record + 1;
      if (timeMs < this.minMs) this.minMs = timeMs;
      if (timeMs > this.maxMs) this.maxMs = timeMs;
    }
  }

  /** Shows everything appended so far to readers. */
  commit(coveredSeq: number): void {
    this.committed = this.length;
    this.coveredSeq = coveredSeq;
  }

  /** Takes back what was appended since the last commit, given the same columns (S1). */
  cutBack(columns: SampleColumns, from = 0, to = columns.count): void {
    for (let i = to - 1; i >= from; i--) {
      this.length--;
      this.#last[this.#rows.rowOf(columns.ids[i])] = this.previousOf(this.length);
    }
  }

  /** The newest committed record of a series, as its number + 1; 0 for none. */
  lastOf(series: number, committed = this.committed): number {
    if (series >= this.#seriesEnd) return NONE;
    const row = this.#rows.rowOf(series);
    let record = row < this.#rowEnd ? this.#last[row] : NONE;
    while (record > committed) record = this.previousOf(record - 1);
    return record;
  }

  previousOf(record: number): number {
    return this.#segments[record >> SEGMENT_SHIFT][4 * (record & SEGMENT_MASK) + 3];
  }

  /** Time of a record as its distance from `baseMs`. */
  offsetOf(record: number): number {
    return this.#segments[record >> SEGMENT_SHIFT][4 * (record & SEGMENT_MASK) + 2] | 0;
  }

  /** Copies the words of a record's value to place `at` of `words`. */
  copyWords(record: number, words: Uint32Array, at: number): void {
    const segment = this.#segments[record >> SEGMENT_SHIFT];
    const from = 4 * (record & SEGMENT_MASK);
    words[2 * at] = segment[from];
    words[2 * at + 1] = segment[from + 1];
  }

  /** Whether a walk from the newest record of the series back meets ever earlier times. */
  isOrdered(series: number): boolean {
    return this.#disordered[this.#rows.rowOf(series)] !== 1;
  }

  /** Whether a series has any record, shown to readers or not. */
  holds(series: number): boolean {
    return this.lastOf(series, this.length) !== NONE;
  }

  /** Forgets everything, keeping the memory. */
  reset(): void {
    this.committed = 0;
    this.length = 0;
    this.minMs = Number.POSITIVE_INFINITY;
    this.maxMs = Number.NEGATIVE_INFINITY;
    this.coveredSeq = -1;
    this.openedMs = undefined;
    this.#last.fill(NONE, 0, this.#rowEnd);
    this.#disordered.fill(0, 0, this.#rowEnd);
    this.#seriesEnd = 0;
    this.#rowEnd = 0;
    this.#windows.clear();
    this.#openWindow = Number.NaN;
  }

  #growRows(end: number): void {
    this.#rowEnd = end;
    if (end <= this.#last.length) return;
    const capacity = Math.max(end, this.#last.length * 2);
    const last = new Uint32Array(capacity);
    last.set(this.#last);
    this.#last = last;
    const disordered = new Uint8Array(capacity);
    disordered.set(this.#disordered);
    this.#disordered = disordered;
  }
}

/** Room for columns of `capacity` samples. */
export class ColumnBuffer implements SampleColumns {
  count = 0;
  readonly ids: Uint32Array;
  readonly times: Float64Array;
  readonly words: Uint32Array;

  constructor(capacity: number) {
    this.ids = new Uint32Array(capacity);
    this.times = new Float64Array(capacity);
    this.words = wordsOf(new Float64Array(capacity));
  }
}
