import type { LabelsOf } from '../labels.js';
import { singleValue } from '../series/layout.js';
import { UNKNOWN } from '../series/seriesTable.js';
import { Metric } from './metric.js';

export const INFO = singleValue({ countsUp: false, isAdditive: false });

/** Texts that describe the process, such as its version: labels of one series whose value is 1. */
export class Info<Name extends string = string> extends Metric<Name> {
  /** Says what is so from now on; what was said before ends. */
  set(labels: LabelsOf<Name>): void {
    const before = this.store.liveSlots();
    const slot = this.store.slotOf(labels);
    if (slot === UNKNOWN) return;
    this.store.values[slot] = 1;
    for (const other of before) if (other !== slot) this.store.removeSlot(other);
  }
}
