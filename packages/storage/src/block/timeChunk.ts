import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { requireVersion } from '../kv/recordVersion.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import { planSequence, readSequence, writeSequence } from './numberSequence.js';

/**
 * Timestamp columns of a run. Series sampled together have equal columns, so each distinct one is stored once.
 * Layout: docs/format/block.md.
 */
const VERSION = 1;

const scratch = new Float64Array(ENTRY_SAMPLES_MAX);

/** Gathers columns of one chunk. */
export class TimeChunkBuilder {
  count = 0;
  readonly #lengths = new ByteWriter();
  readonly #columns = new ByteWriter();

  get sizeBytes(): number {
    return this.#columns.length + this.#lengths.length;
  }

  /** Adds a column, the first `count` of the ascending `offsets`, and returns its slot. */
  add(offsets: Uint32Array, count: number): number {
    const start = this.#columns.length;
    writeTimeColumn(offsets, count, this.#columns);
    this.#lengths.varint(this.#columns.length - start);
    return this.count++;
  }

  /** The payload of the chunk, in an array of its own with `spareBytes` behind it; then starts anew. */
  finish(spareBytes: number): Uint8Array {
    const head = new ByteWriter(16);
    head.u8(VERSION);
    head.varint(this.count);
    const payload = new Uint8Array(head.length + this.sizeBytes + spareBytes);
    payload.set(head.written());
    payload.set(this.#lengths.written(), head.length);
    payload.set(this.#columns.written(), head.length + this.#lengths.length);
    this.#lengths.reset();
    this.#columns.reset();
    this.count = 0;
    return payload;
  }
}

function writeTimeColumn(offsets: Uint32Array, count: number, writer: ByteWriter): void {
  scratch.set(offsets.subarray(0, count));
  writer.varint(count);
  writeSequence(scratch, count, planSequence(scratch, count), writer);
}

/**
 * The times of a column, ms since the epoch, given the start of the window.
 *
 * @throws RangeError for a slot the chunk does not have, or bytes that are no time chunk, TinyObsError
 * `store_version`
 */
export function readTimeColumn(payload: Uint8Array, slot: number, windowMs: number): Float64Array {
  const reader = new ByteReader(payload);
  requireVersion('a chunk of timestamps', { found: reader.u8(), supported: VERSION });
  const columns = reader.varint();
  if (slot >= columns) throw new RangeError(`slot ${slot} of ${columns}`);
  let skip = 0;
  for (let i = 0; i < columns; i++) {
    const length = reader.varint();
    if (i < slot) skip += length;
  }
  reader.position += skip;
  const count = reader.varint();
  if (count < 1 || count > ENTRY_SAMPLES_MAX) throw new RangeError(`a column of ${count} times`);
  const times = new Float64Array(count);
  readSequence(reader, count, times, 0);
  for (let i = 0; i < count; i++) times[i] += windowMs;
  return times;
}
