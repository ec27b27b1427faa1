import type { ErrorCode } from '@tinyobs/model';
import { REMOTE_WRITE_OBJECTS_MAX, REMOTE_WRITE_ROWS_MAX } from '../limits.js';
import { type DecodeResult, Refusals, tooMany } from '../refusals.js';

/** The labels that rows belong to: what is wrong with them, and how a message names them. */
interface RowLabels {
  readonly problemCode: ErrorCode | undefined;
  readonly problem: string;
  describe(): string;
}

/** Numbers the rows of a remote write body, within the limits, and keeps why some of them are refused. */
export class RemoteWriteRows {
  /** Rows so far. */
  count = 0;
  #objects = 0;
  readonly #refusals = new Refusals();

  /** The number of the next row. @throws TinyObsError `body_too_large` */
  next(): number {
    if (this.count === REMOTE_WRITE_ROWS_MAX) throw tooMany('rows', REMOTE_WRITE_ROWS_MAX);
    return this.count++;
  }

  /** Counts an exemplar or metadata entry that becomes an object. @throws TinyObsError `body_too_large` */
  countObject(): void {
    if (++this.#objects > REMOTE_WRITE_OBJECTS_MAX) {
      throw tooMany('exemplars and metadata entries', REMOTE_WRITE_OBJECTS_MAX);
    }
  }

  /** Refuses a row for what is wrong with its series. */
  refuseForSeries(row: number, labels: RowLabels): void {
    this.#refuseOf(labels, row, labels.problemCode ?? 'invalid_label', labels.problem);
  }

  refuseTime(row: number, labels: RowLabels): void {
    this.#refuseOf(labels, row, 'invalid_timestamp', 'the timestamp is further from 1970 than 2^53 ms');
  }

  /** Numbers an exemplar of the series, and refuses it where it cannot be kept: false then. @throws TinyObsError `body_too_large` */
  takeExemplar(labels: RowLabels, exemplar: { readonly timeMs: number; readonly problem: string }): boolean {
    const row = this.next();
    this.countObject();
    if (labels.problemCode !== undefined) this.refuseForSeries(row, labels);
    else if (!Number.isSafeInteger(exemplar.timeMs)) this.refuseTime(row, labels);
    else if (exemplar.problem !== '') this.#refuseOf(labels, row, 'invalid_label', exemplar.problem);
    else return true;
    return false;
  }

  /** Numbers and refuses a native histogram of the series. @throws TinyObsError `body_too_large` */
  refuseHistogram(labels: RowLabels): void {
    const row = this.next();
    const problem =
      'native histograms are not taken yet; send classic histograms (in Prometheus: send_native_histograms: false)';
    if (labels.problemCode !== undefined) this.refuseForSeries(row, labels);
    else this.#refuseOf(labels, row, 'invalid_value', problem);
  }

  /** Refuses a row of a series. */
  #refuseOf(labels: RowLabels, row: number, code: ErrorCode, problem: string): void {
    this.#refusals.add(code, () => ({ row, message: `${labels.describe()}: ${problem}` }));
  }

  refuse(row: number, code: ErrorCode, message: string): void {
    this.#refusals.add(code, () => ({ row, message }));
  }

  result(): DecodeResult {
    return { rows: this.count, ...this.#refusals.result() };
  }
}
