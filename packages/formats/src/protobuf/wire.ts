/*
 * What fields of protobuf begin with.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */
export const VARINT = 0;
export const FIXED_64 = 1;
export const LENGTH_DELIMITED = 2;
export const FIXED_32 = 5;

/** Number and wire type of a field as the one number that its bytes begin with. */
export function fieldTag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

/** A set of field numbers below 32 as bits. */
export function fieldBits(...numbers: number[]): number {
  return numbers.reduce((bits, number) => bits | (1 << number), 0);
}
