import { TinyObsError } from '@tinyobs/model';
import { readBlockDirectory } from '../block/block.js';
import { readTimeColumn } from '../block/timeChunk.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { type BlockPosition, blocksBehind, blocksFrom, chunkKey, parseBlockPosition } from '../kv/keys.js';
import type { KeyValueSnapshot, KeyValueStore } from '../kv/keyValueStore.js';
import { corrupt, unseal } from '../kv/seal.js';
import type { Manifest } from '../manifest/manifest.js';
import { LastValues } from './lastValues.js';
import type { QueryGuard } from './queryGuard.js';
import type { CachedRun, ReadBlock, ReadCache, SeriesPlace } from './readCache.js';
import type { RunPieces } from './runPieces.js';

export interface RunReaderContext {
  readonly kv: KeyValueStore;
  readonly snapshot: KeyValueSnapshot;
  readonly index: SeriesIndex;
  readonly cache: ReadCache;
  readonly guard: QueryGuard;
}

/** Blocks or chunks asked for by one read. */
const READ_BLOCKS_MAX = 64;
/** When at least one in so many series of a run is wanted, the run is read on from the first to the last. */
const WHOLE_RUN_SHARE = 8;
/**
 * Within a metric two wanted series are read by one scan when their ids are at most this far apart: about
 * the series of the blocks that one more seek costs.
 */
const SCAN_GAP_SERIES = 4096;

/** Reads what some series have in one run. Ids are ascending and all in the run, as its manifest says. */
export class RunReader {
  readonly #context: RunReaderContext;
  readonly #run: Manifest;
  readonly #cached: CachedRun;

  constructor(run: Manifest, context: RunReaderContext) {
    this.#run = run;
    this.#context = context;
    this.#cached = context.cache.of(run);
  }

