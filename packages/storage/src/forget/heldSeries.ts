import { RESOLUTION_RAW } from '../kv/keys.js';
import type { Manifest } from '../manifest/manifest.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import { forEachStretch } from '../manifest/seriesSet.js';

/** Series that runs hold: kept up while runs come, and too many as runs go. */
export class HeldSeries {
  readonly raw = new SeriesBits();
  readonly rollups = new SeriesBits();
  readonly #met = new Set<Manifest>();
  #runs: readonly Manifest[] = [];

  /** Whether there are others than the runs noted last. */
  isBehind(runs: readonly Manifest[]): boolean {
    return runs !== this.#runs;
  }

  /** Notes the runs that are new. */
  async note(runs: readonly Manifest[], breathe: () => Promise<void> | undefined): Promise<void> {
    for (const run of runs) {
      if (this.#met.has(run)) continue;
      const bits = run.id.resolution === RESOLUTION_RAW ? this.raw : this.rollups;
      forEachStretch(run.series, (start, end) => bits.addStretch(start, end));
      this.#met.add(run);
      const pause = breathe();
      if (pause !== undefined) await pause;
    }
    this.#runs = runs;
  }

  has(id: number): boolean {
    return this.raw.has(id) || this.rollups.has(id);
  }
}
