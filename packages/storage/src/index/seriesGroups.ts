import { assert, TinyObsError } from '@tinyobs/model';
import type { Sink } from '../flush/runWriter.js';
import { parseSeriesGroup, seriesGroupKey, seriesGroupRange } from '../kv/keys.js';
import type { KeyValueBatch, KeyValueStore } from '../kv/keyValueStore.js';
import { SEAL_BYTES, sealInPlace, unseal } from '../kv/seal.js';
import { SERIES_GROUP_BYTES_TARGET, SERIES_GROUPS_JOINED_BYTES } from '../limits.js';
import type { Catalog, CommitContext } from '../manifest/catalog.js';
import type { Root } from '../manifest/manifest.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import { forEachStretch } from '../manifest/seriesSet.js';
import { GroupBuilder, GroupReader } from './groupRecord.js';
import type { SeriesIndex } from './seriesIndex.js';

const COPIES = 2;
/** Groups read by one call. */
const GROUPS_PER_READ = 4;

/** What the root record says of the groups. */
export type SealedSeries = Pick<Root, 'seriesGroups' | 'sealedSeries' | 'goneSeries' | 'goneGroups'>;

/** How a flush changes that: all of it is for the batch that writes the root. */
export interface SealedChange {
  readonly root: Pick<Root, 'seriesGroups' | 'sealedSeries'>;
  readonly goneSeries: number;
  /** Adds the group that was the last one. */
  readonly more: (batch: KeyValueBatch) => void;
}

/** A group that takes no more series. */
interface FullGroup {
  readonly number: number;
  readonly firstId: number;
  /** One past the last id. */
  readonly endId: number;
  readonly series: number;
  readonly sizeBytes: number;
}

/**
 * Series on disk: groups of ascending ids, each written twice. The last group is written again with more series
 * until it is full. A reader believes the root record: series past its count are ignored, they are named again by
 * write-ahead records. What the root counts changes in its batch only (S4).
 */
export class SeriesGroups {
  readonly #index: SeriesIndex;
  /** By number, and so by their ids. */
  #full: readonly FullGroup[] = [];
  /** The group that still takes series, the first id it may have, and how many from there on it does not have. */
  #openGroup = 0;
  #openFirst = 0;
  #openGone = 0;
  #sealed = 0;

  constructor(index: SeriesIndex) {
    this.#index = index;
  }

