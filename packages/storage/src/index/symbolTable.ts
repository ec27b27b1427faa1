import { grown } from './grownArray.js';
import { hashBytes } from './hashBytes.js';
import { HashSlots } from './hashSlots.js';

/** Bytes of symbols are placed in multiples of this, so that those of a freed one fit others. */
const PLACE_BYTES = 4;

const encoder = new TextEncoder();
/** Most bytes that one UTF-16 unit takes in UTF-8. */
const UNIT_BYTES_MAX = 3;
/** Longer texts are encoded to bytes of their own. */
const SHORT_BYTES = 1024;
const shortBytes = new Uint8Array(SHORT_BYTES);
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Each distinct label name or value once, as UTF-8 bytes, by number. Users of a symbol are counted: one that nobody
 * uses any more is not found again, and after `free` its number and its bytes serve others.
 */
export class SymbolTable {
  /** Goes up when a text may have another number since, or a number stand for another text. */
  generation = 0;
  #arena = new Uint8Array(64 * 1024);
  #arenaEnd = 0;
  #count = 0;
  /** Two words a symbol, side by side for one look at memory: where its bytes start, and how many there are. */
  #spans = new Uint32Array(2048);
  #uses = new Uint32Array(1024);
  readonly #freeNumbers: number[] = [];
  /** Starts of bytes that were given back, by their number of places. */
  readonly #freePlaces = new Map<number, number[]>();
  readonly #slots = new HashSlots();
  readonly #seed: number;
  #soughtBytes: Uint8Array = this.#arena;
  #soughtStart = 0;
  #soughtEnd = 0;
  readonly #isSought = (symbol: number) =>
    this.equals(symbol, this.#soughtBytes, this.#soughtStart, this.#soughtEnd);

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** The symbol of `bytes[start .. end)`, -1 when it is not known. */
  find(bytes: Uint8Array, start: number, end: number): number {
    this.#seek(bytes, start, end);
    return this.#slots.find(hashBytes(bytes, start, end, this.#seed), this.#isSought);
  }

  findText(text: string): number {
    if (UNIT_BYTES_MAX * text.length <= SHORT_BYTES) {
      return this.find(shortBytes, 0, encoder.encodeInto(text, shortBytes).written);
    }
    const bytes = encoder.encode(text);
    return this.find(bytes, 0, bytes.length);
  }

  /**
   * The symbol of `bytes[start .. end)`, which is made when it is not known. Whoever keeps it says so by `use` in the
   * same tick.
   */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end, this.#seed);
    this.#seek(bytes, start, end);
    const known = this.#slots.find(hash, this.#isSought);
    if (known >= 0) return known;
    const symbol = this.#freeNumbers.pop() ?? this.#nextNumber();
    this.#write(symbol, bytes, start, end);
    this.#slots.add(hash, symbol);
    return symbol;
  }

  use(symbol: number): void {
    this.#uses[symbol]++;
  }

  /** Takes a use back. True when it was the last: the symbol is not found any more, and is to be freed. */
  disuse(symbol: number): boolean {
    if (--this.#uses[symbol] > 0) return false;
    this.#slots.remove(this.hashOf(symbol), symbol);
    this.generation++;
    return true;
  }

  /** Lets others have the number and the bytes of a symbol that has no use, when nobody can ask for it any more. */
  free(symbol: number): void {
    const start = this.#spans[2 * symbol];
    const places = placesFor(this.#spans[2 * symbol + 1]);
    const free = this.#freePlaces.get(places);
    if (free) free.push(start);
    else this.#freePlaces.set(places, [start]);
    this.#freeNumbers.push(symbol);
    this.generation++;
  }

  /** The hash of a symbol's bytes, by which those of series are made. */
  hashOf(symbol: number): number {
    const start = this.#spans[2 * symbol];
    return hashBytes(this.#arena, start, start + this.#spans[2 * symbol + 1], this.#seed);
  }

  text(symbol: number): string {
    return decoder.decode(this.bytes(symbol));
  }

  /** The bytes of a symbol, as a view that is valid until the next `intern`. */
  bytes(symbol: number): Uint8Array {
    const start = this.#spans[2 * symbol];
    return this.#arena.subarray(start, start + this.#spans[2 * symbol + 1]);
  }

  /** How many bytes of UTF-8 a symbol has. */
  lengthOf(symbol: number): number {
    return this.#spans[2 * symbol + 1];
  }

  equals(symbol: number, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (this.#spans[2 * symbol + 1] !== length) return false;
    const from = this.#spans[2 * symbol];
    for (let i = 0; i < length; i++) {
      if (this.#arena[from + i] !== bytes[start + i]) return false;
    }
    return true;
  }

  get sizeBytes(): number {
    let places = 0;
    for (const free of this.#freePlaces.values()) places += free.length;
    const numbers = 4 * (this.#spans.length + this.#uses.length) + 8 * (this.#freeNumbers.length + places);
    return this.#arena.length + numbers + this.#slots.sizeBytes;
  }

  #seek(bytes: Uint8Array, start: number, end: number): void {
    this.#soughtBytes = bytes;
    this.#soughtStart = start;
    this.#soughtEnd = end;
  }

  #nextNumber(): number {
    if (this.#count === this.#uses.length) {
      this.#spans = grown(this.#spans);
      this.#uses = grown(this.#uses);
    }
    return this.#count++;
  }

  #write(symbol: number, bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    const at = this.#placeOf(placesFor(length));
    for (let i = 0; i < length; i++) this.#arena[at + i] = bytes[start + i];
    this.#spans[2 * symbol] = at;
    this.#spans[2 * symbol + 1] = length;
    this.#uses[symbol] = 0;
  }

  #placeOf(places: number): number {
    const given = this.#freePlaces.get(places)?.pop();
    if (given !== undefined) return given;
    const at = this.#arenaEnd;
    this.#arenaEnd += places * PLACE_BYTES;
    if (this.#arenaEnd > this.#arena.length) {
      const arena = new Uint8Array(Math.max(this.#arena.length * 2, this.#arenaEnd));
      arena.set(this.#arena.subarray(0, at));
      this.#arena = arena;
    }
    return at;
  }
}

function placesFor(length: number): number {
  return Math.ceil(length / PLACE_BYTES);
}
