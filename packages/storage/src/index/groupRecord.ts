import { TinyObsError } from '@tinyobs/model';
import { ByteReader } from '../bytes/byteReader.js';
import { ByteWriter } from '../bytes/byteWriter.js';
import { requireVersion } from '../kv/recordVersion.js';
import { forEachStretch, type SeriesSet, seriesSetOf, seriesSetOfStretch } from '../manifest/seriesSet.js';
import { Slicer } from '../slicer.js';
import { LabelSymbols, mixLabel, NO_SYMBOL, type SeriesIndex } from './seriesIndex.js';

/** Layout: docs/format/series.md. */
const VERSION = 2;
/** Of format 1: ids without gaps. */
const FIRST_VERSION = 1;
const NO_LIST = -1;
/** Series between two looks at the clock. */
const STRIDE = 256;

/** Writes one group: its own symbols, then each series as pairs of them. */
export class GroupBuilder {
  readonly #index: SeriesIndex;
  readonly #local = new Map<number, number>();
  readonly #symbols = new ByteWriter(4096);
  readonly #series = new ByteWriter(4096);
  readonly #ids: number[] = [];

  constructor(index: SeriesIndex) {
    this.#index = index;
  }

  get sizeBytes(): number {
    return this.#symbols.length + this.#series.length;
  }

  /** Ids of the series so far. */
  get ids(): readonly number[] {
    return this.#ids;
  }

  /** Ids ascend. */
  add(id: number): void {
    const names = this.#index.names(id);
    const values = this.#index.values(id);
    this.#series.varint(names.length);
    for (let i = 0; i < names.length; i++) {
      this.#series.varint(this.#localOf(names[i]));
      this.#series.varint(this.#localOf(values[i]));
    }
    this.#ids.push(id);
  }

