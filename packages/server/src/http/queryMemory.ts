import { TinyObsError } from '@tinyobs/model';
import type { QueryMemory } from '@tinyobs/promql';

/**
 * The memory that all queries together may hold (S6). What a query cannot have is refused at once: waiting for it
 * while others wait for the same would never end.
 */
export class SharedQueryMemory {
  readonly #bytesMax: number;
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytesMax(): number {
    return this.#bytesMax;
  }

  /** What all queries hold now. */
  get heldBytes(): number {
    return this.#held;
  }

  /** Runs `work` with memory to take from; what it still holds in the end is given back. */
  async lend<T>(work: (memory: QueryMemory) => Promise<T>): Promise<T> {
    let own = 0;
    const take = (bytes: number): void => {
      own += bytes;
      this.#held += bytes;
    };
    try {
      return await work({
        bytesMax: this.#bytesMax,
        reserve: (bytes) => {
          if (own + bytes > this.#bytesMax) throw needsTooMuch(this.#bytesMax);
          if (this.#held + bytes > this.#bytesMax) throw heldByOthers();
          take(bytes);
        },
        release: (bytes) => take(-bytes),
      });
    } finally {
      take(-own);
    }
  }
}

function needsTooMuch(bytesMax: number): TinyObsError {
  return new TinyObsError(
    'query_too_many_samples',
    `the query needs more than the ${bytesMax} bytes that queries may take; select fewer series or a larger step, or raise memory.max`,
    { details: { limitBytes: bytesMax } },
  );
}

function heldByOthers(): TinyObsError {
  return new TinyObsError(
    'query_overload',
    'other queries hold the memory that this one needs; ask again a little later, or raise memory.max',
  );
}
