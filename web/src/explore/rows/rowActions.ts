import type { QueryRow } from './queryRows.js';

/** What can be done with a row of queries. */
export interface RowActions {
  /** Another text, which is not run yet. */
  readonly edit: (text: string) => void;
  readonly run: () => void;
  readonly change: (change: Partial<Omit<QueryRow, 'id' | 'text'>>) => void;
  readonly move: (by: -1 | 1) => void;
  readonly duplicate: () => void;
  readonly remove: () => void;
  readonly copyCurl: () => void;
  /** Makes it the row that a metric is picked for. */
  readonly focus: () => void;
}
