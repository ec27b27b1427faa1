import { ByteReader } from '../bytes/byteReader.js';
import type { ByteWriter } from '../bytes/byteWriter.js';
import { requireVersion } from '../kv/recordVersion.js';

/** Layout: docs/format/exemplars.md. */
const VERSION = 1;

/** An exemplar as it is stored: its series by id, its own labels as canonical bytes. */
export interface ExemplarFields {
  readonly series: number;
  readonly timeMs: number;
  readonly value: number;
  readonly labels: Uint8Array;
}

/** Begins an entry in an empty writer; then `addToEntry`. */
export function beginEntry(writer: ByteWriter): void {
  writer.u8(VERSION);
}

export function addToEntry(writer: ByteWriter, { series, timeMs, value, labels }: ExemplarFields): void {
  writer.varint(series);
  writer.f64(timeMs);
  writer.f64(value);
  writer.varint(labels.length);
  writer.bytes(labels);
}

/**
 * The exemplars of an entry; their labels are views into the payload.
 *
 * @throws TinyObsError `store_version`
 */
export function decodeEntry(payload: Uint8Array): ExemplarFields[] {
  const reader = new ByteReader(payload);
  requireVersion('an entry of exemplars', { found: reader.u8(), supported: VERSION });
  const exemplars: ExemplarFields[] = [];
  while (!reader.atEnd) {
    const series = reader.varint();
    const timeMs = reader.f64();
    const value = reader.f64();
    exemplars.push({ series, timeMs, value, labels: reader.take(reader.varint()) });
  }
  return exemplars;
}
