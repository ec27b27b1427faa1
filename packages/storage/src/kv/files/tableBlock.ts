import { crc32c, findCrcEnd } from '@tinyobs/model';
import { ByteReader } from '../../bytes/byteReader.js';
import { maskedCrc } from './maskedCrc.js';
import { decodeSnappy } from './snappyBlock.js';

/** Blocks of a table (google/leveldb, doc/table_format.md). Behind each: how it is compressed, and a checksum. */
export const BLOCK_TRAILER_BYTES = 5;
const COMPRESSION = { none: 0, snappy: 1 } as const;

/** Where a block is in its table, without its trailer. */
export interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

export function readHandle(reader: ByteReader): BlockHandle {
  return { offset: reader.varint(), size: reader.varint() };
}

/**
 * The contents of a block given with its trailer.
 *
 * @throws RangeError when the checksum fails.
 */
export function openBlock(bytes: Uint8Array): Uint8Array {
  const size = bytes.length - BLOCK_TRAILER_BYTES;
  if (size < 0) throw new RangeError('a block is cut off');
  if (maskedCrc(crc32c(bytes.subarray(0, size + 1))) !== new ByteReader(bytes, size + 1).u32()) {
    throw new RangeError('a block fails its checksum');
  }
  const contents = bytes.subarray(0, size);
  switch (bytes[size]) {
    case COMPRESSION.none:
      return contents;
    case COMPRESSION.snappy:
      return decodeSnappy(contents);
    default:
      throw new RangeError(`unknown compression ${bytes[size]}`);
  }
}

/** The block that starts at `offset`, found by its checksum: for a table whose index is damaged. */
export function findBlock(table: Uint8Array, offset: number): BlockHandle | undefined {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const end = findCrcEnd(table, { start: offset, before: 0 }, (crc, at) => {
    if (at <= offset || at + 4 > table.length || table[at - 1] > COMPRESSION.snappy) return false;
    return maskedCrc(crc) === view.getUint32(at, true);
  });
  return end === undefined ? undefined : { offset, size: end - 1 - offset };
}

/** Keys, as they are stored, and values of a block. @throws RangeError */
export function readBlockEntries(contents: Uint8Array): { key: Uint8Array; value: Uint8Array }[] {
  const restarts = new ByteReader(contents, contents.length - 4).u32();
  const end = contents.length - 4 - 4 * restarts;
  if (end < 0) throw new RangeError(`${restarts} restarts`);
  const reader = new ByteReader(contents.subarray(0, end));
  const entries: { key: Uint8Array; value: Uint8Array }[] = [];
  let previous: Uint8Array = new Uint8Array(0);
  while (!reader.atEnd) {
    const shared = reader.varint();
    const unshared = reader.varint();
    const valueLength = reader.varint();
    if (shared > previous.length) throw new RangeError('a key shares more than there is');
    const rest = reader.take(unshared);
    const key = new Uint8Array(shared + unshared);
    key.set(previous.subarray(0, shared));
    key.set(rest, shared);
    entries.push({ key, value: reader.take(valueLength) });
    previous = key;
  }
  return entries;
}
