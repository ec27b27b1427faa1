import { type Labels, TinyObsError } from '@tinyobs/model';

/** Memory that queries share; a query takes from it what it holds. */
export interface QueryMemory {
  /** Most that a query can have when it is alone. */
  readonly bytesMax: number;
  /** @throws TinyObsError `query_too_many_samples`, `query_overload` */
  reserve(bytes: number): void;
  release(bytes: number): void;
}

/** How far a query is; several evaluations may add to the same. */
export interface QueryProgress {
  samplesRead: number;
}

export const NUMBER_BYTES = 8;

/** A point is a number and whether it is there; while its array grows or is moved, there is a copy of it. */
const POINT_BYTES = 2 * (NUMBER_BYTES + 1);

/** A set of labels, and each of its texts beside its characters. */
const LABELS_BYTES = 96;
const TEXT_BYTES = 32;

/** What a query held at some moment. */
export interface HeldMark {
  readonly points: number;
  readonly bytes: number;
}

/**
 * Counts the points a query holds in memory at one moment, and the samples and series it has read; takes the
 * memory from what queries share.
 */
export class SampleBudget {
  readonly #samplesMax: number;
  readonly #seriesMax: number;
  #held = 0;
  #heldMost = 0;
  #seriesRead = 0;
  #bytes = 0;
  readonly #memory: QueryMemory | undefined;
  readonly #progress: QueryProgress | undefined;
  #samplesRead = 0;

  constructor(options: {
    samplesMax: number;
    seriesMax: number;
    memory?: QueryMemory;
    progress?: QueryProgress;
  }) {
    this.#samplesMax = options.samplesMax;
    this.#seriesMax = options.seriesMax;
    this.#memory = options.memory;
    this.#progress = options.progress;
  }

  get samplesRead(): number {
    return this.#samplesRead;
  }

  /** The most that was held at one moment. */
  get heldMost(): number {
    return this.#heldMost;
  }

  /** Most points that may be held if nothing else is. */
  get pointsMax(): number {
    return this.#memory ? Math.min(this.#samplesMax, this.#memory.bytesMax / POINT_BYTES) : this.#samplesMax;
  }

  get held(): number {
    return this.#held;
  }

  /** @throws TinyObsError `query_too_many_samples`, and what the memory throws */
  hold(points: number): void {
    this.#held += points;
    if (this.#held > this.#samplesMax) {
      throw new TinyObsError(
        'query_too_many_samples',
        'query processing would load too many samples into memory in query execution',
        { details: { limit: this.#samplesMax } },
      );
    }
    if (this.#held > this.#heldMost) this.#heldMost = this.#held;
    this.holdBytes(points * POINT_BYTES);
  }

  /** Memory beside that of points. */
  holdBytes(bytes: number): void {
    this.#memory?.reserve(bytes);
    this.#bytes += bytes;
  }

  /**
   * Text that a query makes takes memory as points do, 8 characters as much as one.
   *
   * @throws TinyObsError `query_too_many_samples`
   */
  holdText(length: number): void {
    this.hold(length / 8);
  }

  /** Gives back what was held by `holdBytes`. */
  releaseBytes(bytes: number): void {
    this.#memory?.release(bytes);
    this.#bytes -= bytes;
  }

  /** A label set that is an object. */
  holdLabels({ flat }: Labels): void {
    let bytes = LABELS_BYTES;
    for (const text of flat) bytes += TEXT_BYTES + text.length;
    this.holdBytes(bytes);
  }

  /** @throws TinyObsError `query_too_many_series` */
  readSeries(series: number): void {
    this.#seriesRead += series;
    if (this.#seriesRead <= this.#seriesMax) return;
    throw new TinyObsError(
      'query_too_many_series',
      `the query reads more than ${this.#seriesMax} series; select fewer, or raise query.series`,
      { details: { limit: this.#seriesMax } },
    );
  }

  readSamples(samples: number): void {
    this.#samplesRead += samples;
    if (this.#progress) this.#progress.samplesRead += samples;
  }

  mark(): HeldMark {
    return { points: this.#held, bytes: this.#bytes };
  }

  /** Goes back to what was held at an earlier moment. */
  restore({ points, bytes }: HeldMark): void {
    this.#memory?.release(this.#bytes - bytes);
    this.#held = points;
    this.#bytes = bytes;
  }
}
