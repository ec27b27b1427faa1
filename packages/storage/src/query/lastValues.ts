/**
 * The last value of each entry of a block, kept as words so that NaN keeps its payload. A column has to be decoded
 * from its beginning to know its last value, and instant queries ask for little else.
 */
export class LastValues {
  /** Bytes for each entry. */
  static readonly ENTRY_BYTES = 9;
  readonly #count: number;
  #words: Uint32Array | undefined;
  #known: Uint8Array | undefined;

  constructor(count: number) {
    this.#count = count;
  }

  /** Makes the value of an entry the first of `words`; false when it is not known yet. */
  read(entry: number, words: Uint32Array): boolean {
    if (this.#words === undefined || this.#known === undefined || this.#known[entry] === 0) return false;
    words[0] = this.#words[2 * entry];
    words[1] = this.#words[2 * entry + 1];
    return true;
  }

  /** Keeps the first of `words` as the value of an entry. */
  keep(entry: number, words: Uint32Array): void {
    this.#words ??= new Uint32Array(2 * this.#count);
    this.#known ??= new Uint8Array(this.#count);
    this.#words[2 * entry] = words[0];
    this.#words[2 * entry + 1] = words[1];
    this.#known[entry] = 1;
  }
}
