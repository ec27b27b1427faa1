/**
 * Samples are doubles whose NaN payload matters: Prometheus marks the end of a series by one NaN, the stale
 * marker. A JavaScript number may lose its payload on the way, so code that stores, copies or tests samples
 * does it through a Uint32Array over the same bytes. Little-endian hosts only, which is every one Node has.
 */
export const STALE_NAN_HIGH = 0x7ff00000;
export const STALE_NAN_LOW = 0x00000002;

/** The words of a Float64Array: element i has its low word at 2i and its high word at 2i + 1. */
export function wordsOf(values: Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
}

export function isStaleAt(words: Uint32Array, index: number): boolean {
  return words[2 * index + 1] === STALE_NAN_HIGH && words[2 * index] === STALE_NAN_LOW;
}

export function setStaleAt(words: Uint32Array, index: number): void {
  words[2 * index] = STALE_NAN_LOW;
  words[2 * index + 1] = STALE_NAN_HIGH;
}
