import { ByteReader } from '../../bytes/byteReader.js';

/** A put, or without a value a delete. Of entries with one key the one with the highest `seq` counts. */
export interface LevelEntry {
  readonly key: Uint8Array;
  readonly seq: number;
  readonly value: Uint8Array | undefined;
}

/** Internal keys end with `seq << 8 | type`, 8 bytes little-endian. */
export const TRAILER_BYTES = 8;
const TYPE_PUT = 1;
const TYPE_DELETE = 0;

/** @throws RangeError */
export function entryOf(internalKey: Uint8Array, value: Uint8Array): LevelEntry {
  const end = internalKey.length - TRAILER_BYTES;
  if (end < 0) throw new RangeError('a key is too short');
  const reader = new ByteReader(internalKey, end);
  const low = reader.u32();
  const seq = reader.u32() * 2 ** 24 + (low >>> 8);
  return { key: internalKey.subarray(0, end), seq, value: isPut(low & 0xff) ? value : undefined };
}

/** The entries of a record of a log: one batch. @throws RangeError */
export function entriesOfBatch(record: Uint8Array): LevelEntry[] {
  const reader = new ByteReader(record);
  const low = reader.u32();
  const first = reader.u32() * 2 ** 32 + low;
  const count = reader.u32();
  const entries: LevelEntry[] = [];
  while (!reader.atEnd) {
    const put = isPut(reader.u8());
    const key = reader.take(reader.varint());
    const value = put ? reader.take(reader.varint()) : undefined;
    entries.push({ key, seq: first + entries.length, value });
  }
  if (entries.length !== count) throw new RangeError(`${entries.length} entries of ${count}`);
  return entries;
}

function isPut(type: number): boolean {
  if (type !== TYPE_PUT && type !== TYPE_DELETE) throw new RangeError(`unknown type ${type} of an entry`);
  return type === TYPE_PUT;
}

/** By key; of one key the latest first. */
export function compareEntries(a: LevelEntry, b: LevelEntry): number {
  return Buffer.compare(a.key, b.key) || b.seq - a.seq;
}
