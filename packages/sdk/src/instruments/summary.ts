import type { Layout, Part } from '../series/layout.js';
import type { SeriesStore } from '../series/seriesStore.js';
import { Distribution, type Record } from './distribution.js';
import { SlidingSketch, type SlidingWindow } from './slidingSketch.js';

/**
 * Quantiles of the last while, found out in the process, each within 1 % of a value at its rank. Quantiles of
 * several processes or series cannot be put together: for that there are histograms.
 */
export class Summary<Name extends string = string> extends Distribution<Name> {
  constructor(store: SeriesStore, sketches: Sketches) {
    super(store, recordInSketches(store, sketches));
  }
}

/** Counts observations in the sketches of a store that has such a layout. */
export function recordInSketches(store: SeriesStore, sketches: Sketches): Record {
  return (slot, value) => {
    store.values[slot * 2] += value;
    store.values[slot * 2 + 1]++;
    sketches.at(slot).add(value, store.nowMs());
  };
}

/** The sketches of a summary, by slot. */
export class Sketches {
  readonly #bySlot: SlidingSketch[] = [];
  readonly #window: SlidingWindow;

  constructor(window: SlidingWindow) {
    this.#window = window;
  }

  at(slot: number): SlidingSketch {
    return this.#bySlot[slot];
  }

  begin(slot: number): void {
    this.#bySlot[slot] = new SlidingSketch(this.#window);
  }
}

/** Kept for each series: the sum and the count; the quantiles are in sketches. */
export function summaryLayout(options: {
  quantiles: readonly number[];
  sketches: Sketches;
  nowMs: () => number;
}): Layout {
  const { quantiles, sketches, nowMs } = options;
  const parts: Part[] = quantiles.map((quantile) => ({
    suffix: '',
    label: { name: 'quantile', text: String(quantile) },
    countsUp: false,
  }));
  parts.push({ suffix: '_sum', countsUp: true }, { suffix: '_count', countsUp: true });
  return {
    width: 2,
    parts,
    isAdditive: true,
    read(values, from, into) {
      into[quantiles.length] = values[from];
      into[quantiles.length + 1] = values[from + 1];
    },
    onStart: (slot) => sketches.begin(slot),
    // Merging the parts of thousands of windows takes longer than anybody should have to wait.
    defer(slot) {
      const sketch = sketches.at(slot);
      return (into) => into.set(sketch.quantiles(quantiles, nowMs()));
    },
  };
}
