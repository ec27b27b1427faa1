/** Whether the first name is below the second in the order of bytes. */
export function isBelow(
  bytes: Uint8Array,
  startA: number,
  endA: number,
  startB: number,
  endB: number,
): boolean {
  const lengthA = endA - startA;
  const lengthB = endB - startB;
  const shared = Math.min(lengthA, lengthB);
  for (let i = 0; i < shared; i++) {
    const order = bytes[startA + i] - bytes[startB + i];
    if (order !== 0) return order < 0;
  }
  return lengthA < lengthB;
}
