import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { requireVersion } from '../kv/recordVersion.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';

/** A block: value columns of consecutive series of a run. Layout: docs/format/block.md. */
const VERSION = 1;

/** One series' column in a block. */
export interface BlockEntry {
  readonly series: number;
  /** Number of this column among the columns of the series in the run, from 0. */
  readonly piece: number;
  readonly samples: number;
  /** Where the timestamps are: chunk of the run, slot in the chunk. */
  readonly chunk: number;
  readonly slot: number;
  /** Persisted enum `VALUE_ENCODING`. */
  readonly encoding: number;
}

/** Bytes the directory takes for one entry, about: only decides where a block is cut. */
const DIRECTORY_BYTES_PER_ENTRY = 10;

/** Every number of an entry takes a byte at least. */
const ENTRY_BYTES_MIN = 7;

export class BlockBuilder {
  /** Value columns are written here, each before its entry is added. */
  readonly values = new ByteWriter(8192);
  #entries: BlockEntry[] = [];
  #ends: number[] = [];

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  get sizeBytes(): number {
    return this.values.length + DIRECTORY_BYTES_PER_ENTRY * this.#entries.length;
  }

  /** Series of the last entry. */
  get lastSeries(): number {
    return this.#entries[this.#entries.length - 1].series;
  }

  /** Adds the entry whose values were just written. */
  add(entry: BlockEntry): void {
    this.#entries.push(entry);
    this.#ends.push(this.values.length);
  }

  /** The payload of the block, in an array of its own with `spareBytes` behind it; then starts anew. */
  finish(spareBytes: number): Uint8Array {
    const directory = new ByteWriter(1024);
    directory.u8(VERSION);
    directory.varint(this.#entries.length);
    this.#writeDeltas(directory, (entry) => entry.series);
    this.#writeDeltas(directory, (entry) => entry.chunk);
    this.#writeDeltas(directory, (entry) => entry.slot);
    for (const entry of this.#entries) directory.varint(entry.piece);
    for (const entry of this.#entries) directory.varint(entry.samples);
    for (const entry of this.#entries) directory.u8(entry.encoding);
    let start = 0;
    for (const end of this.#ends) {
      directory.varint(end - start);
      start = end;
    }
    const payload = new Uint8Array(directory.length + this.values.length + spareBytes);
    payload.set(directory.written());
    payload.set(this.values.written(), directory.length);
    this.values.reset();
    this.#entries = [];
    this.#ends = [];
    return payload;
  }

  #writeDeltas(writer: ByteWriter, field: (entry: BlockEntry) => number): void {
    let previous = 0;
    for (const entry of this.#entries) {
      writer.zigzag(field(entry) - previous);
      previous = field(entry);
    }
  }
}

/** A block's directory, read; value columns are found by their offsets. */
export interface BlockDirectory {
  readonly count: number;
  readonly series: Uint32Array;
  readonly chunks: Uint32Array;
  readonly slots: Uint32Array;
  readonly pieces: Uint32Array;
  readonly samples: Uint32Array;
  readonly encodings: Uint32Array;
  /** Where each value column starts and ends in the payload. */
  readonly offsets: Uint32Array;
  readonly ends: Uint32Array;
}

/** @throws RangeError for bytes that are no block, TinyObsError `store_version` */
export function readBlockDirectory(payload: Uint8Array): BlockDirectory {
  const reader = new ByteReader(payload);
  requireVersion('a block', { found: reader.u8(), supported: VERSION });
  const count = reader.varint();
  if (count > payload.length / ENTRY_BYTES_MIN) throw new RangeError(`${count} entries`);
  const series = readDeltas(reader, count);
  const chunks = readDeltas(reader, count);
  const slots = readDeltas(reader, count);
  const pieces = readNumbers(reader, count);
  const samples = readNumbers(reader, count);
  const encodings = readNumbers(reader, count);
  const lengths = readNumbers(reader, count);
  const offsets = new Uint32Array(count);
  const ends = new Uint32Array(count);
  let end = reader.position;
  for (let i = 0; i < count; i++) {
    if (samples[i] < 1 || samples[i] > ENTRY_SAMPLES_MAX) throw new RangeError(`${samples[i]} samples`);
    offsets[i] = end;
    ends[i] = end += lengths[i];
  }
  if (end !== payload.length) throw new RangeError(`${end} bytes of ${payload.length}`);
  return { count, series, chunks, slots, pieces, samples, encodings, offsets, ends };
}

function readDeltas(reader: ByteReader, count: number): Uint32Array {
  const column = new Uint32Array(count);
  let number = 0;
  for (let i = 0; i < count; i++) column[i] = number += reader.zigzag();
  return column;
}

function readNumbers(reader: ByteReader, count: number): Uint32Array {
  const column = new Uint32Array(count);
  for (let i = 0; i < count; i++) column[i] = reader.varint();
  return column;
}
