import { isStaleAt, Labels, type WriteBatch } from '@tinyobs/model';
import type { SampleSink } from '../loop/targetSession.js';

/** A sample as it was stored; `stale` marks the end of a series. */
export type Stored = readonly [series: string, timeMs: number, value: number | 'stale'];

/** Knows series by references, as a store does, and keeps what comes. */
export class RecordingSink implements SampleSink {
  numbering: object = {};
  stored: Stored[] = [];
  /** Batches, by how many of their series came with labels rather than by reference. */
  labelled: number[] = [];
  metadata: string[] = [];
  exemplars: string[] = [];
  /** Rejects what comes next. */
  failure: Error | undefined;
  /** Series that are refused. */
  refuses: (series: string) => boolean = () => false;
  #series: Labels[] = [];

  /** Knows series by other references from now on. */
  renumber(): void {
    this.numbering = {};
    this.#series = [];
  }

  async append(batch: WriteBatch): Promise<string | undefined> {
    if (batch.numbering !== this.numbering) throw new Error('a batch of another numbering');
    if (this.failure) throw this.failure;
    let refused = 0;
    let labelled = 0;
    for (let series = 0; series < batch.seriesCount; series++) {
      if (batch.isByReference(series)) continue;
      labelled++;
      const labels = batch.labelsOf(series);
      if (this.refuses(String(labels))) continue;
      batch.references[series] = this.#referenceOf(labels);
    }
    for (let i = 0; i < batch.sampleCount; i++) {
      const reference = batch.references[batch.sampleSeries[i]];
      if (reference === 0) refused++;
      else {
        const value = isStaleAt(batch.valueWords, i) ? 'stale' : batch.values[i];
        this.stored.push([String(this.#series[reference - 1]), batch.times[i], value]);
      }
    }
    this.labelled.push(labelled);
    this.metadata.push(...batch.metadata.map(({ metric, type }) => `${metric} ${type}`));
    this.exemplars.push(...batch.exemplars.map(({ labels, value }) => `${labels} ${value}`));
    return refused === 0 ? undefined : `${refused} samples refused`;
  }

  /** What was stored since the last call, of series other than those that tell of scrapes. */
  take(): Stored[] {
    return this.#takeStored().filter(([series]) => !isReport(series));
  }

  /** The same of series that tell of scrapes, but for the duration, by their metric. */
  takeReports(): Record<string, number | 'stale'> {
    const reports = this.#takeStored().filter(([series]) => isReport(series));
    return Object.fromEntries(
      reports
        .map(([series, , value]) => [series.split('{')[0], value] as const)
        .filter(([metric]) => metric !== 'scrape_duration_seconds'),
    );
  }

  #takeStored(): Stored[] {
    const { stored } = this;
    this.stored = [];
    return stored;
  }

  #referenceOf(labels: Labels): number {
    const known = this.#series.findIndex(({ key }) => key === labels.key);
    return known >= 0 ? known + 1 : this.#series.push(Labels.from(labels));
  }
}

function isReport(series: string): boolean {
  return /^(up|scrape_\w+)\{/.test(series);
}
