import type { BlockDirectory } from '../block/block.js';
import type { BlockPosition } from '../kv/keys.js';
import type { Manifest } from '../manifest/manifest.js';
import { LastValues } from './lastValues.js';

/** A block that was read and whose checksum was right (S3). */
export interface ReadBlock {
  readonly key: Uint8Array;
  readonly position: BlockPosition;
  readonly payload: Uint8Array;
  readonly directory: BlockDirectory;
  readonly lastValues: LastValues;
}

/** What orders the series of a run. */
export interface SeriesPlace {
  readonly metric: number;
  readonly series: number;
}

/** Numbers that a directory keeps for each of its entries, 4 B each, and its last value. */
const ENTRY_BYTES = 32 + LastValues.ENTRY_BYTES;
/** Objects around what is kept, about. */
const OVERHEAD_BYTES = 500;

/**
 * The blocks and timestamp columns that were read last, up to so many bytes (S6). What a run holds never
 * changes, and nothing is found here but through the manifest of a live run, so this is never out of date (S2).
 */
export class ReadCache {
  readonly #bytesMax: number;
  #bytes = 0;
  readonly #runs = new WeakMap<Manifest, CachedRun>();
  /** Those that were not used for longest come first. */
  readonly #kept = new Set<Kept>();

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get sizeBytes(): number {
    return this.#bytes;
  }

  of(run: Manifest): CachedRun {
    let cached = this.#runs.get(run);
    if (!cached) {
      cached = new CachedRun(this);
      this.#runs.set(run, cached);
    }
    return cached;
  }

  /** Only for `CachedRun`. */
  keep(kept: Kept): void {
    this.#kept.add(kept);
    this.#bytes += kept.bytes;
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#kept.delete(oldest);
      this.#bytes -= oldest.bytes;
      oldest.drop();
    }
  }

  /** Only for `CachedRun`. */
  touch(kept: Kept): void {
    this.#kept.delete(kept);
    this.#kept.add(kept);
  }
}

interface Kept {
  readonly bytes: number;
  readonly drop: () => void;
}

type KeptBlock = Kept & { readonly block: ReadBlock; firstFor: SeriesPlace | undefined };
type KeptTimes = Kept & { readonly times: Float64Array };

/** What is kept of one run. */
export class CachedRun {
  readonly #cache: ReadCache;
  /** In the order of the run. */
  readonly #blocks: KeptBlock[] = [];
  readonly #columns = new Map<number, KeptTimes>();

  constructor(cache: ReadCache) {
    this.#cache = cache;
  }

  /** The first block that may hold a series, when it is certain which one that is and it is here. */
  firstBlock(place: SeriesPlace): ReadBlock | undefined {
    const at = this.#lowerBound(({ position }) => isBefore(position, place));
    const found = this.#blocks[at];
    if (!found) return undefined;
    const { block: number } = found.block.position;
    const isFirst =
      number === 0 ||
      this.#blocks[at - 1]?.block.position.block === number - 1 ||
      (found.firstFor !== undefined && !isBefore(place, found.firstFor));
    if (!isFirst) return undefined;
    this.#cache.touch(found);
    return found.block;
  }

  /** The block behind another one, when it is here. */
  blockAfter({ position }: ReadBlock): ReadBlock | undefined {
    const wanted = position.block + 1;
    const found = this.#blocks[this.#placeOf(wanted)];
    if (found?.block.position.block !== wanted) return undefined;
    this.#cache.touch(found);
    return found.block;
  }

  /** `firstFor` is given where the block is known to be the first that may hold this series. */
  addBlock(block: ReadBlock, firstFor?: SeriesPlace): void {
    const number = block.position.block;
    const place = this.#placeOf(number);
    const known = this.#blocks[place];
    if (known?.block.position.block === number) {
      if (firstFor && (!known.firstFor || isBefore(firstFor, known.firstFor))) known.firstFor = firstFor;
      return;
    }
    const kept: KeptBlock = {
      block,
      firstFor,
      bytes: block.payload.length + ENTRY_BYTES * block.directory.count + OVERHEAD_BYTES,
      drop: () => this.#blocks.splice(this.#placeOf(number), 1),
    };
    this.#blocks.splice(place, 0, kept);
    this.#cache.keep(kept);
  }

  column(key: number): Float64Array | undefined {
    const found = this.#columns.get(key);
    if (found) this.#cache.touch(found);
    return found?.times;
  }

  addColumn(key: number, times: Float64Array): void {
    if (this.#columns.has(key)) return;
    const kept: KeptTimes = {
      times,
      bytes: times.byteLength + OVERHEAD_BYTES,
      drop: () => this.#columns.delete(key),
    };
    this.#columns.set(key, kept);
    this.#cache.keep(kept);
  }

  #placeOf(number: number): number {
    return this.#lowerBound(({ position }) => position.block < number);
  }

  #lowerBound(isBelow: (block: ReadBlock) => boolean): number {
    let low = 0;
    let high = this.#blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBelow(this.#blocks[middle].block)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isBefore(a: SeriesPlace, b: SeriesPlace): boolean {
  return a.metric < b.metric || (a.metric === b.metric && a.series < b.series);
}
