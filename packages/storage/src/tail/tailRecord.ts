import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { requireVersion } from '../kv/recordVersion.js';

/** Layout: docs/format/wal.md. */
const VERSION = 1;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** By the name of each follower the number of the first record that it has not acknowledged. */
export type TailCursors = ReadonlyMap<string, number>;

export function encodeTailCursors(cursors: TailCursors): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(VERSION);
  writer.varint(cursors.size);
  for (const [name, seq] of cursors) {
    const text = encoder.encode(name);
    writer.varint(text.length);
    writer.bytes(text);
    writer.varint(seq);
  }
  return writer.written().slice();
}

/** @throws TinyObsError `store_version` */
export function decodeTailCursors(payload: Uint8Array): TailCursors {
  const reader = new ByteReader(payload);
  requireVersion('the record of the followers', { found: reader.u8(), supported: VERSION });
  const cursors = new Map<string, number>();
  for (let left = reader.varint(); left > 0; left--) {
    const name = decoder.decode(reader.take(reader.varint()));
    cursors.set(name, reader.varint());
  }
  return cursors;
}
