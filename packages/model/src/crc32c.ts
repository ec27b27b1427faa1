/** CRC-32C (Castagnoli), reflected polynomial; four tables, so that four bytes are taken at a time. */
const POLYNOMIAL = 0x82f63b78;
const [ONE, TWO, THREE, FOUR] = makeTables();

/** The checksum of `bytes` behind those whose checksum is `before`. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = ~before;
  let at = 0;
  for (const end = bytes.length - 3; at < end; at += 4) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc = FOUR[crc & 0xff] ^ THREE[(crc >>> 8) & 0xff] ^ TWO[(crc >>> 16) & 0xff] ^ ONE[crc >>> 24];
  }
  for (; at < bytes.length; at++) crc = ONE[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return ~crc >>> 0;
}

/**
 * The smallest `end` for which the bytes from `start` to `end`, behind those whose checksum is `before`, are
 * `isEnd`; undefined when there is none.
 */
export function findCrcEnd(
  bytes: Uint8Array,
  { start, before }: { readonly start: number; readonly before: number },
  isEnd: (crc: number, end: number) => boolean,
): number | undefined {
  let crc = ~before;
  for (let at = start; ; at++) {
    if (isEnd(~crc >>> 0, at)) return at;
    if (at === bytes.length) return undefined;
    crc = ONE[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  }
}

function makeTables(): readonly [Uint32Array, Uint32Array, Uint32Array, Uint32Array] {
  const one = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    one[byte] = crc;
  }
  const next = (table: Uint32Array) => table.map((crc) => one[crc & 0xff] ^ (crc >>> 8));
  const two = next(one);
  const three = next(two);
  return [one, two, three, next(three)];
}
