/** A copy of at least this length, and so many times as long. */
export function grown(array: Uint32Array, lengthMin = 0, factor = 2): Uint32Array<ArrayBuffer> {
  const copy = new Uint32Array(Math.max(lengthMin, Math.ceil(factor * array.length)));
  copy.set(array);
  return copy;
}
