import type { Labels } from '@tinyobs/model';
import { LABELS_CACHED_MAX } from '../limits.js';

/** The label sets used last, in two generations: the older one is dropped when the younger one is full. */
export class LabelsCache {
  #young = new Map<number, Labels>();
  #old = new Map<number, Labels>();

  get(id: number): Labels | undefined {
    const young = this.#young.get(id);
    if (young) return young;
    const old = this.#old.get(id);
    if (old) this.set(id, old);
    return old;
  }

  set(id: number, labels: Labels): void {
    if (this.#young.size >= LABELS_CACHED_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(id, labels);
  }
}
