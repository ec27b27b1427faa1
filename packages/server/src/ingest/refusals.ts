import type { ErrorCode } from '@tinyobs/model';

/** Refused samples of a batch, in columns. */
export interface Refusals {
  readonly rows: number[];
  readonly codes: ErrorCode[];
  /** Index in the batch of the series each refused sample names. */
  readonly series: number[];
}
