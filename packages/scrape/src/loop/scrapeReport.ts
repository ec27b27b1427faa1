import { assert, type Labels, METRIC_NAME, type WriteBatch } from '@tinyobs/model';

/** What is said of each scrape, in series with the labels of its target. */
export interface ScrapeReport {
  readonly isUp: boolean;
  readonly durationSeconds: number;
  /** Samples that the target exposed. */
  readonly samples: number;
  /** Those left after `metric_relabel_configs`. */
  readonly samplesKept: number;
  readonly seriesAdded: number;
}

const SERIES: readonly { readonly name: string; readonly value: (report: ScrapeReport) => number }[] = [
  { name: 'up', value: ({ isUp }) => (isUp ? 1 : 0) },
  { name: 'scrape_duration_seconds', value: ({ durationSeconds }) => durationSeconds },
  { name: 'scrape_samples_scraped', value: ({ samples }) => samples },
  { name: 'scrape_samples_post_metric_relabeling', value: ({ samplesKept }) => samplesKept },
  { name: 'scrape_series_added', value: ({ seriesAdded }) => seriesAdded },
];

/** The series that tell of the scrapes of one target. */
export class ReportSeries {
  readonly #labels: readonly Labels[];
  readonly #references = new Uint32Array(SERIES.length);
  #numbering: object | undefined;
  #firstSeries = 0;

  constructor(target: Labels) {
    this.#labels = SERIES.map(({ name }) => target.with(METRIC_NAME, name));
  }

  /** Adds a report to a batch, or the end of all reports. */
  add(batch: WriteBatch, timeMs: number, report: ScrapeReport | 'end'): void {
    if (batch.numbering !== this.#numbering) this.#references.fill(0);
    this.#numbering = batch.numbering;
    this.#firstSeries = batch.seriesCount;
    for (let i = 0; i < SERIES.length; i++) {
      const series = addSeries(batch, this.#references[i], this.#labels[i]);
      if (report === 'end') batch.addStaleMarker(series, timeMs, batch.sampleCount);
      else batch.addSample(series, timeMs, SERIES[i].value(report), batch.sampleCount);
    }
  }

  /** Notes how the store knows the series, once it has taken the batch. */
  learn(batch: WriteBatch): void {
    for (let i = 0; i < SERIES.length; i++) this.#references[i] = batch.references[this.#firstSeries + i];
  }
}

/** Adds a series by its reference, or where there is none by its labels; its index in the batch. */
export function addSeries(batch: WriteBatch, reference: number, labels: Labels | undefined): number {
  if (reference === 0) {
    assert(labels !== undefined, 'a series without a reference has its labels made');
    return batch.addSeries(labels);
  }
  const series = batch.commitSeries(batch.arenaLength);
  batch.references[series] = reference;
  return series;
}
