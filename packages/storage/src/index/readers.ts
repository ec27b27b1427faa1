/** Someone who reads the index over several ticks. */
export interface Reading {
  isDone: boolean;
}

/** Who reads the index now: what they may have met of series that are forgotten stays until they are done. */
export class Readers {
  readonly #reading = new Set<Reading>();

  enter(): Reading {
    const reading: Reading = { isDone: false };
    this.#reading.add(reading);
    return reading;
  }

  leave(reading: Reading): void {
    reading.isDone = true;
    this.#reading.delete(reading);
  }

  /** Those who read now. */
  present(): readonly Reading[] {
    return [...this.#reading];
  }
}
