import { isPromise } from '../isPromise.js';
import type { WithLabels } from '../labels.js';
import { singleValue } from '../series/layout.js';
import type { SeriesStore } from '../series/seriesStore.js';
import { UNKNOWN } from '../series/seriesTable.js';

/** Its first value may be of long before: no zero sample comes before it. */
export const OBSERVED = singleValue({ countsUp: false, isAdditive: false });

/** Says the value of a series at a collection. */
export type Observe<Name extends string> = (...args: WithLabels<Name, [value: number]>) => void;

/**
 * Reads a metric at a collection: calls `observe` for each series, or, for a metric without labels, returns the
 * value. It may take its time, up to the limit.
 */
export type ReadMetric<Name extends string> = (
  observe: Observe<Name>,
) => number | undefined | void | Promise<number | undefined | void>;

/**
 * A metric that is read rather than kept. Series that a reading does not name end; a reading that throws, or takes
 * too long, names none.
 */
export class Observable<Name extends string = string> {
  readonly #store: SeriesStore;
  readonly #read: ReadMetric<Name>;
  /** The reading under way; what comes from an earlier one is too late. */
  #reading = 0;

  constructor(store: SeriesStore, read: ReadMetric<Name>) {
    this.#store = store;
    this.#read = read;
  }

  get name(): string {
    return this.#store.name;
  }

  /** Reads the metric. Throws or rejects as the app's function does. */
  collect(): void | PromiseLike<void> {
    const reading = ++this.#reading;
    const before = new Set(this.#store.liveSlots());
    for (const slot of before) this.#store.removeSlot(slot);
    const observe = (first: unknown, second?: unknown) => {
      if (reading === this.#reading) this.#set(first, second);
    };
    const result = this.#read(observe as Observe<Name>);
    if (!isPromise(result)) return this.#take(reading, result);
    return result.then((value) => this.#take(reading, value));
  }

  /** Ends the reading under way. */
  abandon(): void {
    this.#reading++;
  }

  #take(reading: number, value: number | undefined | void): void {
    if (value !== undefined && reading === this.#reading) this.#set(value, undefined);
  }

  #set(first: unknown, second: unknown): void {
    const value = typeof first === 'number' ? first : second;
    if (typeof value !== 'number') {
      this.#store.refuse('invalid_value', 'the value is a number');
      return;
    }
    const slot = typeof first === 'number' ? this.#store.bareSlot() : this.#store.slotOf(first);
    if (slot !== UNKNOWN) this.#store.values[slot] = value;
  }
}
