import { EXEMPLAR_CHARS_MAX, EXEMPLARS_PER_METRIC_MAX } from '../constants.js';
import { isLabelName } from '../labels.js';

/** What points from a sample to something outside, such as the trace in which it was counted. */
export type ExemplarLabels = Readonly<Record<string, string>>;

export interface Exemplar {
  readonly labels: ExemplarLabels;
  readonly value: number;
  readonly timestampMs: number;
}

/** The last exemplars of a metric, by the place of what they belong to; the oldest go when there are too many. */
export class Exemplars {
  readonly #byPlace = new Map<number, Exemplar>();

  keep(place: number, exemplar: Exemplar): void {
    // Set anew, so that the order is that of the last time.
    this.#byPlace.delete(place);
    this.#byPlace.set(place, exemplar);
    const [oldest] = this.#byPlace.keys();
    if (this.#byPlace.size > EXEMPLARS_PER_METRIC_MAX) this.#byPlace.delete(oldest);
  }

  get(place: number): Exemplar | undefined {
    return this.#byPlace.get(place);
  }

  /** All of them, as they are now and remain. */
  copy(): ReadonlyMap<number, Exemplar> {
    return new Map(this.#byPlace);
  }

  forget(from: number, count: number): void {
    for (let place = from; this.#byPlace.size > 0 && place < from + count; place++)
      this.#byPlace.delete(place);
  }
}

/** What is wrong with the labels of an exemplar, or null. */
export function checkExemplarLabels(labels: unknown): string | null {
  const problem = 'exemplar labels are texts by label names';
  if (typeof labels !== 'object' || labels === null) return problem;
  let chars = 0;
  for (const [name, text] of Object.entries(labels)) {
    if (!isLabelName(name) || typeof text !== 'string') return problem;
    chars += name.length + text.length;
  }
  return chars > EXEMPLAR_CHARS_MAX ? `exemplar labels have at most ${EXEMPLAR_CHARS_MAX} characters` : null;
}
