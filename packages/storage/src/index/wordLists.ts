const SEGMENT_WORDS = 65_536;
const SEGMENT_SHIFT = Math.log2(SEGMENT_WORDS);
const SEGMENT_MASK = SEGMENT_WORDS - 1;

/**
 * Short lists of words in shared segments of memory, where they stay. A list never crosses a segment; one that is given
 * back serves the next list of its length. Place 0 is of no list, and holds a zero.
 */
export class WordLists {
  readonly #segments = [new Uint32Array(SEGMENT_WORDS)];
  #segmentUsed = 1;
  /** Places given back, by their number of words. */
  readonly #free = new Map<number, number[]>();

  allocate(words: number): number {
    const given = this.#free.size > 0 ? this.#free.get(words)?.pop() : undefined;
    if (given !== undefined) return given;
    if (this.#segmentUsed + words > SEGMENT_WORDS) {
      this.#segments.push(new Uint32Array(Math.max(SEGMENT_WORDS, words)));
      this.#segmentUsed = 0;
    }
    const place = (this.#segments.length - 1) * SEGMENT_WORDS + this.#segmentUsed;
    this.#segmentUsed += words;
    return place;
  }

  giveBack(place: number, words: number): void {
    const free = this.#free.get(words);
    if (free) free.push(place);
    else this.#free.set(words, [place]);
  }

  /** The memory around a list, which begins there at `offsetOf` its place. */
  segmentOf(place: number): Uint32Array {
    return this.#segments[place >>> SEGMENT_SHIFT];
  }

  get sizeBytes(): number {
    let places = 0;
    for (const free of this.#free.values()) places += free.length;
    return this.#segments.reduce((total, { byteLength }) => total + byteLength, 8 * places);
  }
}

/** Where the list of a place begins in its segment. */
export function offsetOf(place: number): number {
  return place & SEGMENT_MASK;
}
