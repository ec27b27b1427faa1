import { crc32 } from 'node:zlib';

/** The byte layout is described in docs/spool.md. */
const MAGIC = 0x31424f54;
const HEADER_BYTES = 16;
const NAME = /^(\d{15})-(\d{9})-[0-9a-f]{16}-(\d{1,9})-(\d{1,9})\.([a-zA-Z0-9.]{1,32})$/;
const FORMAT = /^[a-zA-Z0-9.]{1,32}$/;
/** Disks give out room in blocks. */
const BLOCK_BYTES = 4_096;

/** What the name of a file says. */
export interface SpoolFileName {
  readonly rowCount: number;
  readonly packedBytes: number;
  /** What it was packed for. */
  readonly format: string;
}

export function spoolFileName(
  file: SpoolFileName & { readonly timeMs: number; readonly number: number; readonly random: string },
): string {
  const time = String(file.timeMs).padStart(15, '0');
  const number = String(file.number).padStart(9, '0');
  return `${time}-${number}-${file.random}-${file.rowCount}-${file.packedBytes}.${file.format}`;
}

/** Whether files may be named so. */
export function isSpoolFormat(format: string): boolean {
  return FORMAT.test(format);
}

/** Null for names that are none of ours. */
export function parseSpoolFileName(name: string): SpoolFileName | null {
  const match = NAME.exec(name);
  if (match === null) return null;
  return { rowCount: Number(match[3]), packedBytes: Number(match[4]), format: match[5] };
}

/** What a file takes on the disk. */
export function spoolFileBytes(packedBytes: number): number {
  return Math.ceil((HEADER_BYTES + packedBytes) / BLOCK_BYTES) * BLOCK_BYTES;
}

export function encodeSpoolFile(packed: Uint8Array, rowCount: number): Uint8Array {
  const file = new Uint8Array(HEADER_BYTES + packed.length);
  const view = new DataView(file.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, rowCount, true);
  view.setUint32(12, packed.length, true);
  file.set(packed, HEADER_BYTES);
  view.setUint32(4, crc32(file.subarray(8)), true);
  return file;
}

/** What was packed; null when that is not what the file's name promises. */
export function decodeSpoolFile(
  file: Uint8Array<ArrayBuffer>,
  { rowCount, packedBytes }: SpoolFileName,
): Uint8Array<ArrayBuffer> | null {
  if (file.length !== HEADER_BYTES + packedBytes) return null;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const isWhole =
    view.getUint32(0, true) === MAGIC &&
    view.getUint32(4, true) === crc32(file.subarray(8)) &&
    view.getUint32(8, true) === rowCount &&
    view.getUint32(12, true) === packedBytes;
  return isWhole ? file.subarray(HEADER_BYTES) : null;
}
