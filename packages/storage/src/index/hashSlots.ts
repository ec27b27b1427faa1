/**
 * Open addressing with linear probing: slots hold entry numbers, entries and their hashes live with the owner,
 * who compares what they stand for. Entries are never removed.
 */
export class HashSlots {
  #slots = new Uint32Array(256);
  #mask = 255;
  #hashes = new Uint32Array(128);
  #count = 0;

  /** The entry with this hash that `isSame` confirms, -1 when there is none. */
  find(hash: number, isSame: (entry: number) => boolean): number {
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const entry = this.#slots[slot] - 1;
      if (entry < 0) return -1;
      if (this.#hashes[entry] === hash && isSame(entry)) return entry;
    }
  }

  /** Adds the next entry, numbered from 0 in the order of adding, and returns its number. */
  add(hash: number): number {
    if (2 * (this.#count + 1) > this.#slots.length) this.#grow();
    const entry = this.#count++;
    this.#hashes[entry] = hash;
    this.#place(entry);
    return entry;
  }

  #place(entry: number): void {
    let slot = this.#hashes[entry] & this.#mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = entry + 1;
  }

  #grow(): void {
    this.#slots = new Uint32Array(this.#slots.length * 2);
    this.#mask = this.#slots.length - 1;
    const hashes = new Uint32Array(this.#slots.length / 2);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    for (let entry = 0; entry < this.#count; entry++) this.#place(entry);
  }
}
