import { grown } from './grownArray.js';
import { finishHash } from './hashBytes.js';

/** Words of a slot: the number of the entry + 1, and its hash, side by side for one look at memory. */
const SLOT_WORDS = 2;
/** Entries that are placed together, and the stretches of slots by which they are sorted for it. */
const WAITING_MAX = 65_536;
const STRETCHES = 512;

/**
 * Open addressing with linear probing: slots hold entry numbers and hashes, entries live with the owner, who
 * numbers them and compares what they stand for.
 *
 * Entries that are added one after the other wait until one is sought, or there are many: these are then placed in
 * the order of the slots, since a look at memory of which nothing was just used takes longer than all the rest.
 */
export class HashSlots {
  #slots = new Uint32Array(256 * SLOT_WORDS);
  #mask = 255;
  #count = 0;
  /** Entries that have no slot yet, as slots would hold them. */
  #waiting = new Uint32Array(4 * SLOT_WORDS);
  #waitingCount = 0;

  /** The entry with this hash that `isSame` confirms, -1 when there is none. */
  find(hash: number, isSame: (entry: number) => boolean): number {
    if (this.#waitingCount > 0) this.#placeWaiting();
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
    if (this.#waitingCount === WAITING_MAX) this.#placeWaiting();
    const at = SLOT_WORDS * this.#waitingCount++;
    if (at === this.#waiting.length) this.#waiting = grown(this.#waiting);
    this.#waiting[at] = entry + 1;
    this.#waiting[at + 1] = hash;
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
    if (this.#waitingCount > 0) this.#placeWaiting();
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
    return this.#slots.byteLength + this.#waiting.byteLength;
  }

  #placeWaiting(): void {
    const waiting = this.#waiting;
    const count = this.#waitingCount;
    this.#waitingCount = 0;
    if (count <= STRETCHES) {
      for (let i = 0; i < count; i++) this.#place(waiting[SLOT_WORDS * i], waiting[SLOT_WORDS * i + 1]);
      return;
    }
    for (const i of this.#inOrderOfSlots(count)) {
      this.#place(waiting[SLOT_WORDS * i], waiting[SLOT_WORDS * i + 1]);
    }
    this.#waiting = new Uint32Array(4 * SLOT_WORDS);
  }

  /** Numbers of the first waiting entries by the stretches of slots that they belong to: a counting sort. */
  #inOrderOfSlots(count: number): Uint32Array {
    const shift = Math.max(0, Math.log2((this.#mask + 1) / STRETCHES));
    const ends = new Uint32Array(STRETCHES);
    const stretches = new Uint16Array(count);
    for (let i = 0; i < count; i++) {
      stretches[i] = (finishHash(this.#waiting[SLOT_WORDS * i + 1]) & this.#mask) >>> shift;
      ends[stretches[i]]++;
    }
    for (let i = 1; i < STRETCHES; i++) ends[i] += ends[i - 1];
    const sorted = new Uint32Array(count);
    for (let i = count - 1; i >= 0; i--) sorted[--ends[stretches[i]]] = i;
    return sorted;
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
