import type { SampleOrigin } from '../deletion/exclusions.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ReadBlock } from './readCache.js';
import { columnKey } from './runReader.js';

/**
 * What some series have in one run, in columns: piece i is entry `entries[i]` of block `blocks[i]`, its times are
 * `times[i]`. Ordered by series, the pieces of one by time. To be asked for ascending series.
 */
export class RunPieces {
  readonly run: Manifest;
  readonly origin: SampleOrigin;
  readonly blocks: ReadBlock[] = [];
  readonly entries: number[] = [];
  readonly times: Float64Array[] = [];
  /** The pieces of the series that was sought last. */
  from = 0;
  to = 0;
  readonly #series: number[] = [];
  #isAscending = true;

  constructor(run: Manifest) {
    this.run = run;
    this.origin = { run: run.id.run, deletedSeq: run.deletedSeq };
  }

  add(series: number, block: ReadBlock, entry: number): void {
    const count = this.#series.length;
    if (count > 0 && series < this.#series[count - 1]) this.#isAscending = false;
    this.#series.push(series);
    this.blocks.push(block);
    this.entries.push(entry);
  }

  /** The timestamp columns of all pieces, each at least once. */
  columnKeys(): Set<number> {
    const keys = new Set<number>();
    let last = -1;
    for (let i = 0; i < this.entries.length; i++) {
      const key = this.#columnKey(i);
      if (key !== last) keys.add(key);
      last = key;
    }
    return keys;
  }

  /** Takes the times by column; then pieces can be sought. */
  finish(times: ReadonlyMap<number, Float64Array>): void {
    if (!this.#isAscending) this.#sort();
    let last = -1;
    let lastTimes: Float64Array | undefined;
    for (let i = 0; i < this.entries.length; i++) {
      const key = this.#columnKey(i);
      if (key !== last) lastTimes = times.get(key);
      last = key;
      this.times.push(lastTimes!);
    }
  }

  /** Sets `from` and `to`; each series must be above the one sought before. */
  seek(series: number): void {
    const all = this.#series;
    let at = this.to;
    while (at < all.length && all[at] < series) at++;
    this.from = at;
    while (at < all.length && all[at] === series) at++;
    this.to = at;
  }

  #columnKey(piece: number): number {
    const { directory } = this.blocks[piece];
    const entry = this.entries[piece];
    return columnKey({ chunk: directory.chunks[entry], slot: directory.slots[entry] });
  }

  #sort(): void {
    const order = this.#series.map((_, i) => i).sort((a, b) => this.#series[a] - this.#series[b] || a - b);
    for (const column of [this.#series, this.blocks, this.entries] as unknown[][]) {
      const sorted = order.map((i) => column[i]);
      for (let i = 0; i < sorted.length; i++) column[i] = sorted[i];
    }
  }
}
