import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { requireVersion } from '../kv/recordVersion.js';
import type { SeriesSet } from '../manifest/seriesSet.js';

/** Layout: docs/format/deletions.md. */
const VERSION = 1;

/** Samples of some series and times that answers leave out, and that the next compaction leaves behind. */
export interface Deletion {
  /** Number of the write-ahead record that says when the deletion was. */
  readonly seq: number;
  /** The last run that may hold samples written before the deletion: later runs are not touched. */
  readonly run: number;
  /** Inclusive, ms. */
  readonly minMs: number;
  readonly maxMs: number;
  readonly series: SeriesSet;
}

export function encodeDeletion(deletion: Deletion): Uint8Array {
  const writer = new ByteWriter();
  writer.u8(VERSION);
  writer.f64(deletion.run);
  writer.f64(deletion.minMs);
  writer.f64(deletion.maxMs);
  writer.bytes(deletion.series);
  return writer.written().slice();
}

/** @throws TinyObsError `store_version` */
export function decodeDeletion(seq: number, payload: Uint8Array): Deletion {
  const reader = new ByteReader(payload);
  requireVersion('a deletion', { found: reader.u8(), supported: VERSION });
  return {
    seq,
    run: reader.f64(),
    minMs: reader.f64(),
    maxMs: reader.f64(),
    series: reader.bytes.slice(reader.position),
  };
}
