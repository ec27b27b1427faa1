import { type BlockDirectory, readBlockDirectory } from '../block/block.js';
import { readTimeColumn } from '../block/timeChunk.js';
import { readValueColumn } from '../block/valueColumn.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { blocksFrom, chunkKey, manifestKey, parseBlockPosition } from '../kv/keys.js';
import type { KeyValueIterator, KeyValueSnapshot, KeyValueStore } from '../kv/keyValueStore.js';
import { corrupt, sealOf, unseal } from '../kv/seal.js';
import { COMPACTION_BLOCKS_PER_READ } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { columnKey, sane } from '../query/runReader.js';
import type { SampleBuffer } from '../query/sampleBuffer.js';
import type { ReadPiece } from '../rollup/bucketPieces.js';

export interface RunScannerContext {
  readonly kv: KeyValueStore;
  readonly snapshot: KeyValueSnapshot;
  readonly index: SeriesIndex;
  /** What this scanner may keep of chunks and of columns read from them. */
  readonly chunkBytesMax: number;
  readonly columnSamplesMax: number;
}

/**
 * Reads a whole run, entry after entry in the order of metrics, series and time.
 *
 * S3, S4: every value is checked; at the end the blocks and chunks that were read are those the manifest counts.
 */
export class RunScanner {
  readonly run: Manifest;
  isDone = false;
  /** Of the entry at hand. */
  series = -1;
  metric = 0;
  readonly #context: RunScannerContext;
  readonly #blocks: KeyValueIterator;
  readonly #columns: ColumnCache;
  #times: Float64Array = new Float64Array(0);
  #read: [key: Uint8Array, value: Uint8Array][] = [];
  #nextRead = 0;
  #payload: Uint8Array = new Uint8Array(0);
  #directory: BlockDirectory | undefined;
  #entry = -1;
  #piece = 0;
  #blockCount = 0;
  #blockSum = 0;
  #key: Uint8Array;

  constructor(run: Manifest, context: RunScannerContext) {
    this.run = run;
    this.#context = context;
    this.#key = manifestKey(run.id);
    this.#blocks = context.kv.iterate(blocksFrom(run.id, { metric: 0, series: 0 }), context.snapshot);
    this.#columns = new ColumnCache(run, context);
  }

