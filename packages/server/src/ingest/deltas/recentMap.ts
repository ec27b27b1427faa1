/** What an entry takes beside its key, bytes. */
const ENTRY_BYTES = 120;

/** A map of bounded size: past it the entries go that were set longest ago. */
export class RecentMap<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #sizeBytesMax: number;
  readonly #valueBytes: (value: Value) => number;
  #sizeBytes = 0;

  /** @param valueBytes Bytes of a value beside those that every entry takes. */
  constructor(sizeBytesMax: number, valueBytes: (value: Value) => number) {
    this.#sizeBytesMax = sizeBytesMax;
    this.#valueBytes = valueBytes;
  }

  get count(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: Value): void {
    this.delete(key);
    this.#entries.set(key, value);
    this.#sizeBytes += this.#bytesOf(key, value);
    for (const oldest of this.#entries.keys()) {
      if (this.#sizeBytes <= this.#sizeBytesMax) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#sizeBytes -= this.#bytesOf(key, value);
  }

  #bytesOf(key: string, value: Value): number {
    return ENTRY_BYTES + key.length + this.#valueBytes(value);
  }
}
