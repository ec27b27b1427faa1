import { type ErrorCode, TinyObsError } from '@tinyobs/model';
import { REFUSALS_LISTED_MAX } from './limits.js';

/** Why one row of a body was not decoded. */
export interface RefusedRow {
  /** What the format counts: an index from 0, in text a line from 1; the same as `WriteBatch.rows`. */
  readonly row: number;
  /** In text, the place in the line, in bytes from 1. */
  readonly column?: number;
  readonly code: ErrorCode;
  /** What was expected and what to do, for people. */
  readonly message: string;
}

/** What became of a body: the rows not refused are in the batch. */
export interface DecodeResult {
  /** Rows of the body, refused ones included. */
  readonly rows: number;
  /** All refusals. */
  readonly refusedCount: number;
  /** The same by code; `refused` lists the first `REFUSALS_LISTED_MAX` of them. */
  readonly refusedByCode: ReadonlyMap<ErrorCode, number>;
  readonly refused: readonly RefusedRow[];
  /**
   * The row of the body that a row of the batch was made of, -1 for none; absent where they are the same. Ascending
   * with the rows of the batch, but for those made of none, which are last.
   */
  readonly rowOf?: (row: number) => number;
}

/** Counts refusals and keeps the first of them. */
export class Refusals {
  readonly listed: RefusedRow[] = [];
  readonly byCode = new Map<ErrorCode, number>();
  count = 0;

  /** `describe` is called only for a refusal that is listed. */
  add(code: ErrorCode, describe: () => Omit<RefusedRow, 'code'>): void {
    this.count++;
    this.byCode.set(code, (this.byCode.get(code) ?? 0) + 1);
    if (this.listed.length < REFUSALS_LISTED_MAX) this.listed.push({ ...describe(), code });
  }

  result(): Omit<DecodeResult, 'rows' | 'rowOf'> {
    return { refusedCount: this.count, refusedByCode: this.byCode, refused: this.listed };
  }
}

/** The error of a body with more rows, or other things that take memory, than a decoder takes. */
export function tooMany(what: string, max: number): TinyObsError {
  return new TinyObsError('body_too_large', `more than ${max} ${what} in one body; send smaller batches`, {
    details: { rowsMax: max },
  });
}
