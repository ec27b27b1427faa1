import type { LiveRules } from '../storeOptions.js';
import { grown } from './grownArray.js';
import { NO_SYMBOL } from './seriesIndex.js';
import type { SeriesRows } from './seriesRows.js';

/** Whoever brings series in, and how many active ones they may have. */
export interface SeriesQuota {
  /** Equal ids are counted together. */
  readonly id: string;
  readonly seriesMax: number;
}

/** Why a new series is refused. */
export type SeriesRefusal = 'too_many_series' | 'too_many_series_per_metric' | 'too_many_series_per_key';

/** The active series of a quota, and the limit it came with last. */
export interface QuotaUse extends SeriesQuota {
  readonly active: number;
}

/** Numbers of quotas; 0 stands for none. */
const NOBODY = 0;

/**
 * Counts *active* series, those with a sample in the current or the previous window of the clock: in all, by metric
 * and by quota, and says whether a new one is within the limits. Existing series are never asked.
 *
 * A series counts for the quota that brought it in, which is whoever wrote to it first when it was new, or had not been
 * active. Nothing of that is stored: of those that were active when the store was opened it is learned from the first
 * quota that writes to them.
 *
 * What is touched after `begin` is reserved at once, so that batches on their way never pass a limit together;
 * `commit` keeps it and `discard` gives it back.
 */
export class Cardinality {
  readonly #rules: LiveRules;
  readonly windowMs: number;
  #clockWindow = Number.NEGATIVE_INFINITY;
  /** Counts the windows that have begun, from 2, so that 0 in `#seen` means never. */
  #window = 2;
  readonly #rows: SeriesRows;
  /** The window each series was last seen in, by row. A row that is let go is that of a series not seen for long. */
  #seen = new Uint32Array(1024);
  /** The number of the quota of each active series, by row; empty while there are no quotas. */
  #owners = new Uint32Array(0);
  #current = new Counts();
  #previous = new Counts();
  /** Series with lower ids may have been brought in before the store was opened. */
  #learnedEnd = 0;
  readonly #quotas: SeriesQuota[] = [];
  readonly #quotaNumbers = new Map<string, number>();
  /** How to take back what was touched since `begin`: row, metric, and window and owner before, four words each. */
  #touched = new Uint32Array(4096);
  #touchedEnd = 0;
  #isTakenBack = false;

