import { randomInt } from 'node:crypto';
import { decodeLabels, type Labels, type WriteBatch } from '@tinyobs/model';
import type { ExposedSeries } from './exposedSeries.js';

/** Entries that are no longer of use before they are cleared out, beside as many as are. */
const DEAD_ENTRIES_MIN = 1000;

const ENTRIES_MIN = 64;

const NONE = -1;

/** Not predictable for a target, which chooses what is hashed. */
const SEED = randomInt(2 ** 31);

/**
 * What is remembered of the series that a target exposes, by their canonical label bytes as the target has them: how
 * the store knows them, or that relabelling drops them, and in which scrape they were last. A scrape of known series
 * makes no labels, and finds them by the numbers of what they are written as.
 *
 * Scrapes are counted from 1 by `begin`. An entry lives while `seenAt` is not 0. References hold for one numbering.
 */
export class SeriesCache {
  /** The scrape that an entry was last seen in. */
  seenAt = new Uint32Array(ENTRIES_MIN);
  /** The scrape that an entry was last seen in without a time of its own, so that its end is to be marked. */
  trackedAt = new Uint32Array(ENTRIES_MIN);
  /** The scrape that an entry came with. */
  bornAt = new Uint32Array(ENTRIES_MIN);
  /** By which the store knows it; 0 where that is not known. */
  references = new Uint32Array(ENTRIES_MIN);
  /** 1 where relabelling drops it. */
  dropped = new Uint8Array(ENTRIES_MIN);
  /** Number of the scrape at hand. */
  scrape = 0;
  /** Entries tracked since this scrape have no marker of their end yet. */
  #trackedSince = 1;
  #count = 0;
  #dead = 0;
  #arena = new Uint8Array(4096);
  #ends = new Uint32Array(ENTRIES_MIN);
  #hashes = new Int32Array(ENTRIES_MIN);
  /** Entries plus 1 by hash, at most half full. */
  #slots = new Int32Array(2 * ENTRIES_MIN);
  /** The number of what an entry was last written as, see `ExposedSeries`; 0 where it has none. */
  #numbers = new Uint32Array(ENTRIES_MIN);
  /** Entries plus 1 by such numbers, and how many slots are taken; an entry that has another now may be in several. */
  #numberSlots = new Int32Array(2 * ENTRIES_MIN);
  #numberSlotsTaken = 0;
  #generation = 0;
  #numbering: object | undefined;

  /** Series that live, dropped ones included. */
  get size(): number {
    return this.#count - this.#dead;
  }

