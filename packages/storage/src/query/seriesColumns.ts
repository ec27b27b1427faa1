import { type SeriesBatch, wordsOf } from '@tinyobs/model';
import type { SampleBuffer } from './sampleBuffer.js';

/**
 * The memory of a batch. Series are added one at a time, from `begin` to `end`; one whose times are those of the
 * series before shares them.
 */
export class SeriesColumns {
  count = 0;
  values = new Float64Array(4096);
  /** Where the next values go. */
  valuesEnd = 0;
  #words = wordsOf(this.values);
  #times = new Float64Array(4096);
  #timesEnd = 0;
  #ids = new Uint32Array(64);
  #timeStarts = new Uint32Array(64);
  #valueStarts = new Uint32Array(64);
  #lengths = new Uint32Array(64);
  #id = 0;
  #valueStart = 0;
  #stretches: Stretches = { columns: [], bounds: [] };
  /** Of the series before, unless it has times that no column holds. */
  #stretchesBefore: Stretches = { columns: [], bounds: [] };
  /** Whether the times of the series at hand are written out already: some are in no column. */
  #isWritten = false;

  get samplesMax(): number {
    return this.values.length + this.#times.length;
  }

  reset(): void {
    this.count = 0;
    this.valuesEnd = 0;
    this.#timesEnd = 0;
    clear(this.#stretchesBefore);
  }

  begin(id: number): void {
    this.#id = id;
    this.#valueStart = this.valuesEnd;
    clear(this.#stretches);
    this.#isWritten = false;
  }

  /** Takes back what was added since `begin`. */
  cancel(): void {
    this.valuesEnd = this.#valueStart;
    this.#timesEnd = this.#endOfTimesBefore();
  }

  /** Makes sure that so many values can be written at `valuesEnd`. */
  reserveValues(more: number): void {
    const needed = this.valuesEnd + more;
    if (needed <= this.values.length) return;
    const values = new Float64Array(Math.max(needed, 2 * this.values.length));
    const words = wordsOf(values);
    words.set(this.#words.subarray(0, 2 * this.valuesEnd));
    this.values = values;
    this.#words = words;
  }

  /**
   * Takes values `from` to `to` of those that were written at `valuesEnd`, whose times are `column`. Columns are
   * compared by identity and must not change.
   */
  takeValues(column: Float64Array, from: number, to: number): void {
    const at = this.valuesEnd;
    if (from > 0) this.#words.copyWithin(2 * at, 2 * (at + from), 2 * (at + to));
    this.valuesEnd = at + to - from;
    this.#stretches.columns.push(column);
    this.#stretches.bounds.push(from, to);
  }

  /** Appends the samples of a buffer. */
  appendSamples({ times, words, length }: SampleBuffer): void {
    this.reserveValues(length);
    this.#words.set(words.subarray(0, 2 * length), 2 * this.valuesEnd);
    this.valuesEnd += length;
    if (!this.#isWritten) this.#writeTimes();
    this.#isWritten = true;
    this.#reserveTimes(length);
    this.#times.set(times.subarray(0, length), this.#timesEnd);
    this.#timesEnd += length;
  }

  /** Appends the last sample of a buffer. */
  appendLast({ times, words, length }: SampleBuffer): void {
    this.reserveValues(1);
    this.#words[2 * this.valuesEnd] = words[2 * length - 2];
    this.#words[2 * this.valuesEnd + 1] = words[2 * length - 1];
    this.valuesEnd++;
    if (!this.#isWritten) this.#writeTimes();
    this.#isWritten = true;
    this.#reserveTimes(1);
    this.#times[this.#timesEnd++] = times[length - 1];
  }

  /** Ends the series; one without samples is left out. */
  end(): void {
    const length = this.valuesEnd - this.#valueStart;
    if (length === 0) return;
    const sharedStart = this.#sharedTimes(length);
    if (sharedStart === undefined && !this.#isWritten) this.#writeTimes();
    const timeStart = sharedStart ?? this.#timesEnd - length;
    if (sharedStart !== undefined) this.#timesEnd = sharedStart + length;
    if (this.count === this.#ids.length) this.#growSeries();
    this.#ids[this.count] = this.#id;
    this.#lengths[this.count] = length;
    this.#valueStarts[this.count] = this.#valueStart;
    this.#timeStarts[this.count] = timeStart;
    this.count++;
    if (this.#isWritten) clear(this.#stretchesBefore);
    else [this.#stretches, this.#stretchesBefore] = [this.#stretchesBefore, this.#stretches];
  }

  view(): SeriesBatch {
    return {
      count: this.count,
      ids: this.#ids,
      timeStarts: this.#timeStarts,
      valueStarts: this.#valueStarts,
      lengths: this.#lengths,
      times: this.#times,
      values: this.values,
    };
  }

  /** Where the equal times of the series before start; undefined when they differ. */
  #sharedTimes(length: number): number | undefined {
    if (this.count === 0 || this.#lengths[this.count - 1] !== length) return undefined;
    const before = this.#timeStarts[this.count - 1];
    if (!this.#isWritten) {
      return areSame(this.#stretches, this.#stretchesBefore) ? before : undefined;
    }
    const own = this.#timesEnd - length;
    for (let i = 0; i < length; i++) if (this.#times[before + i] !== this.#times[own + i]) return undefined;
    return before;
  }

  /** Writes the times of the stretches out. */
  #writeTimes(): void {
    const { columns, bounds } = this.#stretches;
    for (const [i, column] of columns.entries()) {
      const part = column.subarray(bounds[2 * i], bounds[2 * i + 1]);
      this.#reserveTimes(part.length);
      this.#times.set(part, this.#timesEnd);
      this.#timesEnd += part.length;
    }
  }

  #endOfTimesBefore(): number {
    return this.count === 0 ? 0 : this.#timeStarts[this.count - 1] + this.#lengths[this.count - 1];
  }

  #reserveTimes(more: number): void {
    const needed = this.#timesEnd + more;
    if (needed <= this.#times.length) return;
    const times = new Float64Array(Math.max(needed, 2 * this.#times.length));
    times.set(this.#times.subarray(0, this.#timesEnd));
    this.#times = times;
  }

  #growSeries(): void {
    const grow = (array: Uint32Array) => {
      const grown = new Uint32Array(2 * array.length);
      grown.set(array);
      return grown;
    };
    this.#ids = grow(this.#ids);
    this.#timeStarts = grow(this.#timeStarts);
    this.#valueStarts = grow(this.#valueStarts);
    this.#lengths = grow(this.#lengths);
  }
}

/** Stretches of timestamp columns, each from `bounds[2 i]` up to `bounds[2 i + 1]`. */
interface Stretches {
  readonly columns: Float64Array[];
  readonly bounds: number[];
}

/** Setting a length costs more than most stretches do: only where there is something. */
function clear({ columns, bounds }: Stretches): void {
  if (columns.length === 0) return;
  columns.length = 0;
  bounds.length = 0;
}

function areSame(a: Stretches, b: Stretches): boolean {
  if (a.columns.length !== b.columns.length) return false;
  for (let i = 0; i < a.columns.length; i++) {
    if (a.columns[i] !== b.columns[i]) return false;
    if (a.bounds[2 * i] !== b.bounds[2 * i] || a.bounds[2 * i + 1] !== b.bounds[2 * i + 1]) return false;
  }
  return a.columns.length > 0;
}
