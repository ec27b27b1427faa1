import { BlockBuilder } from '../block/block.js';
import { TimeChunkBuilder } from '../block/timeChunk.js';
import { writeValueColumn } from '../block/valueColumn.js';
import { HashSlots } from '../index/hashSlots.js';
import { blockKey, chunkKey, type RunId } from '../kv/keys.js';
import { SEAL_BYTES } from '../kv/seal.js';
import { BLOCK_BYTES_TARGET, TIME_CHUNK_BYTES_TARGET, TIME_COLUMNS_KEPT_SAMPLES } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import { seriesSetOfBits } from '../manifest/seriesSet.js';

/** Takes a key and a payload with `SEAL_BYTES` of room behind it, returns its checksum. */
export type Sink = (key: Uint8Array, value: Uint8Array) => number;

/** One column of one series: at most `ENTRY_SAMPLES_MAX` samples of one window, ascending in time. */
export interface Piece {
  readonly metric: number;
  readonly series: number;
  readonly count: number;
  /** Times of the samples less the start of the window. */
  readonly offsets: Uint32Array;
  /** Words of the values, two a sample. */
  readonly words: Uint32Array;
}

/** Writes one run: pieces come ordered by metric, series and time and leave as blocks and time chunks. */
export class RunWriter {
  readonly id: RunId;
  readonly #windowEndMs: number;
  readonly #deletedSeq: number;
  readonly #sink: Sink;
  readonly #block = new BlockBuilder();
  readonly #columns = new TimeColumns();
  #metric = 0;
  #series: number[] = [];
  #pieceOfSeries = 0;
  #minOffset = Number.POSITIVE_INFINITY;
  #maxOffset = 0;
  #samples = 0;
  #blocks = 0;
  #chunks = 0;
  #blockSum = 0;
  #chunkSum = 0;
  #sizeBytes = 0;

  constructor(options: {
    readonly id: RunId;
    readonly windowEndMs: number;
    /** See `Manifest`. */
    readonly deletedSeq: number;
    readonly sink: Sink;
  }) {
    this.id = options.id;
    this.#windowEndMs = options.windowEndMs;
    this.#deletedSeq = options.deletedSeq;
    this.#sink = options.sink;
  }

  get windowMs(): number {
    return this.id.windowMs;
  }

  get isEmpty(): boolean {
    return this.#series.length === 0;
  }

  add(piece: Piece): void {
    const { series, offsets, words, count } = piece;
    if (this.#block.sizeBytes >= BLOCK_BYTES_TARGET) this.#finishBlock();
    if (series === this.#series[this.#series.length - 1]) this.#pieceOfSeries++;
    else {
      this.#series.push(series);
      this.#pieceOfSeries = 0;
    }
    const { chunk, slot } = this.#columns.reference(offsets, count);
    const encoding = writeValueColumn(words, count, this.#block.values);
    this.#block.add({ series, piece: this.#pieceOfSeries, samples: count, chunk, slot, encoding });
    this.#metric = piece.metric;
    this.#samples += count;
    this.#minOffset = Math.min(this.#minOffset, offsets[0]);
    this.#maxOffset = Math.max(this.#maxOffset, offsets[count - 1]);
    if (this.#columns.chunkBytes >= TIME_CHUNK_BYTES_TARGET) this.#finishChunk();
  }

  /** Writes what is left. */
  finish(): Manifest {
    if (!this.#block.isEmpty) this.#finishBlock();
    if (this.#columns.chunkBytes > 0) this.#finishChunk();
    const bits = new SeriesBits();
    for (const series of this.#series) bits.add(series);
    return {
      id: this.id,
      windowEndMs: this.#windowEndMs,
      minMs: this.id.windowMs + this.#minOffset,
      maxMs: this.id.windowMs + this.#maxOffset,
      samples: this.#samples,
      seriesCount: this.#series.length,
      blocks: this.#blocks,
      chunks: this.#chunks,
      blockSum: this.#blockSum,
      chunkSum: this.#chunkSum,
      sizeBytes: this.#sizeBytes,
      deletedSeq: this.#deletedSeq,
      series: seriesSetOfBits(bits),
    };
  }

  #finishBlock(): void {
    const series = this.#block.lastSeries;
    const value = this.#block.finish(SEAL_BYTES);
    const key = blockKey(this.id, { metric: this.#metric, series, block: this.#blocks++ });
    this.#blockSum = (this.#blockSum + this.#sink(key, value)) >>> 0;
    this.#sizeBytes += value.length;
  }

  #finishChunk(): void {
    const value = this.#columns.finishChunk(SEAL_BYTES);
    this.#chunkSum = (this.#chunkSum + this.#sink(chunkKey(this.id, this.#chunks++), value)) >>> 0;
    this.#sizeBytes += value.length;
  }
}

/**
 * Each distinct timestamp column of a run once, as far as it is remembered: after `TIME_COLUMNS_KEPT_SAMPLES`
 * a new memory is begun, and a column may be stored again (S6).
 */
class TimeColumns {
  readonly #chunk = new TimeChunkBuilder();
  #slots = new HashSlots();
  #chunkNumber = 0;
  /** Column i is `#offsets[#starts[i] .. #starts[i + 1])`. */
  #offsets = new Uint32Array(1024);
  readonly #starts: number[] = [0];
  readonly #chunkOf: number[] = [];
  readonly #slotOf: number[] = [];

  get chunkBytes(): number {
    return this.#chunk.sizeBytes;
  }

  reference(offsets: Uint32Array, count: number): { chunk: number; slot: number } {
    const hash = hashColumn(offsets, count);
    const known = this.#slots.find(hash, (column) => this.#equals(column, offsets, count));
    if (known >= 0) return { chunk: this.#chunkOf[known], slot: this.#slotOf[known] };
    if (this.#starts[this.#starts.length - 1] + count > TIME_COLUMNS_KEPT_SAMPLES) this.#forget();
    this.#slots.add(hash, this.#chunkOf.length);
    this.#keep(offsets, count);
    const slot = this.#chunk.add(offsets, count);
    this.#chunkOf.push(this.#chunkNumber);
    this.#slotOf.push(slot);
    return { chunk: this.#chunkNumber, slot };
  }

  finishChunk(spareBytes: number): Uint8Array {
    this.#chunkNumber++;
    return this.#chunk.finish(spareBytes);
  }

  #forget(): void {
    this.#slots = new HashSlots();
    this.#starts.length = 1;
    this.#chunkOf.length = 0;
    this.#slotOf.length = 0;
  }

  #equals(column: number, offsets: Uint32Array, count: number): boolean {
    const start = this.#starts[column];
    if (this.#starts[column + 1] - start !== count) return false;
    for (let i = 0; i < count; i++) if (this.#offsets[start + i] !== offsets[i]) return false;
    return true;
  }

  #keep(offsets: Uint32Array, count: number): void {
    const start = this.#starts[this.#starts.length - 1];
    const end = start + count;
    if (end > this.#offsets.length) {
      const grown = new Uint32Array(Math.max(end, 2 * this.#offsets.length));
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets.set(offsets.subarray(0, count), start);
    this.#starts.push(end);
  }
}

function hashColumn(offsets: Uint32Array, count: number): number {
  let hash = count;
  for (let i = 0; i < count; i++) hash = Math.imul(hash ^ offsets[i], 0x9e3779b1) ^ (hash >>> 15);
  return hash >>> 0;
}
