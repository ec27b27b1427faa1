import { TinyObsError } from '@tinyobs/model';
import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import type { Sink } from '../flush/runWriter.js';
import { parseSeriesGroup, seriesGroupKey, seriesGroupRange } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { requireVersion } from '../kv/recordVersion.js';
import { SEAL_BYTES, unseal } from '../kv/seal.js';
import { SERIES_GROUP_BYTES_TARGET } from '../limits.js';
import { Slicer } from '../slicer.js';
import { mixLabel, type SeriesIndex } from './seriesIndex.js';

/** Layout: docs/format/series.md. */
const VERSION = 1;
const COPIES = 2;
const NO_LIST = -1;
/** Groups read by one call. */
const GROUPS_PER_READ = 4;

/** What the root record says of the groups. */
export interface SealedSeries {
  readonly seriesGroups: number;
  readonly sealedSeries: number;
}

/**
 * Series on disk: groups of consecutive ids, each written twice. Only the last group ever changes: it is
 * written again with more series until it is full. A reader believes the root record: series past its count
 * are ignored, they are named again by write-ahead records.
 */
export class SeriesGroups {
  readonly #index: SeriesIndex;
  /** Number and first id of the group that still takes series. */
  #openGroup = 0;
  #openFirst = 0;
  #sealed = 0;

  constructor(index: SeriesIndex) {
    this.#index = index;
  }

