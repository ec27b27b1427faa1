/** A copy of at least this length, and at least twice as long. */
export function grown(array: Uint32Array, lengthMin = 0): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(Math.max(lengthMin, 2 * array.length));
  copy.set(array);
  return copy;
}
