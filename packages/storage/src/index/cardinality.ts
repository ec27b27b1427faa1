import { NO_SYMBOL } from './seriesIndex.js';
import type { SeriesRows } from './seriesRows.js';

/**
 * Counts *active* series, those with a sample in the current or the previous window of the clock, in all and
 * by metric, and says whether a new one is within the limits. Existing series are never asked.
 */
export class Cardinality {
  readonly #seriesMax: number;
  readonly #seriesPerMetricMax: number;
  readonly windowMs: number;
  #clockWindow = Number.NEGATIVE_INFINITY;
  /** Counts the windows that have begun, from 2, so that 0 in `#seen` means never. */
  #window = 2;
  readonly #rows: SeriesRows;
  /** The window each series was last seen in, by row. A row that is let go is that of a series not seen for long. */
  #seen = new Uint32Array(1024);
  #current = new Counts();
  #previous = new Counts();

  constructor(options: {
    readonly seriesMax: number;
    readonly seriesPerMetricMax: number;
    readonly windowMs: number;
    readonly rows: SeriesRows;
  }) {
    this.#seriesMax = options.seriesMax;
    this.#seriesPerMetricMax = options.seriesPerMetricMax;
    this.windowMs = options.windowMs;
    this.#rows = options.rows;
  }

  get active(): number {
    return this.#current.total + this.#previous.total;
  }

  /** Tells the time; call before a batch of `touch` and `refusal`. */
  advance(nowMs: number): void {
    const clockWindow = Math.floor(nowMs / this.windowMs);
    if (clockWindow <= this.#clockWindow) return;
    const passed = Number.isFinite(this.#clockWindow) ? Math.min(2, clockWindow - this.#clockWindow) : 0;
    this.#clockWindow = clockWindow;
    for (let i = 0; i < passed; i++) {
      this.#window++;
      this.#previous = this.#current;
      this.#current = new Counts();
    }
  }

  /** Why a new series of this metric is refused now, undefined when it is not. */
  refusal(metric: number): 'too_many_series' | 'too_many_series_per_metric' | undefined {
    if (this.active >= this.#seriesMax) return 'too_many_series';
    if (metric === NO_SYMBOL) return undefined;
    const ofMetric = this.#current.of(metric) + this.#previous.of(metric);
    return ofMetric >= this.#seriesPerMetricMax ? 'too_many_series_per_metric' : undefined;
  }

  /** Notes a sample of the series now. */
  touch(series: number, metric: number): void {
    const row = this.#rows.rowOf(series);
    if (row >= this.#seen.length) this.#grow(row);
    const seen = this.#seen[row];
    if (seen === this.#window) return;
    if (seen === this.#window - 1) this.#previous.add(metric, -1);
    this.#seen[row] = this.#window;
    this.#current.add(metric, 1);
  }

  /** Whether a series is active at the time told last. */
  isActive(series: number): boolean {
    const row = this.#rows.rowOf(series);
    return row < this.#seen.length && this.#seen[row] >= this.#window - 1;
  }

  get sizeBytes(): number {
    return this.#seen.byteLength;
  }

  #grow(row: number): void {
    const grown = new Uint32Array(Math.max(row + 1, 2 * this.#seen.length));
    grown.set(this.#seen);
    this.#seen = grown;
  }
}

class Counts {
  total = 0;
  /** A metric's number of series in a box, so that counting is one look into the map. */
  readonly #byMetric = new Map<number, { series: number }>();

  of(metric: number): number {
    return this.#byMetric.get(metric)?.series ?? 0;
  }

  add(metric: number, change: number): void {
    this.total += change;
    const known = this.#byMetric.get(metric);
    if (known) known.series += change;
    else this.#byMetric.set(metric, { series: change });
  }
}
