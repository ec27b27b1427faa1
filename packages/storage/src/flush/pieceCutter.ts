import type { Head } from '../head/head.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import type { RunWriter } from './runWriter.js';
import type { SeriesGatherer } from './seriesGatherer.js';

/** Pieces cut by one call: some tenths of a millisecond of work. */
const PIECES_MAX = 16;

/**
 * Cuts the series gathered last at windows and entry sizes and hands the pieces to their runs. A class of its own
 * and free of promises: V8 takes longer to optimise it together with the loop that awaits.
 */
export class PieceCutter {
  readonly #head: Head;
  readonly #gatherer: SeriesGatherer;
  readonly #writers: ReadonlyMap<number, RunWriter>;
  readonly #offsets = new Uint32Array(ENTRY_SAMPLES_MAX);
  #series = 0;
  #metric = 0;
  /** Samples of the series that are in pieces. */
  #position = 0;

  constructor(head: Head, gatherer: SeriesGatherer, writers: ReadonlyMap<number, RunWriter>) {
    this.#head = head;
    this.#gatherer = gatherer;
    this.#writers = writers;
  }

  /** Turns to the series that is gathered now. */
  begin(series: number, metric: number): void {
    this.#series = series;
    this.#metric = metric;
    this.#position = 0;
  }

  get isDone(): boolean {
    return this.#position === this.#gatherer.count;
  }

  /** Cuts some more pieces of the series; returns how many. */
  cut(): number {
    let pieces = 0;
    for (; pieces < PIECES_MAX && !this.isDone; pieces++) this.#cutOne();
    return pieces;
  }

  #cutOne(): void {
    const { baseMs, windowMs: widthMs } = this.#head;
    const { offsets: gathered, words, count: end } = this.#gatherer;
    const from = this.#position;
    const windowMs = Math.floor((baseMs + gathered[from]) / widthMs) * widthMs;
    const shift = baseMs - windowMs;
    const countMax = Math.min(ENTRY_SAMPLES_MAX, end - from);
    let count = 0;
    while (count < countMax) {
      const offset = gathered[from + count] + shift;
      if (offset >= widthMs) break;
      this.#offsets[count++] = offset;
    }
    this.#position = from + count;
    this.#writers.get(windowMs)!.add({
      metric: this.#metric,
      series: this.#series,
      count,
      offsets: this.#offsets,
      words: words.subarray(2 * from, 2 * this.#position),
    });
  }
}
