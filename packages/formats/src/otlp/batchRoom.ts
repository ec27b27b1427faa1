import { TinyObsError, type WriteBatch } from '@tinyobs/model';
import { OTLP_OBJECTS_MAX, OTLP_POINTS_MAX, OTLP_SAMPLES_MAX } from '../limits.js';
import { tooMany } from '../refusals.js';

/** Series index, row, time and value. */
const SAMPLE_BYTES = 24;

const COUNTED = 'resources, scopes, metrics, exemplars and nested values of attributes';

/** Holds what is made of a body to its limits: few bytes of it can become many. */
export class BatchRoom {
  readonly #batch: WriteBatch;
  readonly #firstSample: number;
  readonly #bytesBefore: number;
  readonly #bytesMax: number;
  #objects = 0;
  #points = 0;

  constructor(batch: WriteBatch, bytesMax: number) {
    this.#batch = batch;
    this.#firstSample = batch.sampleCount;
    this.#bytesBefore = sizeBytes(batch);
    this.#bytesMax = bytesMax;
  }

  /** Rows so far: samples are numbered in the order in which they are added. */
  get rows(): number {
    return this.#batch.sampleCount - this.#firstSample;
  }

  /** Looks at what is in the batch. @throws TinyObsError `body_too_large` */
  check(): void {
    if (this.rows > OTLP_SAMPLES_MAX) throw tooMany('samples', OTLP_SAMPLES_MAX);
    if (sizeBytes(this.#batch) - this.#bytesBefore <= this.#bytesMax) return;
    throw new TinyObsError(
      'body_too_large',
      `the series and samples of the body take more than ${this.#bytesMax} bytes; send smaller batches`,
      { details: { limitBytes: this.#bytesMax } },
    );
  }

  /** @throws TinyObsError `body_too_large` */
  countPoint(): void {
    if (++this.#points > OTLP_POINTS_MAX) throw tooMany('data points', OTLP_POINTS_MAX);
  }

  /** Counts what becomes an object. @throws TinyObsError `body_too_large` */
  countObject(): void {
    if (++this.#objects > OTLP_OBJECTS_MAX) throw tooMany(COUNTED, OTLP_OBJECTS_MAX);
  }
}

function sizeBytes({ arenaLength, sampleCount }: WriteBatch): number {
  return arenaLength + sampleCount * SAMPLE_BYTES;
}