  /**
   * Adds each column of the wanted series, per series in the order of time, with its times.
   *
   * @throws TinyObsError `store_corrupt` for damage (S3), or a block or chunk that is missing (S4).
   */
  async read(ids: Uint32Array, pieces: RunPieces): Promise<void> {
    for (const scan of this.#planScans(ids)) await this.#scan(scan, pieces);
    const times = new Map<number, Float64Array>();
    const missing: number[] = [];
    for (const key of pieces.columnKeys()) {
      const cached = this.#cached.column(key);
      if (cached) times.set(key, cached);
      else missing.push(key);
    }
    if (missing.length > 0) await this.#readColumns(missing, times);
    pieces.finish(times);
  }

  /** Reads timestamp columns, ms; places are `columnKey`s. */
  async #readColumns(places: readonly number[], times: Map<number, Float64Array>): Promise<void> {
    const { kv, snapshot, guard } = this.#context;
    const byChunk = new Map<number, number[]>();
    for (const place of places) {
      const chunk = Math.floor(place / SLOTS_PER_CHUNK);
      const known = byChunk.get(chunk);
      if (known) known.push(place % SLOTS_PER_CHUNK);
      else byChunk.set(chunk, [place % SLOTS_PER_CHUNK]);
    }
    const chunks = [...byChunk.keys()];
    for (let at = 0; at < chunks.length; at += READ_BLOCKS_MAX) {
      const some = chunks.slice(at, at + READ_BLOCKS_MAX);
      const keys = some.map((chunk) => chunkKey(this.#run.id, chunk));
      const values = await kv.getMany(keys, snapshot);
      guard.check();
      for (let i = 0; i < some.length; i++) {
        const value = values[i];
        if (!value) throw corrupt('a chunk of timestamps is missing', keys[i]);
        const payload = unseal(keys[i], value);
        for (const slot of byChunk.get(some[i])!) {
          const column = sane(keys[i], () => readTimeColumn(payload, slot, this.#run.id.windowMs));
          const key = columnKey({ chunk: some[i], slot });
          times.set(key, column);
          this.#cached.addColumn(key, column);
        }
        if (guard.due) await guard.pause();
      }
    }
  }

  /** Wanted series in the order of the run, cut where a seek is cheaper than reading on. */
  #planScans(ids: Uint32Array): Scan[] {
    const { series, metrics } = this.#inOrderOfRun(ids);
    const readsOn = WHOLE_RUN_SHARE * ids.length >= this.#run.seriesCount;
    const scans: Scan[] = [];
    for (let from = 0, to = 1; from < series.length; from = to++) {
      while (to < series.length) {
        const isNear = metrics[to] === metrics[to - 1] && series[to] - series[to - 1] <= SCAN_GAP_SERIES;
        if (!readsOn && !isNear) break;
        to++;
      }
      const [firstMetric, lastMetric] = [metrics[from], metrics[to - 1]];
      scans.push({ firstMetric, lastMetric, series: series.subarray(from, to) });
    }
    return scans;
  }

  /** The ids ordered by metric, those of one ascending, and the metric of each. */
  #inOrderOfRun(ids: Uint32Array): { series: Uint32Array; metrics: Uint32Array } {
    const { index } = this.#context;
    const metrics = new Uint32Array(ids.length);
    let isOrdered = true;
    for (let i = 0; i < ids.length; i++) {
      metrics[i] = index.metricKey(ids[i]);
      if (i > 0 && metrics[i] < metrics[i - 1]) isOrdered = false;
    }
    if (isOrdered) return { series: ids, metrics };
    const order = Uint32Array.from(ids, (_, i) => i).sort((a, b) => metrics[a] - metrics[b] || a - b);
    return { series: order.map((i) => ids[i]), metrics: order.map((i) => metrics[i]) };
  }

  /** From memory as far as that goes, then from the database. */
  async #scan(scan: Scan, pieces: RunPieces): Promise<void> {
    const { guard } = this.#context;
    const progress = new ScanProgress(this.#run, scan, pieces);
    let last: ReadBlock | undefined;
    let next = this.#cached.firstBlock({ metric: scan.firstMetric, series: scan.series[0] });
    while (next) {
      progress.take(next);
      if (progress.isDone) return;
      if (guard.due) await guard.pause();
      last = next;
      next = this.#cached.blockAfter(next);
    }
    await this.#scanStored(scan, last?.position, progress);
  }

  async #scanStored(scan: Scan, last: BlockPosition | undefined, progress: ScanProgress): Promise<void> {
    const { kv, snapshot, guard } = this.#context;
    const first: SeriesPlace = { metric: scan.firstMetric, series: scan.series[0] };
    const range = last ? blocksBehind(this.#run.id, last) : blocksFrom(this.#run.id, first);
    const iterator = kv.iterate(range, snapshot);
    let sought: SeriesPlace | undefined = last ? undefined : first;
    try {
      for (let count = this.#blocksOf(scan); !progress.isDone; ) {
        const entries = await iterator.next(count);
        guard.check();
        if (entries.length === 0) progress.missing();
        for (const [key, value] of entries) {
          if (progress.isDone) break;
          const block = readBlock(key, unseal(key, value));
          progress.take(block);
          this.#cached.addBlock(block, sought);
          sought = undefined;
          if (guard.due) await guard.pause();
        }
      }
    } finally {
      await iterator.close();
    }
  }

  /** About how many blocks hold the series of a scan: what one read asks for. */
  #blocksOf(scan: Scan): number {
    const blocks = Math.ceil((scan.series.length * this.#run.blocks) / this.#run.seriesCount);
    return Math.min(READ_BLOCKS_MAX, blocks);
  }
}

/** Wanted series that are read by one scan, in the order of the run. */
interface Scan {
  readonly firstMetric: number;
  readonly lastMetric: number;
  readonly series: Uint32Array;
}

/** Follows one scan and notices what is missing (S4): blocks are numbered, pieces of a series too. */
class ScanProgress {
  isDone = false;
  readonly #run: Manifest;
  readonly #lastMetric: number;
  readonly #series: Uint32Array;
  readonly #pieces: RunPieces;
  /** The wanted series that is looked for, and the next of its pieces. */
  #wanted = 0;
  #piece = 0;
  #block = -1;
  #key: Uint8Array = new Uint8Array(0);

  constructor(run: Manifest, scan: Scan, pieces: RunPieces) {
    this.#run = run;
    this.#lastMetric = scan.lastMetric;
    this.#series = scan.series;
    this.#pieces = pieces;
  }

  take(block: ReadBlock): void {
    const { key, position } = block;
    this.#key = key;
    if (this.#block >= 0 && position.block !== this.#block + 1) this.missing();
    this.#block = position.block;
    this.#takeEntries(block);
    const last = this.#series[this.#series.length - 1];
    const isBehind =
      position.metric > this.#lastMetric || (position.metric === this.#lastMetric && position.series > last);
    if (isBehind || position.block === this.#run.blocks - 1) this.#end();
  }

  /** A scan ends behind the wanted series or with the last block of the run, so it never runs out of blocks. */
  missing(): never {
    throw corrupt(`a block of run ${this.#run.id.run} is missing near block ${this.#block}`, this.#key);
  }

  #end(): void {
    if (this.#wanted < this.#series.length - 1 || this.#piece === 0) this.missing();
    this.isDone = true;
  }

  #takeEntries(block: ReadBlock): void {
    const { count, series: all, pieces } = block.directory;
    for (let i = 0; i < count; i++) {
      const series = all[i];
      if (series === this.#series[this.#wanted + 1] && this.#piece > 0) {
        this.#wanted++;
        this.#piece = 0;
      }
      if (series !== this.#series[this.#wanted]) continue;
      if (pieces[i] !== this.#piece) this.missing();
      this.#piece++;
      this.#pieces.add(series, block, i);
    }
  }
}

function readBlock(key: Uint8Array, payload: Uint8Array): ReadBlock {
  const directory = sane(key, () => readBlockDirectory(payload));
  const lastValues = new LastValues(directory.count);
  return { key, position: parseBlockPosition(key), payload, directory, lastValues };
}

const SLOTS_PER_CHUNK = 2 ** 20;

/** One number for a timestamp column of a run; a chunk of 8 KB has far fewer slots than the room here. */
export function columnKey(place: { readonly chunk: number; readonly slot: number }): number {
  return place.chunk * SLOTS_PER_CHUNK + place.slot;
}

/** What `read` makes of a stored value. */
export function sane<T>(key: Uint8Array, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw senseless(key, cause);
  }
}

/** What to throw for a value that is well sealed but makes no sense: other code wrote it. */
export function senseless(key: Uint8Array, cause: unknown): TinyObsError {
  if (cause instanceof TinyObsError) return cause;
  return corrupt(`a stored value cannot be read (${String(cause)})`, key);
}
