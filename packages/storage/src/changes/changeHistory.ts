import { CHANGES_KEPT } from '../limits.js';

/**
 * For each of some slots: the lowest time that changed since any version.
 *
 * A slot keeps changes in the order of their versions as long as their times ascend too: an earlier change at the
 * same or a later time says nothing that a later change does not. When there are too many, the two neighbours whose
 * times differ least for their age become one, with the time of the earlier: what is answered may be too low by a
 * share of its distance from the newest change, never too high.
 */
export class ChangeHistory {
  readonly #lengths: Uint8Array;
  /** The changes of slot s begin at place `s * CHANGES_KEPT`. */
  readonly #times: Float64Array;
  readonly #versions: Float64Array;

  constructor(slots: number) {
    this.#lengths = new Uint8Array(slots);
    this.#times = new Float64Array(slots * CHANGES_KEPT);
    this.#versions = new Float64Array(slots * CHANGES_KEPT);
  }

  /** Versions never descend. */
  add(slot: number, version: number, timeMs: number): void {
    const start = slot * CHANGES_KEPT;
    let length = this.#lengths[slot];
    while (length > 0 && this.#times[start + length - 1] >= timeMs) length--;
    const isTold = length > 0 && this.#versions[start + length - 1] === version;
    if (!isTold) {
      if (length === CHANGES_KEPT) length = this.#joinTwo(start);
      this.#times[start + length] = timeMs;
      this.#versions[start + length] = version;
      length++;
    }
    this.#lengths[slot] = length;
  }

  /** The lowest time of the changes with a higher version, infinite when there is none. */
  lowestSince(slot: number, version: number): number {
    const start = slot * CHANGES_KEPT;
    const end = start + this.#lengths[slot];
    for (let at = start; at < end; at++) if (this.#versions[at] > version) return this.#times[at];
    return Number.POSITIVE_INFINITY;
  }

  #joinTwo(start: number): number {
    const times = this.#times;
    const last = start + CHANGES_KEPT - 1;
    let joined = start;
    let leastLost = Number.POSITIVE_INFINITY;
    for (let at = start; at < last - 1; at++) {
      const lost = (times[at + 1] - times[at]) / (times[last] - times[at]);
      if (lost >= leastLost) continue;
      leastLost = lost;
      joined = at;
    }
    this.#versions.copyWithin(joined, joined + 1, last + 1);
    times.copyWithin(joined + 1, joined + 2, last + 1);
    return CHANGES_KEPT - 1;
  }
}
