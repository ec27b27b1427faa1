import type { WithLabels } from '../labels.js';
import type { Layout } from '../series/layout.js';
import type { SeriesStore } from '../series/seriesStore.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { Metric } from './metric.js';

/** Which of some states something is in: a sample for each state, 1 or 0, told apart by a label of the metric's name. */
export class StateSet<State extends string = string, Name extends string = never> extends Metric<Name> {
  readonly #states: readonly State[];

  constructor(store: SeriesStore, states: readonly State[]) {
    super(store);
    this.#states = states;
  }

  /** Says which state a series is in, or which of them. */
  set(...args: WithLabels<Name, [state: State | readonly State[]]>): void;
  set(first: unknown, second?: unknown): void {
    const isBare = second === undefined;
    const given = isBare ? first : second;
    const on: readonly unknown[] = Array.isArray(given) ? given : [given];
    // A set that could not be registered has no states, and drops whatever comes.
    if (this.#states.length > 0 && !on.every((state) => this.#states.includes(state as State))) {
      this.store.refuse('invalid_value', `its states are ${this.#states.join(', ')}`);
      return;
    }
    const slot = isBare ? this.store.bareSlot() : this.store.slotOf(first);
    if (slot === UNKNOWN) return;
    const { length } = this.#states;
    for (let i = 0; i < length; i++) {
      this.store.values[slot * length + i] = on.includes(this.#states[i]) ? 1 : 0;
    }
  }
}

/** Kept for each series: 1 or 0 for each state. */
export function stateSetLayout(name: string, states: readonly string[]): Layout {
  return {
    width: states.length,
    parts: states.map((text) => ({ suffix: '', label: { name, text }, countsUp: false })),
    isAdditive: false,
    read(values, from, into) {
      for (let i = 0; i < states.length; i++) into[i] = values[from + i];
    },
  };
}
