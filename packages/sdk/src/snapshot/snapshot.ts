import type { Exemplar } from '../series/exemplars.js';
import type { DeferredParts, Layout } from '../series/layout.js';
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

/**
 * The state of one metric at one moment: nothing that happens later changes it. What an app waits for is little more
 * than the copying of columns; what they mean is read row by row, see `rowsOf`.
 */
export interface MetricSnapshot {
  readonly family: Family;
  /** How the numbers of a series become the samples it is sent as. */
  readonly layout: Layout;
  /** By slot. */
  readonly labels: LabelColumns;
  /** By slot, `layout.width` for each. */
  readonly numbers: Float64Array;
  /** The slots of the series that there are; what follows is in their order. */
  readonly slots: Int32Array;
  /** Which of them holds what was past a limit; UNKNOWN if none does. */
  readonly overflowSlot: number;
  /** For each series the time of the zero sample that is to precede it, NaN where none is. */
  readonly zeroAtMs: Float64Array;
  /** 1 for each series that has ended. */
  readonly stale: Uint8Array;
  /** For each series, if the metric has such: writes the parts that are left to be found out. */
  readonly deferred: readonly DeferredParts[];
  /** By place in `numbers`. */
  readonly exemplars: ReadonlyMap<number, Exemplar>;
  /** How many rows it gives. */
  readonly rowCount: number;
}

/** The state of all metrics at one moment. */
export interface Snapshot {
  readonly timestampMs: number;
  readonly metrics: readonly MetricSnapshot[];
  readonly rowCount: number;
  /** To be called when all of it was dealt with: the zero samples it had are not sent again. */
  settle(): void;
}
