import { assert } from '@tinyobs/model';
import { type Deletion, decodeDeletion, encodeDeletion } from '../deletion/deletion.js';
import {
  DELETIONS,
  deletionKey,
  MANIFESTS,
  manifestKey,
  parseDeletionKey,
  parseManifestKey,
  RESOLUTION_RAW,
  ROOT_KEY,
} from '../kv/keys.js';
import type { KeyRange, KeyValueBatch, KeyValueStore } from '../kv/keyValueStore.js';
import { corrupt, seal, sealOf, unseal } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import {
  decodeManifest,
  decodeRoot,
  EMPTY_ROOT,
  encodeManifest,
  encodeRoot,
  type Manifest,
  type Root,
} from './manifest.js';
import { SeriesBits } from './seriesBits.js';
import { forEachStretch, type SeriesSet, seriesSetOfBits } from './seriesSet.js';

const ENTRIES_PER_READ = 256;

/** What comes and goes together, in one synced batch. */
export interface CatalogChange {
  readonly addedRuns?: readonly Manifest[];
  readonly removedRuns?: readonly Manifest[];
  readonly addedDeletions?: readonly Deletion[];
  readonly removedDeletions?: readonly Deletion[];
  /** What a flush moves on. */
  readonly root?: Pick<Root, 'walLow' | 'nextRun' | 'seriesGroups' | 'sealedSeries'>;
  /** Series that leave the groups, and the numbers of groups that go with them, ascending. */
  readonly goneSeries?: number;
  readonly goneGroups?: readonly number[];
  /** Adds further entries to the batch. */
  readonly more?: (batch: KeyValueBatch) => void;
  /** Called in the tick in which the change comes into force. */
  readonly onApplied?: () => void;
}

export interface CommitContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
}

/**
 * The live runs, the deletions that are not carried out everywhere, and the root record that counts both, in
 * memory. They change only after the batch that writes them is kept, in one tick (S2), one change at a time.
 */
export class Catalog {
  /** Runs by number, the oldest first: of two samples of one time the later run's wins. Never changed in place. */
  runs: readonly Manifest[] = [];
  /** Those of `runs` that hold samples, and those that hold rollups. */
  rawRuns: readonly Manifest[] = [];
  rollupRuns: readonly Manifest[] = [];
  /** Time before which there are no samples any more, only rollups, ms: the end of the newest window of those. */
  rolledMs = Number.NEGATIVE_INFINITY;
  /** By number, the oldest first. Never changed in place. */
  deletions: readonly Deletion[] = [];
  root: Root = EMPTY_ROOT;
  /** Checksums of the stored records of runs and deletions. */
  readonly #seals = new Map<Manifest | Deletion, number>();
  #turn: Promise<void> = Promise.resolve();