  /**
   * Goes to the next entry, or past the last one. Returns a promise only where something is to be read.
   *
   * @throws TinyObsError `store_corrupt`
   */
  next(): Promise<void> | undefined {
    if (!this.#directory || ++this.#entry === this.#directory.count) return this.#nextBlock();
    return this.#takeEntry(this.#directory);
  }

  /** Puts the samples of the entry into the buffer, in place of what is there. */
  readInto(buffer: SampleBuffer): void {
    const { encodings, offsets, ends } = this.#directory!;
    const count = this.#times.length;
    buffer.length = 0;
    buffer.reserve(count);
    const column = {
      encoding: encodings[this.#entry],
      bytes: this.#payload,
      offset: offsets[this.#entry],
      end: ends[this.#entry],
    };
    sane(this.#key, () => readValueColumn(column, count, buffer.values, 0));
    buffer.times.set(this.#times);
    buffer.length = count;
  }

  /** The entry for later: it can be read when the scanner has gone on. */
  readPiece(): ReadPiece {
    const { encodings, offsets, ends } = this.#directory!;
    const key = this.#key;
    const times = this.#times;
    const column = {
      encoding: encodings[this.#entry],
      bytes: this.#payload,
      offset: offsets[this.#entry],
      end: ends[this.#entry],
    };
    return {
      times,
      decode: (to, at) => sane(key, () => readValueColumn(column, times.length, to, at)),
    };
  }

  /** What `read` makes of stored values. */
  sane(read: () => void): void {
    sane(this.#key, read);
  }

  close(): Promise<void> {
    return this.#blocks.close();
  }

  async #nextBlock(): Promise<void> {
    if (this.#nextRead === this.#read.length) {
      this.#read = await this.#blocks.next(COMPACTION_BLOCKS_PER_READ);
      this.#nextRead = 0;
      if (this.#read.length === 0) return this.#end();
    }
    const [key, value] = this.#read[this.#nextRead++];
    this.#key = key;
    this.#payload = unseal(key, value);
    if (parseBlockPosition(key).block !== this.#blockCount++) this.missing();
    this.#blockSum = (this.#blockSum + sealOf(value)) >>> 0;
    this.#directory = sane(key, () => readBlockDirectory(this.#payload));
    if (this.#directory.count === 0) this.missing();
    this.#entry = 0;
    const reading = this.#takeEntry(this.#directory);
    if (reading !== undefined) await reading;
  }

  #takeEntry(directory: BlockDirectory): Promise<void> | undefined {
    const series = directory.series[this.#entry];
    const piece = directory.pieces[this.#entry];
    if (piece !== (series === this.series ? this.#piece + 1 : 0)) this.missing();
    if (series !== this.series) this.metric = this.#context.index.metricKey(series);
    this.series = series;
    this.#piece = piece;
    const place = { chunk: directory.chunks[this.#entry], slot: directory.slots[this.#entry] };
    const times = this.#columns.find(place);
    if (times) {
      this.#take(times, directory);
      return undefined;
    }
    return this.#columns.read(place).then((column) => this.#take(column, directory));
  }

  #take(times: Float64Array, directory: BlockDirectory): void {
    if (times.length !== directory.samples[this.#entry]) this.missing();
    this.#times = times;
  }

  #end(): void {
    const { blocks, blockSum } = this.run;
    if (this.#blockCount !== blocks || this.#blockSum !== blockSum || !this.#columns.isWhole) this.missing();
    this.isDone = true;
  }

  /** @throws TinyObsError `store_corrupt` */
  missing(): never {
    throw corrupt(`run ${this.run.id.run} is not whole near block ${this.#blockCount - 1}`, this.#key);
  }
}

interface ColumnPlace {
  readonly chunk: number;
  readonly slot: number;
}

/** The timestamp columns of a run, as far as they were used lately. */
class ColumnCache {
  readonly #run: Manifest;
  readonly #context: RunScannerContext;
  /** In the order of their last use. */
  readonly #chunks = new Map<number, Uint8Array>();
  /** In the order in which they were read. */
  readonly #columns = new Map<number, Float64Array>();
  #chunkBytes = 0;
  #columnSamples = 0;
  readonly #seen: Uint8Array;
  #seenCount = 0;
  #seenSum = 0;

  constructor(run: Manifest, context: RunScannerContext) {
    this.#run = run;
    this.#context = context;
    this.#seen = new Uint8Array(run.chunks);
  }

  /** Whether all chunks of the run were read, and are those the manifest counts (S4). */
  get isWhole(): boolean {
    return this.#seenCount === this.#run.chunks && this.#seenSum === this.#run.chunkSum;
  }

  find(place: ColumnPlace): Float64Array | undefined {
    const key = columnKey(place);
    const known = this.#columns.get(key);
    if (known) return known;
    const chunk = this.#chunks.get(place.chunk);
    if (!chunk) return undefined;
    this.#chunks.delete(place.chunk);
    this.#chunks.set(place.chunk, chunk);
    return this.#decode(place, chunk);
  }

  async read(place: ColumnPlace): Promise<Float64Array> {
    const { kv, snapshot, chunkBytesMax } = this.#context;
    const key = chunkKey(this.#run.id, place.chunk);
    const value = await kv.get(key, snapshot);
    if (!value) throw corrupt('a chunk of timestamps is missing', key);
    const payload = unseal(key, value);
    if (this.#seen[place.chunk] === 0) {
      this.#seen[place.chunk] = 1;
      this.#seenCount++;
      this.#seenSum = (this.#seenSum + sealOf(value)) >>> 0;
    }
    this.#chunkBytes += payload.length;
    this.#chunks.set(place.chunk, payload);
    for (const [chunk, { length }] of this.#chunks) {
      if (this.#chunkBytes <= chunkBytesMax || chunk === place.chunk) break;
      this.#chunks.delete(chunk);
      this.#chunkBytes -= length;
    }
    return this.#decode(place, payload);
  }

  #decode(place: ColumnPlace, payload: Uint8Array): Float64Array {
    const { id } = this.#run;
    const times = sane(chunkKey(id, place.chunk), () => readTimeColumn(payload, place.slot, id.windowMs));
    this.#columnSamples += times.length;
    this.#columns.set(columnKey(place), times);
    for (const [key, { length }] of this.#columns) {
      if (this.#columnSamples <= this.#context.columnSamplesMax) break;
      this.#columns.delete(key);
      this.#columnSamples -= length;
    }
    return times;
  }
}
