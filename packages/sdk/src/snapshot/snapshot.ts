import type { Exemplar } from '../series/exemplars.js';
import type { DeferredParts, Part } from '../series/layout.js';
import type { LabelColumns } from '../series/seriesTable.js';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'info' | 'stateset';

/** What all series of a metric share. */
export interface Family {
  readonly name: string;
  readonly type: MetricType;
  readonly help?: string;
  readonly unit?: string;
}

/** The type of a metric where there are no words for infos and state sets. */
export function plainType({ type }: Family): string {
  return type === 'info' || type === 'stateset' ? 'gauge' : type;
}

/** What a push must know of the pushes before it. */
export interface SnapshotTimes {
  readonly timestampMs: number;
  /** Of the push before; zero samples of series that are new come between the two. */
  readonly previousMs: number;
  /** Number of this snapshot. */
  readonly epoch: number;
  /** Series that were in this snapshot or an earlier one have had their zero sample. */
  readonly settledEpoch: number;
  /** Whether every series ends with it. */
  readonly isEnd: boolean;
}

/** The state of one metric at one moment, in columns: nothing that happens later changes it. */
export interface MetricSnapshot {
  readonly family: Family;
  /** The samples that each series is sent as. */
  readonly parts: readonly Part[];
  readonly labels: LabelColumns;
  /** Which series holds what was past a limit; -1 if none does. */
  readonly overflowAt: number;
  /** For each series its parts, side by side. */
  readonly values: Float64Array;
  /** For each series the time of the zero sample that is to precede it, NaN where none is. */
  readonly zeroAtMs: Float64Array;
  /** 1 for each series that has ended. */
  readonly stale: Uint8Array;
  /** For each series, if the metric has such: writes the parts that are left to be found out. */
  readonly deferred: readonly DeferredParts[];
  /** By place in `values`. */
  readonly exemplars: ReadonlyMap<number, Exemplar>;
}

/** The state of all metrics at one moment. */
export interface Snapshot {
  readonly timestampMs: number;
  readonly metrics: readonly MetricSnapshot[];
  /** How many rows it gives. */
  readonly rowCount: number;
  /** To be called when all of it was dealt with: the zero samples it had are not sent again. */
  settle(): void;
}

/** How many rows a snapshot gives. */
export function countRows(metrics: readonly MetricSnapshot[]): number {
  let count = 0;
  for (const { parts, values, zeroAtMs } of metrics) {
    const fromZero = parts.filter((part) => part.countsUp).length;
    count += values.length;
    for (const atMs of zeroAtMs) if (!Number.isNaN(atMs)) count += fromZero;
  }
  return count;
}
