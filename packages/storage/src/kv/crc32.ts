/** The reversed polynomial of CRC-32 as zlib, gzip and PNG have it. */
const POLYNOMIAL = 0xedb88320;
/** Bytes folded in by one step. */
const STRIDE = 8;

const tables = buildTables();

/** CRC-32 of the bytes, going on from `start`, the checksum of what came before: as `zlib.crc32`. */
export function crc32(bytes: Uint8Array, start = 0): number {
  let crc = ~start;
  let at = 0;
  for (const end = bytes.length - (bytes.length % STRIDE); at < end; at += STRIDE) {
    crc ^= bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    crc =
      tables[7 * 256 + (crc & 255)] ^
      tables[6 * 256 + ((crc >>> 8) & 255)] ^
      tables[5 * 256 + ((crc >>> 16) & 255)] ^
      tables[4 * 256 + (crc >>> 24)] ^
      tables[3 * 256 + bytes[at + 4]] ^
      tables[2 * 256 + bytes[at + 5]] ^
      tables[256 + bytes[at + 6]] ^
      tables[bytes[at + 7]];
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]) & 255];
  return ~crc >>> 0;
}

/** Table k says what a byte becomes when k further bytes have passed (slicing by eight). */
function buildTables(): Int32Array {
  const built = new Int32Array(STRIDE * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    built[byte] = crc;
  }
  for (let at = 256; at < built.length; at++) {
    const before = built[at - 256];
    built[at] = (before >>> 8) ^ built[before & 255];
  }
  return built;
}