  /** @throws TinyObsError `store_corrupt` when a record is missing or anything is damaged (S3, S4). */
  async load(kv: KeyValueStore): Promise<void> {
    const stored = await kv.get(ROOT_KEY);
    if (stored) this.root = decodeRoot(unseal(ROOT_KEY, stored));
    const { root } = this;
    const runs = await this.#loadAll(kv, MANIFESTS, (key, payload) =>
      decodeManifest(parseManifestKey(key), payload),
    );
    if (runs.length !== root.manifests || this.#sum(runs) !== root.manifestSum) {
      throw corrupt(`${root.manifests} manifests were written, ${runs.length} are there`, ROOT_KEY);
    }
    const deletions = await this.#loadAll(kv, DELETIONS, (key, payload) =>
      decodeDeletion(parseDeletionKey(key), payload),
    );
    if (deletions.length !== root.deletions || this.#sum(deletions) !== root.deletionSum) {
      throw corrupt(`${root.deletions} deletions were written, ${deletions.length} are there`, ROOT_KEY);
    }
    this.#setRuns(runs.sort(byRun));
    this.deletions = deletions;
  }

  /**
   * Writes a change and puts it in force, after the changes begun before it.
   *
   * @throws TinyObsError `store_full`, `store_write_failed`
   */
  commit(change: CatalogChange, context: CommitContext): Promise<void> {
    const committed = this.#turn.then(() => this.#commit(change, context));
    this.#turn = committed.then(
      () => undefined,
      () => undefined,
    );
    return committed;
  }

  async #commit(change: CatalogChange, { kv, writes, sync }: CommitContext): Promise<void> {
    const { addedRuns = [], removedRuns = [], addedDeletions = [], removedDeletions = [] } = change;
    const { goneSeries = 0, goneGroups = [] } = change;
    const batch = kv.batch();
    const put = (item: Manifest | Deletion, key: Uint8Array, payload: Uint8Array) => {
      const value = seal(key, payload);
      this.#seals.set(item, sealOf(value));
      batch.put(key, value);
    };
    for (const run of removedRuns) batch.del(manifestKey(run.id));
    for (const deletion of removedDeletions) batch.del(deletionKey(deletion.seq));
    for (const run of addedRuns) put(run, manifestKey(run.id), encodeManifest(run));
    for (const deletion of addedDeletions) put(deletion, deletionKey(deletion.seq), encodeDeletion(deletion));
    const runs = replaced(this.runs, removedRuns, addedRuns).sort(byRun);
    const deletions = replaced(this.deletions, removedDeletions, addedDeletions).sort(
      (a, b) => a.seq - b.seq,
    );
    const root: Root = {
      ...this.root,
      ...change.root,
      manifests: runs.length,
      manifestSum: this.#sum(runs),
      deletions: deletions.length,
      deletionSum: this.#sum(deletions),
      goneSeries: this.root.goneSeries + goneSeries,
      goneGroups: joined(this.root.goneGroups, goneGroups),
    };
    batch.put(ROOT_KEY, seal(ROOT_KEY, encodeRoot(root)));
    change.more?.(batch);
    await writes.write(batch, { sync });
    this.#setRuns(runs);
    this.deletions = deletions;
    this.root = root;
    for (const item of [...removedRuns, ...removedDeletions]) this.#seals.delete(item);
    change.onApplied?.();
  }

  #setRuns(runs: readonly Manifest[]): void {
    this.runs = runs;
    this.rawRuns = runs.filter(({ id }) => id.resolution === RESOLUTION_RAW);
    this.rollupRuns = runs.filter(({ id }) => id.resolution !== RESOLUTION_RAW);
    this.rolledMs = Number.NEGATIVE_INFINITY;
    for (const { windowEndMs } of this.rollupRuns) this.rolledMs = Math.max(this.rolledMs, windowEndMs);
  }

  async #loadAll<T extends Manifest | Deletion>(
    kv: KeyValueStore,
    range: KeyRange,
    decode: (key: Uint8Array, payload: Uint8Array) => T,
  ): Promise<T[]> {
    const items: T[] = [];
    const iterator = kv.iterate(range);
    try {
      for (;;) {
        const entries = await iterator.next(ENTRIES_PER_READ);
        if (entries.length === 0) return items;
        for (const [key, value] of entries) {
          const item = decode(key, unseal(key, value));
          this.#seals.set(item, sealOf(value));
          items.push(item);
        }
      }
    } finally {
      await iterator.close();
    }
  }

  #sum(items: readonly (Manifest | Deletion)[]): number {
    let sum = 0;
    for (const item of items) sum = (sum + this.#seals.get(item)!) >>> 0;
    return sum;
  }
}

function replaced<T>(items: readonly T[], removed: readonly T[], added: readonly T[]): T[] {
  const gone = new Set(removed);
  const kept = items.filter((item) => !gone.has(item));
  assert(kept.length === items.length - gone.size, 'only what is there is removed');
  return [...kept, ...added];
}

function joined(set: SeriesSet, more: readonly number[]): SeriesSet {
  if (more.length === 0) return set;
  const bits = new SeriesBits();
  forEachStretch(set, (start, end) => bits.addStretch(start, end));
  for (const one of more) bits.add(one);
  return seriesSetOfBits(bits);
}

function byRun(a: Manifest, b: Manifest): number {
  return a.id.run - b.id.run || a.id.generation - b.id.generation || a.id.windowMs - b.id.windowMs;
}
