import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import type { KeyValueBatch } from './keyValueStore.js';
import { requireVersion } from './recordVersion.js';
import { seal } from './seal.js';

/** Layout: docs/format/audit.md, docs/format/exemplars.md. */
const VERSION = 1;

/** Which entries of a numbered log there are: every number from `low` up to but without `next` (S4). */
export interface LogEnds {
  readonly low: number;
  /** Number of the next entry. */
  readonly next: number;
}

/** Numbers begin at 1. */
export const NO_ENTRIES: LogEnds = { low: 1, next: 1 };

export function putLogEnds(batch: KeyValueBatch, key: Uint8Array, { low, next }: LogEnds): void {
  const writer = new ByteWriter();
  writer.u8(VERSION);
  writer.varint(low);
  writer.varint(next);
  batch.put(key, seal(key, writer.written()));
}

/** @throws TinyObsError `store_version` */
export function decodeLogEnds(payload: Uint8Array): LogEnds {
  const reader = new ByteReader(payload);
  requireVersion('the record of the ends of a log', { found: reader.u8(), supported: VERSION });
  return { low: reader.varint(), next: reader.varint() };
}
