import { TinyObsError } from '@tinyobs/model';
import { ByteReader } from '../bytes/byteReader.js';
import type { ByteWriter } from '../bytes/byteWriter.js';
import type { SampleColumns } from '../head/head.js';
import { requireVersion } from '../kv/recordVersion.js';

/** Layout: docs/format/wal.md. */
const VERSION = 1;

/** Persisted: what a write-ahead record holds. */
export const WAL_KIND = { samples: 1, deletion: 2 } as const;

/** Canonical label bytes of series that a record names first, with consecutive ids from `firstId` on. */
export interface NewSeries {
  readonly firstId: number;
  readonly count: number;
  /** Series i is `bytes[starts[i] .. starts[i + 1])`. */
  readonly bytes: Uint8Array;
  readonly starts: Uint32Array;
}

export interface SamplesRecord extends SampleColumns {
  readonly commitMs: number;
  readonly newSeries: NewSeries;
}

/** Marks the place of a deletion among the samples; what is deleted is stored under the number of the record. */
export interface DeletionRecord {
  readonly commitMs: number;
}

export type WalRecord =
  | ({ readonly kind: 'samples' } & SamplesRecord)
  | ({ readonly kind: 'deletion' } & DeletionRecord);

export function writeDeletionRecord(commitMs: number, writer: ByteWriter): void {
  writer.u8(VERSION);
  writer.u8(WAL_KIND.deletion);
  writer.f64(commitMs);
}

/** Appends the record to the writer. */
export function writeSamplesRecord(record: SamplesRecord, writer: ByteWriter): void {
  const { newSeries, ids, times, words, count } = record;
  writer.u8(VERSION);
  writer.u8(WAL_KIND.samples);
  writer.f64(record.commitMs);
  writer.varint(newSeries.count);
  writer.varint(newSeries.firstId);
  for (let i = 0; i < newSeries.count; i++) {
    const start = newSeries.starts[i];
    const end = newSeries.starts[i + 1];
    writer.varint(end - start);
    writer.bytes(newSeries.bytes.subarray(start, end));
  }
  writer.varint(count);
  writeDeltas(ids, count, writer);
  if (count > 0) writer.f64(times[0]);
  writeDeltas(times, count, writer, count > 0 ? times[0] : 0);
  writer.bytes(new Uint8Array(words.buffer, words.byteOffset, 8 * count));
}

function writeDeltas(
  numbers: Uint32Array | Float64Array,
  count: number,
  writer: ByteWriter,
  first = 0,
): void {
  let previous = first;
  for (let i = 0; i < count; i++) {
    writer.zigzag(numbers[i] - previous);
    previous = numbers[i];
  }
}

/**
 * Reads the payload of a record.
 *
 * @throws TinyObsError `store_version`
 */
export function readWalRecord(payload: Uint8Array): WalRecord {
  const reader = new ByteReader(payload);
  const kind = readKind(reader);
  const commitMs = reader.f64();
  if (kind === WAL_KIND.deletion) return { kind: 'deletion', commitMs };
  const newSeries = readNewSeries(reader);
  const count = reader.varint();
  const ids = new Uint32Array(count);
  let id = 0;
  for (let i = 0; i < count; i++) ids[i] = id += reader.zigzag();
  const times = new Float64Array(count);
  let time = count > 0 ? reader.f64() : 0;
  for (let i = 0; i < count; i++) times[i] = time += reader.zigzag();
  const words = new Uint32Array(2 * count);
  new Uint8Array(words.buffer).set(reader.take(8 * count));
  return { kind: 'samples', commitMs, newSeries, ids, times, words, count };
}

/**
 * Calls `visit` with each series that a record of samples names or has samples of, those with consecutive ids as one
 * stretch `[start, end)`; the same may come several times.
 *
 * @throws TinyObsError `store_version`
 */
export function forEachSeriesOf(payload: Uint8Array, visit: (start: number, end: number) => void): void {
  const reader = new ByteReader(payload);
  if (readKind(reader) === WAL_KIND.deletion) return;
  reader.f64();
  const newCount = reader.varint();
  const firstId = reader.varint();
  visit(firstId, firstId + newCount);
  for (let i = 0; i < newCount; i++) reader.skip(reader.varint());
  let id = 0;
  for (let left = reader.varint(); left > 0; left--) {
    id += reader.zigzag();
    visit(id, id + 1);
  }
}

/** Reads the version and the kind. */
function readKind(reader: ByteReader): number {
  requireVersion('a write-ahead record', { found: reader.u8(), supported: VERSION });
  const kind = reader.u8();
  if (kind === WAL_KIND.samples || kind === WAL_KIND.deletion) return kind;
  throw new TinyObsError(
    'store_version',
    `a write-ahead record is of kind ${kind}, which this TinyObs does not know: upgrade TinyObs to the release that wrote it`,
    { details: { kind } },
  );
}

function readNewSeries(reader: ByteReader): NewSeries {
  const count = reader.varint();
  const firstId = reader.varint();
  const starts = new Uint32Array(count + 1);
  const labels: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    labels.push(reader.take(reader.varint()));
    starts[i + 1] = starts[i] + labels[i].length;
  }
  const bytes = new Uint8Array(starts[count]);
  for (let i = 0; i < count; i++) bytes.set(labels[i], starts[i]);
  return { firstId, count, bytes, starts };
}
