import type { ErrorCode, Verdicts, WriteBatch } from '@tinyobs/model';
import type { SeriesQuota, SeriesRefusal } from '../index/cardinality.js';
import { WAITING_EXEMPLAR_BYTES } from '../limits.js';

/** Longest stretch of time one head can surely hold, whatever sample comes first, ms. */
const HEAD_SPAN_MS = 2 ** 30;

export const UNRESOLVED = -1;
/** Series of a batch that are refused are resolved to these numbers. */
export const REFUSED: Readonly<Record<SeriesRefusal, number>> = {
  too_many_series: -2,
  too_many_series_per_metric: -3,
  too_many_series_per_key: -4,
};
/** The same by number. */
export const REFUSALS = new Map(
  Object.entries(REFUSED).map(([code, number]) => [number, code as SeriesRefusal]),
);

/** How a batch is taken. */
export interface AppendOptions {
  /** Limits the series that the sender of the batch may bring in, beside the limits of the store. */
  readonly quota?: SeriesQuota;
  /** Lets new series in past every limit of series: for those of the caller's own, who sees that they are few. */
  readonly isExempt?: boolean;
}

/** A batch on its way through group commits, and how far it has come. */
export class PendingAppend {
  readonly batch: WriteBatch;
  /** As `Cardinality` names it. */
  readonly quota: number;
  readonly isExempt: boolean;
  readonly sizeBytes: number;
  /** When it came, or samples of it were last taken. */
  movedMs = performance.now();
  readonly verdicts: Promise<Verdicts>;
  /** Ids of the batch's series: `UNRESOLVED`, a refusal, or the id in the index. */
  readonly ids: Int32Array;
  /** How many series were released when it was last looked whether references can still be told. */
  checkedReleases: number;
  /** Samples handled so far. */
  position = 0;
  /** Exemplars handled so far, and those of them that are kept. */
  exemplarPosition = 0;
  exemplarsKept = 0;
  /** Whether the metadata is in a commit already. */
  metadataTaken = false;
  /** How often series were forgotten before `ids` were found. */
  #retirements = 0;
  readonly #order: Uint32Array | undefined;
  #resolve!: (verdicts: Verdicts) => void;
  #reject!: (error: unknown) => void;
  #refused: { row: number; code: ErrorCode }[] = [];

  constructor(
    batch: WriteBatch,
    { releases, quota, isExempt }: { releases: number; quota: number; isExempt: boolean },
  ) {
    this.batch = batch;
    this.quota = quota;
    this.isExempt = isExempt;
    this.checkedReleases = releases;
    this.sizeBytes = sizeOf(batch);
    this.ids = new Int32Array(batch.seriesCount).fill(UNRESOLVED);
    this.#order = timeOrder(batch);
    this.verdicts = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Lets ids be found anew when series were forgotten since. */
  renew(retirements: number): void {
    if (retirements === this.#retirements) return;
    this.#retirements = retirements;
    this.ids.fill(UNRESOLVED);
  }

  get isStarted(): boolean {
    return this.position > 0 || this.exemplarPosition > 0;
  }

  get isTaken(): boolean {
    return this.position === this.batch.sampleCount;
  }

  /** The sample to be handled at a position. */
  sampleAt(position: number): number {
    return this.#order ? this.#order[position] : position;
  }

  refuse(sample: number, code: ErrorCode): void {
    this.#refused.push({ row: this.batch.rows[sample], code });
  }

  accept(): void {
    this.#refused.sort((a, b) => a.row - b.row);
    this.#resolve({
      accepted: this.batch.sampleCount - this.#refused.length,
      exemplars: this.exemplarsKept,
      refusedRows: this.#refused.map(({ row }) => row),
      refusedCodes: this.#refused.map(({ code }) => code),
    });
  }

  get refusedCount(): number {
    return this.#refused.length;
  }

  reject(error: unknown): void {
    this.#reject(error);
  }
}

/** Memory a waiting batch holds, about. */
export function sizeOf(batch: WriteBatch): number {
  let exemplarBytes = WAITING_EXEMPLAR_BYTES * batch.exemplars.length;
  for (const { labels } of batch.exemplars) for (const text of labels.flat) exemplarBytes += 2 * text.length;
  return batch.arenaLength + 4 * batch.seriesCount + 24 * batch.sampleCount + exemplarBytes;
}

/**
 * Samples by time, when they span more than one head can hold: taken as they come, hostile times could fill a
 * head with one sample each. Samples of one time stay in their order.
 */
function timeOrder(batch: WriteBatch): Uint32Array | undefined {
  const { times, sampleCount } = batch;
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < sampleCount; i++) {
    if (times[i] < min) min = times[i];
    if (times[i] > max) max = times[i];
  }
  if (!(max - min > HEAD_SPAN_MS)) return undefined;
  return Uint32Array.from({ length: sampleCount }, (_, i) => i).sort((a, b) => times[a] - times[b] || a - b);
}