  /** Writes the groups that hold the series below `end` and were not sealed before. */
  async seal(end: number, sink: Sink, pause: () => Promise<void>): Promise<SealedChange> {
    const goneBefore = this.#openGone;
    const lastNumber = this.#openGroup;
    let last: Uint8Array | undefined;
    const write = (builder: GroupBuilder): number => {
      const payload = builder.finish(SEAL_BYTES);
      if (this.#openGroup === lastNumber) last = payload;
      else putCopies(this.#openGroup, payload, sink);
      return payload.length;
    };
    let gone = goneBefore;
    if (end > this.#sealed) {
      const { rows } = this.#index;
      let builder = new GroupBuilder(this.#index);
      gone = 0;
      for (let id = rows.next(this.#openFirst), i = 1; id < end; id = rows.next(id + 1), i++) {
        if (builder.sizeBytes >= SERIES_GROUP_BYTES_TARGET) {
          gone += id - this.#openFirst - builder.ids.length;
          this.#full = [...this.#full, fullGroup(this.#openGroup, builder, write(builder))];
          this.#openGroup++;
          this.#openFirst = id;
          builder = new GroupBuilder(this.#index);
        }
        builder.add(id);
        if (i % 64 === 0) await pause();
      }
      this.#openGone = end - this.#openFirst - builder.ids.length;
      gone += this.#openGone;
      write(builder);
      this.#sealed = end;
    }
    return {
      root: { seriesGroups: this.#sealed === 0 ? 0 : this.#openGroup + 1, sealedSeries: this.#sealed },
      goneSeries: gone - goneBefore,
      more: (batch) => last && putCopies(lastNumber, last, putInto(batch)),
    };
  }

  /**
   * Reads the wanted series of all groups into the empty index.
   *
   * @throws TinyObsError `store_corrupt` when both copies of a group are missing or bad, or anything else is not as
   * the root says (S4).
   */
  async load(
    kv: KeyValueStore,
    root: SealedSeries,
    options: { readonly wanted: SeriesBits; readonly onBadCopy: (error: TinyObsError) => void },
  ): Promise<void> {
    const { wanted, onBadCopy } = options;
    const reader = new GroupReader(this.#index, { end: root.sealedSeries, isWanted: (id) => wanted.has(id) });
    const needed = countBelow(wanted, root.sealedSeries);
    this.#index.reserve(needed);
    const loading = new Loading(kv, reader, onBadCopy);
    await loading.read(numbersOf(root));
    const { groups } = loading;
    const found = groups.reduce((total, { series }) => total + series, 0);
    if (found !== root.sealedSeries - root.goneSeries) {
      throw new TinyObsError(
        'store_corrupt',
        `${root.sealedSeries - root.goneSeries} series were stored, ${found} found`,
      );
    }
    if (this.#index.count !== needed) {
      throw new TinyObsError(
        'store_corrupt',
        `${needed} series have samples, the labels of ${this.#index.count} are there`,
      );
    }
    this.#index.rows.skipTo(root.sealedSeries);
    this.#sealed = root.sealedSeries;
    const open = groups.at(-1);
    this.#openGroup = open?.number ?? 0;
    this.#openFirst = open?.firstId ?? 0;
    this.#openGone = root.sealedSeries - this.#openFirst - (open?.series ?? 0);
    this.#full = groups.slice(0, -1);
  }

  /**
   * Writes neighbouring groups that are mostly forgotten as fewer, without what is forgotten; each few of them in one
   * synced batch with the root.
   *
   * @throws TinyObsError `store_full`, `store_write_failed`
   */
  async compact(
    catalog: Catalog,
    context: CommitContext,
    breathe: () => Promise<void> | undefined,
  ): Promise<void> {
    for (const groups of this.#sparseGroups(catalog.root.seriesGroups - 1)) {
      const outputs: GroupBuilder[] = [];
      const { rows } = this.#index;
      const end = groups[groups.length - 1].endId;
      for (let id = rows.next(groups[0].firstId), i = 1; id < end; id = rows.next(id + 1), i++) {
        const last = outputs.at(-1);
        if (!last || last.sizeBytes >= SERIES_GROUP_BYTES_TARGET) outputs.push(new GroupBuilder(this.#index));
        outputs[outputs.length - 1].add(id);
        if (i % 64 === 0) await breathe();
      }
      await this.#replace(groups, outputs, catalog, context);
    }
  }

  async #replace(
    groups: readonly FullGroup[],
    outputs: readonly GroupBuilder[],
    catalog: Catalog,
    context: CommitContext,
  ): Promise<void> {
    assert(outputs.length <= groups.length, 'groups without some of their series are not more than before');
    const written: FullGroup[] = [];
    const stored = groups.reduce((total, { series }) => total + series, 0);
    const kept = outputs.reduce((total, { ids }) => total + ids.length, 0);
    const goneGroups = groups.slice(outputs.length).map(({ number }) => number);
    const replaced = new Set(groups);
    await catalog.commit(
      {
        goneSeries: stored - kept,
        goneGroups,
        more: (batch) => {
          outputs.forEach((builder, i) => {
            const payload = builder.finish(SEAL_BYTES);
            putCopies(groups[i].number, payload, putInto(batch));
            written.push(fullGroup(groups[i].number, builder, payload.length));
          });
          for (const group of goneGroups) {
            for (let copy = 0; copy < COPIES; copy++) batch.del(seriesGroupKey({ copy, group }));
          }
        },
        onApplied: () => {
          const rest = this.#full.filter((group) => !replaced.has(group));
          this.#full = [...rest, ...written].sort((a, b) => a.number - b.number);
        },
      },
      context,
    );
  }

  /** Stretches of neighbours below a number that pay: most of each is forgotten, or they fit into fewer. */
  #sparseGroups(endNumber: number): FullGroup[][] {
    const stretches: FullGroup[][] = [];
    let stretch: FullGroup[] = [];
    let sizeBytes = 0;
    const cut = () => {
      const [only] = stretch;
      const pays = stretch.length > 1 || (only && 2 * this.#liveIn(only) <= only.series);
      if (pays) stretches.push(stretch);
      stretch = [];
      sizeBytes = 0;
    };
    for (const group of this.#full) {
      if (group.number >= endNumber) break;
      const liveBytes = (group.sizeBytes * this.#liveIn(group)) / group.series;
      const isSparse = liveBytes <= SERIES_GROUP_BYTES_TARGET / 2;
      if (!isSparse || sizeBytes + liveBytes > SERIES_GROUPS_JOINED_BYTES) cut();
      if (!isSparse) continue;
      stretch.push(group);
      sizeBytes += liveBytes;
    }
    cut();
    return stretches;
  }

  #liveIn({ firstId, endId }: FullGroup): number {
    return this.#index.rows.countIn(firstId, endId);
  }
}

/** Reads all groups that must be there, from either copy. */
class Loading {
  readonly groups: FullGroup[] = [];
  readonly #kv: KeyValueStore;
  readonly #reader: GroupReader;
  readonly #onBadCopy: (error: TinyObsError) => void;

  constructor(kv: KeyValueStore, reader: GroupReader, onBadCopy: (error: TinyObsError) => void) {
    this.#kv = kv;
    this.#reader = reader;
    this.#onBadCopy = onBadCopy;
  }

  async read(numbers: readonly number[]): Promise<void> {
    let next = 0;
    const iterator = this.#kv.iterate(seriesGroupRange({ copy: 0, fromGroup: 0 }));
    try {
      while (next < numbers.length) {
        const entries = await iterator.next(GROUPS_PER_READ);
        for (const [key, value] of entries) {
          const number = parseSeriesGroup(key);
          while (numbers[next] < number) await this.#readSecondCopy(numbers[next++]);
          if (numbers[next] !== number) continue;
          if (!(await this.#readCopy(number, key, value))) await this.#readSecondCopy(number);
          next++;
        }
        if (entries.length > 0) continue;
        while (next < numbers.length) await this.#readSecondCopy(numbers[next++]);
      }
    } finally {
      await iterator.close();
    }
  }

  async #readSecondCopy(group: number): Promise<void> {
    const key = seriesGroupKey({ copy: 1, group });
    const value = await this.#kv.get(key);
    const lost = new TinyObsError(
      'store_corrupt',
      `both copies of series group ${group} are missing or damaged: stop the server and run \`tinyobs repair\`, or restore a backup`,
    );
    if (!value || !(await this.#readCopy(group, key, value))) throw lost;
    this.#onBadCopy(new TinyObsError('store_corrupt', `series group ${group} was read from its second copy`));
  }

  async #readCopy(number: number, key: Uint8Array, value: Uint8Array): Promise<boolean> {
    let payload: Uint8Array;
    try {
      payload = unseal(key, value);
    } catch (error) {
      if (!(error instanceof TinyObsError)) throw error;
      this.#onBadCopy(error);
      return false;
    }
    this.groups.push({ number, sizeBytes: payload.length, ...(await this.#reader.read(payload)) });
    return true;
  }
}

/** Numbers of the groups that must be there. */
export function numbersOf({ seriesGroups, goneGroups }: Pick<Root, 'seriesGroups' | 'goneGroups'>): number[] {
  const gone = new SeriesBits();
  forEachStretch(goneGroups, (start, end) => gone.addStretch(start, end));
  const numbers: number[] = [];
  for (let number = 0; number < seriesGroups; number++) if (!gone.has(number)) numbers.push(number);
  return numbers;
}

function fullGroup(number: number, { ids }: GroupBuilder, sizeBytes: number): FullGroup {
  return { number, firstId: ids[0], endId: ids[ids.length - 1] + 1, series: ids.length, sizeBytes };
}

function countBelow(series: SeriesBits, end: number): number {
  let count = 0;
  series.forEachStretch((start, stop) => {
    count += Math.max(0, Math.min(stop, end) - start);
  });
  return count;
}

function putCopies(group: number, payload: Uint8Array, sink: Sink): void {
  for (let copy = 0; copy < COPIES; copy++) sink(seriesGroupKey({ copy, group }), payload);
}

function putInto(batch: KeyValueBatch): Sink {
  return (key, value) => {
    const sum = sealInPlace(key, value);
    batch.put(key, value);
    return sum;
  };
}