  constructor(options: {
    readonly rules: LiveRules;
    readonly windowMs: number;
    readonly rows: SeriesRows;
  }) {
    this.#rules = options.rules;
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

  /** Lets the quotas of series with ids below `end` be learned from those who write to them. */
  learnBelow(end: number): void {
    this.#learnedEnd = end;
  }

  /** Tells the time, and lets what is touched from now on be taken back. */
  begin(nowMs: number): void {
    this.advance(nowMs);
    this.#touchedEnd = 0;
    this.#isTakenBack = true;
  }

  /** Keeps what was touched since `begin`. */
  commit(): void {
    this.#isTakenBack = false;
  }

  /** Takes back what was touched since `begin`, which was not written. */
  discard(): void {
    for (let at = this.#touchedEnd - 4; at >= 0; at -= 4) {
      const [row, metric, seen, owner] = this.#touched.subarray(at, at + 4);
      this.#move(row, metric, seen, owner);
    }
    this.#isTakenBack = false;
  }

  /** By what a quota is named in `touch` and `refusal`; 0 for none. */
  numberOf(quota: SeriesQuota | undefined): number {
    if (quota === undefined) return NOBODY;
    let number = this.#quotaNumbers.get(quota.id);
    if (number === undefined) {
      number = this.#quotas.length + 1;
      this.#quotaNumbers.set(quota.id, number);
    }
    this.#quotas[number - 1] = quota;
    return number;
  }

  /** Why a new series of this metric is refused now, undefined when it is not. */
  refusal(metric: number, quota = NOBODY): SeriesRefusal | undefined {
    const { seriesMax, seriesPerMetricMax } = this.#rules.current;
    if (this.active >= seriesMax) return 'too_many_series';
    if (metric !== NO_SYMBOL && this.activeOf(metric) >= seriesPerMetricMax)
      return 'too_many_series_per_metric';
    if (quota !== NOBODY && this.#activeOfQuota(quota) >= this.#quotas[quota - 1].seriesMax)
      return 'too_many_series_per_key';
    return undefined;
  }

  /** Notes a sample of the series now, written within a quota. */
  touch(series: number, metric: number, quota = NOBODY): void {
    const row = this.#rows.rowOf(series);
    if (row >= this.#seen.length) this.#seen = grown(this.#seen, row + 1);
    if (quota !== NOBODY && row >= this.#owners.length) this.#owners = grown(this.#owners, row + 1);
    const seen = this.#seen[row];
    const owner = this.#owners.length > row ? this.#owners[row] : NOBODY;
    const isLearned = quota !== NOBODY && owner === NOBODY && series < this.#learnedEnd;
    if (seen === this.#window && !isLearned) return;
    if (this.#isTakenBack) this.#note(row, metric, seen, owner);
    const isKept = seen >= this.#window - 1 && !isLearned;
    this.#move(row, metric, this.#window, isKept ? owner : quota);
  }

  /** Whether a series is active at the time told last. */
  isActive(series: number): boolean {
    const row = this.#rows.rowOf(series);
    return row < this.#seen.length && this.#seen[row] >= this.#window - 1;
  }

  /** Active series of a metric. */
  activeOf(metric: number): number {
    return this.#current.ofMetric(metric) + this.#previous.ofMetric(metric);
  }

  /** Metrics with active series, `NO_SYMBOL` for those without a name; each once while nothing is touched. */
  *metrics(): Iterable<number> {
    const [current, previous] = [this.#current, this.#previous];
    for (const metric of current.metrics()) if (current.ofMetric(metric) > 0) yield metric;
    for (const metric of previous.metrics()) {
      if (previous.ofMetric(metric) > 0 && current.ofMetric(metric) === 0) yield metric;
    }
  }

  /** Quotas with active series. */
  quotas(): QuotaUse[] {
    return this.#quotas
      .map((quota, i) => ({ ...quota, active: this.#activeOfQuota(i + 1) }))
      .filter(({ active }) => active > 0);
  }

  get sizeBytes(): number {
    return this.#seen.byteLength + this.#owners.byteLength + this.#touched.byteLength;
  }

  #activeOfQuota(quota: number): number {
    return this.#current.ofQuota(quota) + this.#previous.ofQuota(quota);
  }

  #note(row: number, metric: number, seen: number, owner: number): void {
    const at = this.#touchedEnd;
    if (at === this.#touched.length) this.#touched = grown(this.#touched);
    this.#touched[at] = row;
    this.#touched[at + 1] = metric;
    this.#touched[at + 2] = seen;
    this.#touched[at + 3] = owner;
    this.#touchedEnd = at + 4;
  }

  /** Lets a series have been seen in another window, within another quota, and counts it so. */
  #move(row: number, metric: number, seen: number, owner: number): void {
    const ownerBefore = this.#owners.length > row ? this.#owners[row] : NOBODY;
    this.#countsOf(this.#seen[row])?.add(metric, ownerBefore, -1);
    this.#countsOf(seen)?.add(metric, owner, 1);
    this.#seen[row] = seen;
    if (row < this.#owners.length) this.#owners[row] = owner;
  }

  /** Undefined for a window that does not count any more. */
  #countsOf(window: number): Counts | undefined {
    if (window === this.#window) return this.#current;
    return window === this.#window - 1 ? this.#previous : undefined;
  }
}

class Counts {
  total = 0;
  /** Numbers of series in boxes, so that counting is one look into a map. */
  readonly #byMetric = new Map<number, { series: number }>();
  readonly #byQuota = new Map<number, { series: number }>();

  ofMetric(metric: number): number {
    return this.#byMetric.get(metric)?.series ?? 0;
  }

  ofQuota(quota: number): number {
    return this.#byQuota.get(quota)?.series ?? 0;
  }

  metrics(): Iterable<number> {
    return this.#byMetric.keys();
  }

  add(metric: number, quota: number, change: number): void {
    this.total += change;
    count(this.#byMetric, metric, change);
    if (quota !== NOBODY) count(this.#byQuota, quota, change);
  }
}

function count(counts: Map<number, { series: number }>, of: number, change: number): void {
  const known = counts.get(of);
  if (known) known.series += change;
  else counts.set(of, { series: change });
}
