import { hashBytes } from './hashBytes.js';
import { HashSlots } from './hashSlots.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Each distinct label name or value once, as UTF-8 bytes, numbered from 0. */
export class SymbolTable {
  count = 0;
  #arena = new Uint8Array(64 * 1024);
  #starts = new Uint32Array(1024);
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
    const bytes = encoder.encode(text);
    return this.find(bytes, 0, bytes.length);
  }

  /** The symbol of `bytes[start .. end)`, which is made when it is not known. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashBytes(bytes, start, end, this.#seed);
    this.#seek(bytes, start, end);
    const known = this.#slots.find(hash, this.#isSought);
    if (known >= 0) return known;
    this.#append(bytes, start, end);
    return this.#slots.add(hash);
  }

  /** The hash of a symbol's bytes, by which those of series are made. */
  hashOf(symbol: number): number {
    return hashBytes(this.#arena, this.#starts[symbol], this.#starts[symbol + 1], this.#seed);
  }

  text(symbol: number): string {
    return decoder.decode(this.bytes(symbol));
  }

  /** The bytes of a symbol, as a view that is valid until the next `intern`. */
  bytes(symbol: number): Uint8Array {
    return this.#arena.subarray(this.#starts[symbol], this.#starts[symbol + 1]);
  }

  equals(symbol: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[symbol];
    const length = end - start;
    if (this.#starts[symbol + 1] - from !== length) return false;
    for (let i = 0; i < length; i++) {
      if (this.#arena[from + i] !== bytes[start + i]) return false;
    }
    return true;
  }

  #seek(bytes: Uint8Array, start: number, end: number): void {
    this.#soughtBytes = bytes;
    this.#soughtStart = start;
    this.#soughtEnd = end;
  }

  #append(bytes: Uint8Array, start: number, end: number): void {
    const at = this.#starts[this.count];
    const arenaEnd = at + end - start;
    if (arenaEnd > this.#arena.length) {
      const grown = new Uint8Array(Math.max(this.#arena.length * 2, arenaEnd));
      grown.set(this.#arena.subarray(0, at));
      this.#arena = grown;
    }
    if (this.count + 2 > this.#starts.length) {
      const grown = new Uint32Array(this.#starts.length * 2);
      grown.set(this.#starts);
      this.#starts = grown;
    }
    for (let i = start; i < end; i++) this.#arena[at + i - start] = bytes[i];
    this.#starts[++this.count] = arenaEnd;
  }
}
