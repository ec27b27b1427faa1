import { GROWTH_METRICS_MAX, HOUR_MS, MINUTE_MS } from '../limits.js';
import { NO_SYMBOL } from './seriesIndex.js';
import type { SymbolTable } from './symbolTable.js';

/** Series are counted in stretches of time: those that are over, and the current one. */
interface Stretches {
  readonly widthMs: number;
  readonly count: number;
  /** Place of the first in a row of counts. */
  readonly at: number;
}

/** Of the last hour and of the last day. */
const FINE: Stretches = { widthMs: 5 * MINUTE_MS, count: 13, at: 0 };
const COARSE: Stretches = { widthMs: HOUR_MS, count: 25, at: FINE.count };
const ROW_LENGTH = FINE.count + COARSE.count;

/** New series: of the last hour, and up to 5 minutes before it; of the last day, and up to an hour before it. */
export interface Created {
  readonly lastHour: number;
  readonly lastDay: number;
  /** Those of the last day by the hours that were counted of it. */
  readonly perHour: number;
}

export interface MetricCreated extends Created {
  readonly metric: string;
}

/**
 * Counts how many series are new, in all and by metric, in the last hour and day. It begins with nothing when the
 * store is opened, and says since when it counts.
 *
 * S6: at most `GROWTH_METRICS_MAX` metrics that had new series within a day are told apart, each in 38 counters; those
 * of others are counted in all.
 */
export class SeriesGrowth {
  readonly sinceMs: number;
  readonly #symbols: SymbolTable;
  readonly #all = new Uint32Array(ROW_LENGTH);
  readonly #byMetric = new Map<string, Uint32Array>();
  /** The same by symbol, as long as symbols mean the same. */
  readonly #bySymbol = new Map<number, Uint32Array | undefined>();
  #generation: number;
  #nowMs: number;
  /** Numbers of the current stretches. */
  #fine: number;
  #coarse: number;

  constructor(symbols: SymbolTable, sinceMs: number) {
    this.#symbols = symbols;
    this.#generation = symbols.generation;
    this.sinceMs = sinceMs;
    this.#nowMs = sinceMs;
    this.#fine = stretchOf(FINE, sinceMs);
    this.#coarse = stretchOf(COARSE, sinceMs);
  }

  /** Tells the time; call before a batch of `note`. A clock that goes back stands still meanwhile. */
  advance(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    const fine = stretchOf(FINE, nowMs);
    if (fine <= this.#fine) return;
    const coarse = stretchOf(COARSE, nowMs);
    for (const row of [this.#all, ...this.#byMetric.values()]) {
      empty(row, FINE, this.#fine, fine);
      empty(row, COARSE, this.#coarse, coarse);
    }
    const isNewHour = coarse > this.#coarse;
    this.#fine = fine;
    this.#coarse = coarse;
    if (isNewHour) this.#dropIdle();
  }

  /** Counts a new series of a metric, given by its symbol. */
  note(metric: number): void {
    this.#count(this.#all);
    const row = this.#rowOf(metric);
    if (row) this.#count(row);
  }

  /** What is new in all, at the time told last. */
  total(): Created {
    return this.#created(this.#all);
  }

  /** What is new of a metric, at the time told last. */
  of(metric: string): MetricCreated {
    return { metric, ...this.#created(this.#byMetric.get(metric) ?? NOTHING) };
  }

  /** Metrics that had new series in the last day, as far as they are told apart. */
  metrics(): string[] {
    return [...this.#byMetric.keys()];
  }

  #created(row: Uint32Array): Created {
    const [lastHour, lastDay] = [sumOf(row, FINE), sumOf(row, COARSE)];
    const fromMs = Math.max(this.sinceMs, (this.#coarse - COARSE.count + 1) * COARSE.widthMs);
    const hours = Math.max(1, (this.#nowMs - fromMs) / HOUR_MS);
    return { lastHour, lastDay, perHour: lastDay / hours };
  }

  #count(row: Uint32Array): void {
    row[FINE.at + (this.#fine % FINE.count)]++;
    row[COARSE.at + (this.#coarse % COARSE.count)]++;
  }

  /** Undefined where too many metrics are told apart already. */
  #rowOf(metric: number): Uint32Array | undefined {
    if (this.#symbols.generation !== this.#generation) {
      this.#generation = this.#symbols.generation;
      this.#bySymbol.clear();
    }
    const known = this.#bySymbol.get(metric);
    if (known || this.#bySymbol.has(metric)) return known;
    const name = metric === NO_SYMBOL ? '' : this.#symbols.text(metric);
    let row = this.#byMetric.get(name);
    if (!row && this.#byMetric.size < GROWTH_METRICS_MAX) {
      row = new Uint32Array(ROW_LENGTH);
      this.#byMetric.set(name, row);
    }
    if (this.#bySymbol.size >= GROWTH_METRICS_MAX) this.#bySymbol.clear();
    this.#bySymbol.set(metric, row);
    return row;
  }

  #dropIdle(): void {
    for (const [metric, row] of this.#byMetric) if (sumOf(row, COARSE) === 0) this.#byMetric.delete(metric);
    this.#bySymbol.clear();
  }
}

const NOTHING = new Uint32Array(ROW_LENGTH);

function stretchOf({ widthMs }: Stretches, timeMs: number): number {
  return Math.floor(timeMs / widthMs);
}

/** Empties the stretches behind `from` up to `to`. */
function empty(row: Uint32Array, { at, count }: Stretches, from: number, to: number): void {
  for (let i = Math.max(from + 1, to - count + 1); i <= to; i++) row[at + (i % count)] = 0;
}

function sumOf(row: Uint32Array, { at, count }: Stretches): number {
  let sum = 0;
  for (let i = at; i < at + count; i++) sum += row[i];
  return sum;
}
