import { finishHash } from './hashBytes.js';

/** Words of a slot: the number of the entry + 1, and its hash, side by side for one look at memory. */
const SLOT_WORDS = 2;

/**
 * Open addressing with linear probing: slots hold entry numbers and hashes, entries live with the owner, who
 * numbers them and compares what they stand for.
 */
export class HashSlots {
  #slots = new Uint32Array(256 * SLOT_WORDS);
  #mask = 255;
  #count = 0;

  /** The entry with this hash that `isSame` confirms, -1 when there is none. */
  find(hash: number, isSame: (entry: number) => boolean): number {
    for (let slot = finishHash(hash) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[SLOT_WORDS * slot] - 1;
      if (entry < 0) return -1;
      if (this.#slots[SLOT_WORDS * slot + 1] === hash && isSame(entry)) return entry;
    }
  }

  /** Adds an entry that is not there. */
  add(hash: number, entry: number): void {
    this.reserve(1);
    this.#count++;
    this.#place(entry + 1, hash);
  }

  /** Makes room for so many more entries: cheaper at once than one after the other. */
  reserve(more: number): void {
    let slots = this.#mask + 1;
    if (2 * (this.#count + more) <= slots) return;
    while (2 * (this.#count + more) > slots) slots *= 2;
    this.#grow(slots);
  }

  /** Removes an entry that is there, and moves those behind it that would not be found over the gap. */
  remove(hash: number, entry: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let gap = finishHash(hash) & mask;
    while (slots[SLOT_WORDS * gap] !== entry + 1) gap = (gap + 1) & mask;
    for (let slot = (gap + 1) & mask; slots[SLOT_WORDS * slot] !== 0; slot = (slot + 1) & mask) {
      const home = finishHash(slots[SLOT_WORDS * slot + 1]) & mask;
      if (((slot - home) & mask) < ((slot - gap) & mask)) continue;
      slots[SLOT_WORDS * gap] = slots[SLOT_WORDS * slot];
      slots[SLOT_WORDS * gap + 1] = slots[SLOT_WORDS * slot + 1];
      gap = slot;
    }
    slots[SLOT_WORDS * gap] = 0;
    this.#count--;
  }

  get sizeBytes(): number {
    return this.#slots.byteLength;
  }

  #place(number: number, hash: number): void {
    let slot = finishHash(hash) & this.#mask;
    while (this.#slots[SLOT_WORDS * slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[SLOT_WORDS * slot] = number;
    this.#slots[SLOT_WORDS * slot + 1] = hash;
  }

  #grow(slots: number): void {
    const old = this.#slots;
    this.#slots = new Uint32Array(slots * SLOT_WORDS);
    this.#mask = this.#slots.length / SLOT_WORDS - 1;
    for (let at = 0; at < old.length; at += SLOT_WORDS) {
      if (old[at] !== 0) this.#place(old[at], old[at + 1]);
    }
  }
}
