/** The largest place. */
export const POOLED_MAX = 4096;
const SEGMENT_IDS = 65_536;
const SEGMENT_SHIFT = Math.log2(SEGMENT_IDS);
const SEGMENT_MASK = SEGMENT_IDS - 1;

/**
 * Places for short lists of ids in shared segments of memory. Their sizes are powers of two up to `POOLED_MAX`, so
 * none crosses a segment; one that is given back serves the next list of its size.
 */
export class PooledIds {
  readonly #segments: Uint32Array[] = [];
  #segmentUsed = SEGMENT_IDS;
  /** Places given back, by the logarithm of their size. */
  readonly #free: number[][] = [];

  allocate(capacity: number): number {
    const given = this.#free[Math.log2(capacity)]?.pop();
    if (given !== undefined) return given;
    if (this.#segmentUsed + capacity > SEGMENT_IDS) {
      this.#segments.push(new Uint32Array(SEGMENT_IDS));
      this.#segmentUsed = 0;
    }
    const place = (this.#segments.length - 1) * SEGMENT_IDS + this.#segmentUsed;
    this.#segmentUsed += capacity;
    return place;
  }

  giveBack(place: number, capacity: number): void {
    const size = Math.log2(capacity);
    this.#free[size] ??= [];
    this.#free[size].push(place);
  }

  set(place: number, at: number, id: number): void {
    this.#segments[place >>> SEGMENT_SHIFT][(place & SEGMENT_MASK) + at] = id;
  }

  /** A view of the first ids of a place. */
  ids(place: number, length: number): Uint32Array {
    const at = place & SEGMENT_MASK;
    return this.#segments[place >>> SEGMENT_SHIFT].subarray(at, at + length);
  }

  get sizeBytes(): number {
    const free = this.#free.reduce((total, places) => total + (places?.length ?? 0), 0);
    return 4 * SEGMENT_IDS * this.#segments.length + 8 * free;
  }
}
