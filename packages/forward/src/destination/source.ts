import type { Labels, MetricMetadata } from '@tinyobs/model';

/** Samples that were committed together, in columns that may be longer than `count`; `words` are those of values. */
export interface CommittedRecord {
  readonly seq: number;
  readonly ids: Uint32Array;
  readonly times: Float64Array;
  readonly words: Uint32Array;
  readonly count: number;
}

export interface CommittedRead {
  readonly records: readonly CommittedRecord[];
  /** Number of the record to read next. */
  readonly nextSeq: number;
  /** Records passed over because they are not there any more. */
  readonly lostRecords: number;
}

/** What is sent on, and where the place of each destination is kept: the tails of a store. */
export interface Source {
  /** Undefined where the destination is not followed. */
  position(name: string): number | undefined;
  read(fromSeq: number): Promise<CommittedRead>;
  acknowledge(name: string, beforeSeq: number): void;
  /** Number of the record that comes next. */
  readonly endSeq: number;
  /** @throws TinyObsError `store_busy` for a series that was forgotten */
  labels(id: number): Labels;
  metadata(): Promise<readonly MetricMetadata[]>;
  /** Time of the newest sample, ms. */
  newestMs(): number | undefined;
}
