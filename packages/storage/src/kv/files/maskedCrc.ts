const MASK_DELTA = 0xa282ead8;

/** How LevelDB stores a checksum, so that checksums over stored checksums stay good. */
export function maskedCrc(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}