  /** Writes the groups that hold the series below `end` and were not sealed before. */
  async seal(end: number, sink: Sink, pause: () => Promise<void>): Promise<SealedSeries> {
    if (end > this.#sealed) {
      let builder = new GroupBuilder(this.#index, this.#openFirst);
      for (let id = this.#openFirst; id < end; id++) {
        if (builder.sizeBytes >= SERIES_GROUP_BYTES_TARGET) {
          this.#write(builder, sink);
          this.#openGroup++;
          this.#openFirst = id;
          builder = new GroupBuilder(this.#index, id);
        }
        builder.add(id);
        if (id % 64 === 0) await pause();
      }
      this.#write(builder, sink);
      this.#sealed = end;
    }
    return { seriesGroups: this.#sealed === 0 ? 0 : this.#openGroup + 1, sealedSeries: this.#sealed };
  }

  /**
   * Reads all groups into the empty index.
   *
   * @throws TinyObsError `store_corrupt` when both copies of a group are missing or bad.
   */
  async load(kv: KeyValueStore, root: SealedSeries, onBadCopy: (error: TinyObsError) => void): Promise<void> {
    const reader = new GroupReader(this.#index, root.sealedSeries);
    const iterator = kv.iterate(seriesGroupRange({ copy: 0, fromGroup: 0 }));
    let group = 0;
    try {
      while (group < root.seriesGroups) {
        const entries = await iterator.next(GROUPS_PER_READ);
        for (const [key, value] of entries) {
          const number = parseSeriesGroup(key);
          while (group < number && group < root.seriesGroups) {
            await this.#loadSecondCopy(kv, group++, reader, onBadCopy);
          }
          if (group >= root.seriesGroups) break;
          if (!(await this.#loadCopy(key, value, reader, onBadCopy))) {
            await this.#loadSecondCopy(kv, group, reader, onBadCopy);
          }
          group++;
        }
        if (entries.length === 0) {
          while (group < root.seriesGroups) await this.#loadSecondCopy(kv, group++, reader, onBadCopy);
        }
      }
    } finally {
      await iterator.close();
    }
    if (this.#index.count !== root.sealedSeries) {
      throw new TinyObsError(
        'store_corrupt',
        `${root.sealedSeries} series were stored, ${this.#index.count} found`,
      );
    }
    this.#sealed = root.sealedSeries;
    this.#openGroup = Math.max(0, root.seriesGroups - 1);
    this.#openFirst = reader.lastFirst;
  }

  #write(builder: GroupBuilder, sink: Sink): void {
    const payload = builder.finish(SEAL_BYTES);
    for (let copy = 0; copy < COPIES; copy++) sink(seriesGroupKey({ copy, group: this.#openGroup }), payload);
  }

  async #loadSecondCopy(
    kv: KeyValueStore,
    group: number,
    reader: GroupReader,
    onBadCopy: (error: TinyObsError) => void,
  ): Promise<void> {
    const key = seriesGroupKey({ copy: 1, group });
    const value = await kv.get(key);
    const lost = new TinyObsError(
      'store_corrupt',
      `both copies of series group ${group} are missing or damaged: stop the server and run \`tinyobs repair\`, or restore a backup`,
    );
    if (!value || !(await this.#loadCopy(key, value, reader, onBadCopy))) throw lost;
    onBadCopy(new TinyObsError('store_corrupt', `series group ${group} was read from its second copy`));
  }

  async #loadCopy(
    key: Uint8Array,
    value: Uint8Array,
    reader: GroupReader,
    onBadCopy: (error: TinyObsError) => void,
  ): Promise<boolean> {
    let payload: Uint8Array;
    try {
      payload = unseal(key, value);
    } catch (error) {
      if (!(error instanceof TinyObsError)) throw error;
      onBadCopy(error);
      return false;
    }
    await reader.read(payload);
    return true;
  }
}

/** Writes one group: its own symbols, then each series as pairs of them. */
class GroupBuilder {
  readonly #index: SeriesIndex;
  readonly #firstId: number;
  readonly #local = new Map<number, number>();
  readonly #symbols = new ByteWriter(4096);
  readonly #series = new ByteWriter(4096);
  #count = 0;

  constructor(index: SeriesIndex, firstId: number) {
    this.#index = index;
    this.#firstId = firstId;
  }

  get sizeBytes(): number {
    return this.#symbols.length + this.#series.length;
  }

  add(id: number): void {
    const pairs = this.#index.pairs(id);
    this.#series.varint(pairs.length / 2);
    for (const symbol of pairs) this.#series.varint(this.#localOf(symbol));
    this.#count++;
  }

  finish(spareBytes: number): Uint8Array {
    const writer = new ByteWriter(this.sizeBytes + 32);
    writer.u8(VERSION);
    writer.varint(this.#firstId);
    writer.varint(this.#count);
    writer.varint(this.#local.size);
    writer.bytes(this.#symbols.written());
    writer.bytes(this.#series.written());
    writer.room(spareBytes);
    return writer.written();
  }

  #localOf(symbol: number): number {
    let local = this.#local.get(symbol);
    if (local === undefined) {
      local = this.#local.size;
      this.#local.set(symbol, local);
      const bytes = this.#index.symbols.bytes(symbol);
      this.#symbols.varint(bytes.length);
      this.#symbols.bytes(bytes);
    }
    return local;
  }
}

/** Which series a group holds. @throws TinyObsError `store_version` */
export function firstSeriesOf(payload: Uint8Array): { readonly firstId: number; readonly count: number } {
  const reader = new ByteReader(payload);
  requireVersion('a series group', { found: reader.u8(), supported: VERSION });
  return { firstId: reader.varint(), count: reader.varint() };
}

/** Adds the series of groups to an index, up to the count the root record knows. */
export class GroupReader {
  /** First id of the group read last. */
  lastFirst = 0;
  readonly #index: SeriesIndex;
  readonly #end: number;
  readonly #slicer = new Slicer();
  /** Symbols of the group: the index's, the hash of each, and the posting list it was last the value of. */
  #symbols = new Uint32Array(1024);
  #hashes = new Uint32Array(1024);
  #listOfValue = new Int32Array(1024);
  #pairs = new Uint32Array(128);
  #lists = new Uint32Array(64);

  constructor(index: SeriesIndex, end: number) {
    this.#index = index;
    this.#end = end;
  }

  async read(payload: Uint8Array): Promise<void> {
    const reader = new ByteReader(payload);
    requireVersion('a series group', { found: reader.u8(), supported: VERSION });
    this.lastFirst = reader.varint();
    if (this.lastFirst !== this.#index.count) {
      throw new TinyObsError('store_corrupt', `series ${this.#index.count} are missing`);
    }
    const count = reader.varint();
    this.#readSymbols(reader, payload);
    for (let i = 0; i < count && this.#index.count < this.#end; i++) {
      this.#readSeries(reader);
      if (i % 256 === 255 && this.#slicer.due) await this.#slicer.pause();
    }
  }

  #readSymbols(reader: ByteReader, payload: Uint8Array): void {
    const count = reader.varint();
    if (count > this.#symbols.length) {
      this.#symbols = new Uint32Array(2 * count);
      this.#hashes = new Uint32Array(2 * count);
      this.#listOfValue = new Int32Array(2 * count);
    }
    const { symbols } = this.#index;
    for (let i = 0; i < count; i++) {
      const length = reader.varint();
      const start = reader.skip(length);
      const symbol = symbols.intern(payload, start, start + length);
      this.#symbols[i] = symbol;
      this.#hashes[i] = symbols.hashOf(symbol);
    }
    this.#listOfValue.fill(NO_LIST, 0, count);
  }

  #readSeries(reader: ByteReader): void {
    const labels = reader.varint();
    if (labels > this.#lists.length) {
      this.#pairs = new Uint32Array(4 * labels);
      this.#lists = new Uint32Array(2 * labels);
    }
    let hash = this.#index.hashStart;
    for (let i = 0; i < labels; i++) {
      const name = reader.varint();
      const value = reader.varint();
      this.#pairs[2 * i] = this.#symbols[name];
      this.#pairs[2 * i + 1] = this.#symbols[value];
      this.#lists[i] = this.#listOf(name, value);
      hash = mixLabel(hash, this.#hashes[name], this.#hashes[value]);
    }
    this.#index.addSymbols({ pairs: this.#pairs, lists: this.#lists, labels, hash });
  }

  /** The list of a label by its symbols in the group; a value mostly belongs to one name. */
  #listOf(name: number, value: number): number {
    const { postings } = this.#index;
    const last = this.#listOfValue[value];
    if (last !== NO_LIST && postings.nameOf(last) === this.#symbols[name]) return last;
    const list = postings.listFor(this.#symbols[name], this.#symbols[value]);
    this.#listOfValue[value] = list;
    return list;
  }
}
