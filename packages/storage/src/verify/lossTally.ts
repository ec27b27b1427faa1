import type { Loss } from './finding.js';
import type { SeriesSurvey } from './surveySeries.js';

/** Adds up what is lost in one place: which series, between which times, how many samples. */
export class LossTally {
  samples = 0;
  readonly series = new Set<number>();
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = Number.NEGATIVE_INFINITY;

  add(series: number, range: { readonly minMs: number; readonly maxMs: number }, samples: number): void {
    this.series.add(series);
    this.#minMs = Math.min(this.#minMs, range.minMs);
    this.#maxMs = Math.max(this.#maxMs, range.maxMs);
    this.samples += samples;
  }

  get isEmpty(): boolean {
    return this.samples === 0 && this.series.size === 0;
  }

  lossOf(survey: SeriesSurvey): Loss {
    return {
      series: [...this.series].sort((a, b) => a - b).map((id) => survey.nameOf(id)),
      minMs: this.#minMs,
      maxMs: this.#maxMs,
      samplesMax: this.samples,
    };
  }
}