  finish(spareBytes: number): Uint8Array {
    const set = seriesSetOf(Uint32Array.from(this.#ids));
    const writer = new ByteWriter(this.sizeBytes + set.length + 32);
    writer.u8(VERSION);
    writer.varint(set.length);
    writer.bytes(set);
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

/** The ids of the series of a group. @throws TinyObsError `store_version` */
export function seriesOfGroup(payload: Uint8Array): SeriesSet {
  return readIds(new ByteReader(payload));
}

function readIds(reader: ByteReader): SeriesSet {
  const found = reader.u8();
  if (found === FIRST_VERSION) {
    const start = reader.varint();
    return seriesSetOfStretch(start, start + reader.varint());
  }
  requireVersion('a series group', { found, supported: VERSION });
  return reader.take(reader.varint());
}

/** What was met in one group. */
export interface ReadGroup {
  /** The first id, and one past the last; both are those of the reader's end where there is none. */
  readonly firstId: number;
  readonly endId: number;
  readonly series: number;
}

/** Adds series of groups to an index: those that are wanted and below an end. Groups come in the order of ids. */
export class GroupReader {
  readonly #index: SeriesIndex;
  readonly #end: number;
  readonly #isWanted: (id: number) => boolean;
  readonly #slicer = new Slicer();
  /** One past the greatest id met. */
  #nextId = 0;
  #payload: Uint8Array = new Uint8Array(0);
  #symbolCount = 0;
  /** Symbols of the group: where their bytes are, and once it is needed the index's, and its hash. */
  #starts = new Uint32Array(1024);
  #lengths = new Uint32Array(1024);
  #symbols = new Uint32Array(1024);
  #hashes = new Uint32Array(1024);
  /** The posting list each was last the value of. */
  #listOfValue = new Int32Array(1024);
  /** The series read last and those before it: what they have in common is looked up and added to postings once. */
  #labels = new LabelSymbols(64);
  #localNames = new Uint32Array(64);
  #localValues = new Uint32Array(64);
  /** The first of the consecutive series, up to the one read last, that have a label in common, by its position. */
  #firstIds = new Float64Array(64);
  /** Labels of the series read last; 0 when the next one has to be looked up as a whole. */
  #labelCount = 0;

  constructor(
    index: SeriesIndex,
    options: { readonly end: number; readonly isWanted: (id: number) => boolean },
  ) {
    this.#index = index;
    this.#end = options.end;
    this.#isWanted = options.isWanted;
  }

  /** @throws TinyObsError `store_corrupt` for a group that is not behind those before, `store_version` */
  async read(payload: Uint8Array): Promise<ReadGroup> {
    const reader = new ByteReader(payload);
    const ids = readIds(reader);
    const stretches = stretchesOf(ids);
    this.#payload = payload;
    this.#readSymbols(reader);
    const areAllWanted = this.#areAllWanted(stretches);
    if (areAllWanted) for (let i = 0; i < this.#symbolCount; i++) this.#symbolOf(i);
    const group = { firstId: this.#end, endId: this.#end, series: 0 };
    for (const [start, stop] of stretches) {
      if (start < this.#nextId) throw new TinyObsError('store_corrupt', `series ${start} is in two groups`);
      this.#nextId = stop;
      const end = Math.min(stop, this.#end);
      for (let id = start; id < end; id++) {
        if (group.series++ === 0) group.firstId = id;
        group.endId = id + 1;
        if (areAllWanted || this.#isWanted(id)) this.#readSeries(reader, id);
        else {
          this.#endLabels(id);
          skipSeries(reader);
        }
        if (group.series % STRIDE !== 0 || !this.#slicer.due) continue;
        this.#endLabels(id + 1);
        await this.#slicer.pause();
      }
      this.#endLabels(end);
    }
    return group;
  }

  /** Then all symbols are needed, which is cheaper in their order. */
  #areAllWanted(stretches: readonly Stretch[]): boolean {
    for (const [start, stop] of stretches) {
      for (let id = start; id < stop; id++) if (id >= this.#end || !this.#isWanted(id)) return false;
    }
    return true;
  }

  #readSymbols(reader: ByteReader): void {
    const count = reader.varint();
    this.#symbolCount = count;
    if (count > this.#symbols.length) {
      this.#starts = new Uint32Array(2 * count);
      this.#lengths = new Uint32Array(2 * count);
      this.#symbols = new Uint32Array(2 * count);
      this.#hashes = new Uint32Array(2 * count);
      this.#listOfValue = new Int32Array(2 * count);
    }
    for (let i = 0; i < count; i++) {
      const length = reader.varint();
      this.#starts[i] = reader.skip(length);
      this.#lengths[i] = length;
    }
    this.#symbols.fill(NO_SYMBOL, 0, count);
    this.#listOfValue.fill(NO_LIST, 0, count);
  }

  #readSeries(reader: ByteReader, id: number): void {
    const labels = reader.varint();
    if (labels > this.#localNames.length) this.#reserve(id, 2 * labels);
    let hash = this.#index.hashStart;
    for (let i = 0; i < labels; i++) {
      const name = reader.varint();
      const value = reader.varint();
      if (i >= this.#labelCount || value !== this.#localValues[i] || name !== this.#localNames[i]) {
        if (i < this.#labelCount) this.#endLabel(i, id);
        this.#beginLabel(i, id, { name, value });
      }
      hash = mixLabel(hash, this.#hashes[name], this.#hashes[value]);
    }
    for (let i = labels; i < this.#labelCount; i++) this.#endLabel(i, id);
    this.#labelCount = labels;
    this.#index.addSymbols(id, this.#labels, { labels, hash });
  }

  #beginLabel(position: number, id: number, { name, value }: LocalLabel): void {
    const { names, values, lists } = this.#labels;
    names[position] = this.#symbolOf(name);
    values[position] = this.#symbolOf(value);
    lists[position] = this.#listOf(name, value);
    this.#localNames[position] = name;
    this.#localValues[position] = value;
    this.#firstIds[position] = id;
  }

  #endLabel(position: number, endId: number): void {
    this.#index.postings.addStretch(this.#labels.lists[position], this.#firstIds[position], endId);
  }

  #endLabels(endId: number): void {
    for (let i = 0; i < this.#labelCount; i++) this.#endLabel(i, endId);
    this.#labelCount = 0;
  }

  #reserve(id: number, labels: number): void {
    this.#endLabels(id);
    this.#labels = new LabelSymbols(labels);
    this.#localNames = new Uint32Array(labels);
    this.#localValues = new Uint32Array(labels);
    this.#firstIds = new Float64Array(labels);
  }

  /** The index's symbol: those that only unwanted series have never get one. */
  #symbolOf(local: number): number {
    const known = this.#symbols[local];
    if (known !== NO_SYMBOL) return known;
    const { symbols } = this.#index;
    const start = this.#starts[local];
    const symbol = symbols.intern(this.#payload, start, start + this.#lengths[local]);
    this.#symbols[local] = symbol;
    this.#hashes[local] = symbols.hashOf(symbol);
    return symbol;
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

/** A label by the numbers of its symbols in the group. */
interface LocalLabel {
  readonly name: number;
  readonly value: number;
}

type Stretch = readonly [start: number, end: number];

function stretchesOf(ids: SeriesSet): Stretch[] {
  const stretches: Stretch[] = [];
  forEachStretch(ids, (start, end) => void stretches.push([start, end]));
  return stretches;
}

function skipSeries(reader: ByteReader): void {
  for (let left = 2 * reader.varint(); left > 0; left--) reader.varint();
}
