const MASK = (1n << 64n) - 1n;
const PRIMES: readonly bigint[] = [
  11400714785074694791n,
  14029467366897019727n,
  1609587929392839161n,
  9650029242287828579n,
  2870177450012600261n,
];

/**
 * The 64-bit xxHash with seed 0.
 *
 * Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md
 */
export function xxHash64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let hash = PRIMES[4];
  if (bytes.length >= 32) {
    const lanes = [(PRIMES[0] + PRIMES[1]) & MASK, PRIMES[1], 0n, (1n << 64n) - PRIMES[0]];
    for (; at + 32 <= bytes.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) {
        lanes[lane] = round(lanes[lane], view.getBigUint64(at + 8 * lane, true));
      }
    }
    hash =
      (rotate(lanes[0], 1n) + rotate(lanes[1], 7n) + rotate(lanes[2], 12n) + rotate(lanes[3], 18n)) & MASK;
    for (const lane of lanes) hash = (times(hash ^ round(0n, lane), PRIMES[0]) + PRIMES[3]) & MASK;
  }
  hash = (hash + BigInt(bytes.length)) & MASK;
  for (; at + 8 <= bytes.length; at += 8) {
    hash ^= round(0n, view.getBigUint64(at, true));
    hash = (times(rotate(hash, 27n), PRIMES[0]) + PRIMES[3]) & MASK;
  }
  if (at + 4 <= bytes.length) {
    hash ^= times(BigInt(view.getUint32(at, true)), PRIMES[0]);
    hash = (times(rotate(hash, 23n), PRIMES[1]) + PRIMES[2]) & MASK;
    at += 4;
  }
  for (; at < bytes.length; at++) {
    hash ^= times(BigInt(bytes[at]), PRIMES[4]);
    hash = times(rotate(hash, 11n), PRIMES[0]);
  }
  hash = times(hash ^ (hash >> 33n), PRIMES[1]);
  hash = times(hash ^ (hash >> 29n), PRIMES[2]);
  return hash ^ (hash >> 32n);
}

function round(lane: bigint, input: bigint): bigint {
  return times(rotate((lane + times(input, PRIMES[1])) & MASK, 31n), PRIMES[0]);
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

function times(a: bigint, b: bigint): bigint {
  return (a * b) & MASK;
}