  /** Begins a scrape whose batch is for a store that numbers series like this. */
  begin(numbering: object): void {
    if (this.#dead > DEAD_ENTRIES_MIN + this.size) this.#clearOut();
    if (numbering !== this.#numbering) this.references.fill(0);
    this.#numbering = numbering;
    this.scrape++;
  }

  /** The entries of the series that a target exposes, just decoded; each lives only when it is seen. */
  entriesOf(found: WriteBatch, exposed: ExposedSeries): Int32Array {
    if (exposed.generation !== this.#generation) this.#forgetNumbers();
    this.#generation = exposed.generation;
    const entries = new Int32Array(found.seriesCount);
    let entry = -1;
    for (let series = 0; series < entries.length; series++) {
      const number = found.references[series];
      entry = number === 0 ? NONE : this.#findNumber(number, entry + 1);
      if (entry === NONE) {
        entry = found.isByReference(series)
          ? this.entryOf(exposed.labelsOf(number), 0)
          : this.entryOf(found, series);
        if (number !== 0) this.#setNumber(entry, number);
      }
      entries[series] = entry;
    }
    return entries;
  }

  /** The entry of a series of a batch, which lives only when it is seen. */
  entryOf({ arena, seriesStarts }: WriteBatch, series: number): number {
    const start = seriesStarts[series];
    const end = seriesStarts[series + 1];
    const hash = hashOf(arena, start, end);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] - 1;
      if (entry < 0) return this.#add(slot, hash, arena.subarray(start, end));
      if (this.#hashes[entry] === hash && this.#isAt(entry, arena, start, end)) return entry;
    }
  }

  /** Notes that an entry is in the scrape at hand: for the first time at all, for the first time in it, or again. */
  see(entry: number): 'new' | 'known' | 'again' {
    const before = this.seenAt[entry];
    if (before === this.scrape) return 'again';
    this.seenAt[entry] = this.scrape;
    if (before !== 0) return 'known';
    this.#dead--;
    this.bornAt[entry] = this.scrape;
    return 'new';
  }

  /** The labels of an entry as the target has them. */
  labelsOf(entry: number): Labels {
    return decodeLabels(this.#arena, this.#startOf(entry), this.#ends[entry]);
  }

  /** Whether the end of an entry, if it is not in the scrape at hand, has to be marked. */
  isTracked(entry: number): boolean {
    return this.trackedAt[entry] >= this.#trackedSince && this.seenAt[entry] !== 0;
  }

  /** Whether another cache, of a target with the same labels, has the series of an entry, and sees to its end. */
  isTrackedIn(other: SeriesCache, entry: number): boolean {
    const found = other.#find(this.#arena, this.#startOf(entry), this.#ends[entry], this.#hashes[entry]);
    return found >= 0 && other.isTracked(found);
  }

  /** Entries whose end is to be marked: those that are tracked and not in the scrape at hand. */
  *vanished(): IterableIterator<number> {
    for (let entry = 0; entry < this.#count; entry++) {
      if (this.isTracked(entry) && this.trackedAt[entry] !== this.scrape) yield entry;
    }
  }

  /** The markers are stored: what was tracked before the scrape at hand is not any more. */
  commit(): void {
    this.#trackedSince = this.scrape;
  }

  /** Forgets everything, and gives the references of what is tracked, for a store that numbers series like this. */
  takeTracked(numbering: object): number[] {
    const tracked: number[] = [];
    for (let entry = 0; entry < this.#count; entry++) {
      const reference = this.references[entry];
      if (numbering === this.#numbering && reference !== 0 && this.isTracked(entry)) tracked.push(reference);
      if (this.seenAt[entry] !== 0) this.#bury(entry);
    }
    this.#clearOut();
    return tracked;
  }

  /** Forgets what is not in the scrape at hand. */
  forgetUnseen(): void {
    for (let entry = 0; entry < this.#count; entry++) {
      if (this.seenAt[entry] !== 0 && this.seenAt[entry] !== this.scrape) this.#bury(entry);
    }
  }

  /** Forgets what came with the scrape at hand, which has failed. */
  forgetBorn(): void {
    for (let entry = 0; entry < this.#count; entry++) {
      if (this.seenAt[entry] !== 0 && this.bornAt[entry] === this.scrape) this.#bury(entry);
    }
  }

  #bury(entry: number): void {
    this.seenAt[entry] = 0;
    this.trackedAt[entry] = 0;
    this.#dead++;
  }

  #startOf(entry: number): number {
    return entry === 0 ? 0 : this.#ends[entry - 1];
  }

  /** The entry with this number, `NONE` where there is none. Most follow on each other as they did at first. */
  #findNumber(number: number, guess: number): number {
    if (guess < this.#count && this.#numbers[guess] === number) return guess;
    const mask = this.#numberSlots.length - 1;
    for (let slot = number & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#numberSlots[slot] - 1;
      if (entry < 0) return NONE;
      if (this.#numbers[entry] === number) return entry;
    }
  }

  #setNumber(entry: number, number: number): void {
    this.#numbers[entry] = number;
    this.#placeNumber(entry);
    if (2 * this.#numberSlotsTaken > this.#numberSlots.length) this.#rehashNumbers();
  }

  #placeNumber(entry: number): void {
    const mask = this.#numberSlots.length - 1;
    let slot = this.#numbers[entry] & mask;
    while (this.#numberSlots[slot] !== 0) slot = (slot + 1) & mask;
    this.#numberSlots[slot] = entry + 1;
    this.#numberSlotsTaken++;
  }

  #rehashNumbers(): void {
    this.#numberSlots = new Int32Array(slotCountFor(2 * this.#count));
    this.#numberSlotsTaken = 0;
    for (let entry = 0; entry < this.#count; entry++) {
      if (this.#numbers[entry] !== 0) this.#placeNumber(entry);
    }
  }

  #forgetNumbers(): void {
    this.#numbers.fill(0);
    this.#numberSlots.fill(0);
    this.#numberSlotsTaken = 0;
  }

  #find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] - 1;
      if (entry < 0) return -1;
      if (this.#hashes[entry] === hash && this.#isAt(entry, bytes, start, end)) return entry;
    }
  }

  #isAt(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = this.#startOf(entry);
    if (this.#ends[entry] - at !== end - start) return false;
    for (let i = start, own = at; i < end; i++, own++) if (bytes[i] !== this.#arena[own]) return false;
    return true;
  }

  #add(slot: number, hash: number, bytes: Uint8Array): number {
    const entry = this.#count++;
    if (entry === this.seenAt.length) this.#grow();
    const start = this.#startOf(entry);
    if (start + bytes.length > this.#arena.length) {
      const arena = new Uint8Array(Math.max(2 * this.#arena.length, start + bytes.length));
      arena.set(this.#arena.subarray(0, start));
      this.#arena = arena;
    }
    this.#arena.set(bytes, start);
    this.#ends[entry] = start + bytes.length;
    this.#hashes[entry] = hash;
    this.seenAt[entry] = 0;
    this.#dead++;
    this.trackedAt[entry] = 0;
    this.references[entry] = 0;
    this.dropped[entry] = 0;
    this.#numbers[entry] = 0;
    this.#slots[slot] = entry + 1;
    if (2 * this.#count > this.#slots.length) this.#rehash(2 * this.#slots.length);
    return entry;
  }

  #grow(): void {
    const capacity = 2 * this.seenAt.length;
    const longer = <A extends Uint32Array | Int32Array | Uint8Array>(array: A, into: A): A => {
      into.set(array);
      return into;
    };
    this.seenAt = longer(this.seenAt, new Uint32Array(capacity));
    this.trackedAt = longer(this.trackedAt, new Uint32Array(capacity));
    this.bornAt = longer(this.bornAt, new Uint32Array(capacity));
    this.references = longer(this.references, new Uint32Array(capacity));
    this.dropped = longer(this.dropped, new Uint8Array(capacity));
    this.#numbers = longer(this.#numbers, new Uint32Array(capacity));
    this.#ends = longer(this.#ends, new Uint32Array(capacity));
    this.#hashes = longer(this.#hashes, new Int32Array(capacity));
  }

  #rehash(slotCount: number): void {
    this.#slots = new Int32Array(slotCount);
    const mask = slotCount - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      let slot = this.#hashes[entry] & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = entry + 1;
    }
  }

  /** Moves the living entries together. */
  #clearOut(): void {
    let kept = 0;
    let end = 0;
    for (let entry = 0, start = 0; entry < this.#count; entry++) {
      const next = this.#ends[entry];
      if (this.seenAt[entry] !== 0) {
        this.#arena.copyWithin(end, start, next);
        end += next - start;
        this.#ends[kept] = end;
        this.#hashes[kept] = this.#hashes[entry];
        this.seenAt[kept] = this.seenAt[entry];
        this.trackedAt[kept] = this.trackedAt[entry];
        this.bornAt[kept] = this.bornAt[entry];
        this.references[kept] = this.references[entry];
        this.dropped[kept] = this.dropped[entry];
        this.#numbers[kept] = this.#numbers[entry];
        kept++;
      }
      start = next;
    }
    this.#count = kept;
    this.#dead = 0;
    this.#rehash(slotCountFor(kept));
    this.#rehashNumbers();
  }
}

/** Slots of which so many entries take no more than half. */
function slotCountFor(entries: number): number {
  return Math.max(2 * ENTRIES_MIN, 2 ** Math.ceil(Math.log2(2 * entries + 1)));
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = SEED;
  for (let i = start; i < end; i++) {
    hash = Math.imul(hash ^ bytes[i], 0x5bd1e995);
    hash ^= hash >>> 15;
  }
  return hash;
}
