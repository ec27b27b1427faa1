import { assert, type WriteBatch } from '@tinyobs/model';
import type { InfluxUnit } from '../influx/influxTime.js';
import type { Decompressed } from '../remoteWrite/decodeSnappy.js';
import { EXACT_POWERS } from '../text/readNumber.js';
import { KNOWN_SERIES_WASM } from './knownSeriesWasm.js';

const PAGE_BYTES = 65_536;

/** Longest bodies that are taken here, compressed and not: many times what senders put into one. */
const BODY_BYTES_MAX = 1024 * 1024;
const DECOMPRESSED_BYTES_MAX = 4 * 1024 * 1024;

/** The loops in WebAssembly read and write whole words, past the end of bodies too. */
const SLACK_BYTES = 16;

/** Most series and most samples that one call of `take` hands over. */
export const KNOWN_ROWS_MAX = 8192;

/** Longest key of a field of the line protocol: a line's measurement and tags, and the name of the field. */
const FIELD_KEY_BYTES_MAX = 8192;

/** Of the memory for series, an entry and its two slots take this much; the rest is label bytes. */
const ENTRY_BYTES = 20;
const SLOT_BYTES = 4;
const LABEL_BYTES_TYPICAL = 160;

const NONE = -1;

/** When so many series per place were not known, and hardly any was, those remembered have had their time. */
const MISSES_PER_ENTRY = 8;
const HITS_PER_MISS_MIN = 1 / 16;

interface Kernel {
  readonly layOut: (...args: [number, number, number, number, number, number, bigint]) => void;
  readonly layOutColumns: (...args: [number, number, number, number, number]) => void;
  readonly clear: () => void;
  readonly begin: () => void;
  readonly decompress: (source: number, sourceEnd: number, target: number, length: number) => number;
  readonly layOutPowers: (powers: number) => void;
  readonly takeSeries: (start: number, end: number, firstSeries: number) => number;
  readonly takeLines: (start: number, end: number, nowMs: number, firstSeries: number) => number;
  readonly layOutFields: (key: number, keyBytesMax: number, lines: number) => void;
  readonly takeFieldLines: (
    ...args: [number, number, number, firstSeries: number, divisor: number, factor: number]
  ) => number;
  readonly reserveField: (
    ...args: [head: number, headLength: number, name: number, nameLength: number]
  ) => number;
  readonly hasRoom: (length: number) => number;
  readonly reserve: (start: number, length: number) => number;
  readonly setReference: (entry: number, reference: number) => void;
  readonly placeOf: (entry: number) => number;
  readonly lengthOf: (entry: number) => number;
  readonly seriesCount: WebAssembly.Global;
  readonly sampleCount: WebAssembly.Global;
  readonly lineCount: WebAssembly.Global;
}

/** A part of a body. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where a field of the line protocol is written. */
interface FieldPlace {
  readonly head: Range;
  readonly name: Range;
}

/** Series of a batch that were met for the first time, and the places kept for them. */
interface Unlearned {
  readonly generation: number;
  readonly series: number[];
  readonly entries: number[];
}

/**
 * Remembers under which reference a store knows the bytes of a series, as one sender writes them: the labels of a
 * TimeSeries, the beginning of a line of text, or in the line protocol measurement, tags and the name of a field.
 * Bodies of series it remembers are decoded in WebAssembly (`assembly/knownSeries.ts`): they enter a batch by their
 * references, without their labels being read. It takes only what is beyond doubt; all else, and everything malformed,
 * is left to the decoder.
 *
 * What is remembered holds for one numbering of series, which `begin` is told.
 */
export class KnownSeries {
  readonly #kernel: Kernel;
  readonly #memory: Uint8Array;
  readonly #entriesMax: number;
  readonly #input: Uint8Array;
  /** The body at hand, as it is decoded. */
  readonly #body: { readonly at: number; readonly bytes: Uint8Array; readonly view: DataView };
  readonly #columns: {
    readonly references: Uint32Array;
    readonly sampleSeries: Uint32Array;
    readonly times: Float64Array;
    readonly words: Uint32Array;
    /** The line of each sample, counted from the first that was taken. */
    readonly lines: Uint32Array;
  };
  readonly #unlearned = new WeakMap<WriteBatch, Unlearned>();
  #numbering: object | undefined;
  #generation = 0;
  #hits = 0;
  #misses = 0;

  /**
   * @param options.sizeBytesMax Memory for series. Pages of it are used as series come; some 5 MiB more are for
   * bodies.
   * @param options.seed Of the hash, since senders choose what is hashed.
   */
  constructor({ sizeBytesMax, seed }: { readonly sizeBytesMax: number; readonly seed: bigint }) {
    const layout = new Layout();
    const input = layout.take(BODY_BYTES_MAX + SLACK_BYTES);
    const body = layout.take(DECOMPRESSED_BYTES_MAX + SLACK_BYTES);
    const references = layout.take(4 * KNOWN_ROWS_MAX);
    const sampleSeries = layout.take(4 * KNOWN_ROWS_MAX);
    const times = layout.take(8 * KNOWN_ROWS_MAX);
    const values = layout.take(8 * KNOWN_ROWS_MAX);
    const lines = layout.take(4 * KNOWN_ROWS_MAX);
    const fieldKey = layout.take(FIELD_KEY_BYTES_MAX + SLACK_BYTES);
    const powers = layout.take(EXACT_POWERS.byteLength);
    const slotCount = 2 ** Math.floor(Math.log2(sizeBytesMax / (LABEL_BYTES_TYPICAL / 2)));
    this.#entriesMax = slotCount / 2;
    const entries = layout.take(ENTRY_BYTES * this.#entriesMax);
    const slots = layout.take(SLOT_BYTES * slotCount);
    const labelBytes = sizeBytesMax - ENTRY_BYTES * this.#entriesMax - SLOT_BYTES * slotCount;
    const labels = layout.take(labelBytes);

    // All of it at once: growing would detach the views. The system gives pages when they are first written.
    const pages = Math.ceil(layout.sizeBytes / PAGE_BYTES);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const instance = new WebAssembly.Instance(new WebAssembly.Module(fromBase64(KNOWN_SERIES_WASM)), {
      env: { memory },
    });
    this.#kernel = instance.exports as unknown as Kernel;
    this.#kernel.layOut(entries, this.#entriesMax, slots, slotCount, labels, labelBytes, seed);
    this.#kernel.layOutColumns(references, sampleSeries, times, values, KNOWN_ROWS_MAX);
    this.#kernel.layOutFields(fieldKey, FIELD_KEY_BYTES_MAX, lines);
    this.#kernel.layOutPowers(powers);
    const { buffer } = memory;
    this.#memory = new Uint8Array(buffer);
    new Float64Array(buffer, powers, EXACT_POWERS.length).set(EXACT_POWERS);
    this.#input = new Uint8Array(buffer, input, BODY_BYTES_MAX);
    const length = DECOMPRESSED_BYTES_MAX + SLACK_BYTES;
    this.#body = {
      at: body,
      bytes: new Uint8Array(buffer, body, length),
      view: new DataView(buffer, body, length),
    };
    this.#columns = {
      references: new Uint32Array(buffer, references, KNOWN_ROWS_MAX),
      sampleSeries: new Uint32Array(buffer, sampleSeries, KNOWN_ROWS_MAX),
      times: new Float64Array(buffer, times, KNOWN_ROWS_MAX),
      words: new Uint32Array(buffer, values, 2 * KNOWN_ROWS_MAX),
      lines: new Uint32Array(buffer, lines, KNOWN_ROWS_MAX),
    };
  }

  /** Counts how often everything was forgotten: places of an earlier generation mean nothing. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Begins a batch for a store of this numbering: what was remembered of another is forgotten. A body that is not yet
   * decoded is lost.
   */
  begin(batch: WriteBatch, numbering: object): void {
    const isWornOut =
      this.#misses > MISSES_PER_ENTRY * this.#entriesMax && this.#hits < HITS_PER_MISS_MIN * this.#misses;
    if (numbering !== this.#numbering || isWornOut) this.forget();
    else if (this.#misses > MISSES_PER_ENTRY * this.#entriesMax) this.#hits = this.#misses = 0;
    this.#numbering = numbering;
    this.#kernel.begin();
    this.#unlearned.set(batch, { generation: this.#generation, series: [], entries: [] });
    batch.numbering = numbering;
  }

  /**
   * Decompresses the elements of a snappy block, which begin at `start` of the body and declare `length`.
   * Undefined when they are malformed or longer than what is taken here. Valid until the next call.
   */
  decompress(body: Uint8Array, start: number, length: number): Decompressed | undefined {
    if (body.length > BODY_BYTES_MAX || length > DECOMPRESSED_BYTES_MAX) return undefined;
    const { at, bytes, view } = this.#body;
    this.#input.set(body);
    const from = this.#input.byteOffset;
    if (this.#kernel.decompress(from + start, from + body.length, at, length) === 0) return undefined;
    return { bytes, view, length };
  }

  /** Takes a body of text. False when it is longer than what is taken here. Valid until the next call. */
  load(body: Uint8Array): boolean {
    if (body.length > DECOMPRESSED_BYTES_MAX) return false;
    this.#body.bytes.set(body);
    return true;
  }

  /**
   * Adds the samples of the TimeSeries at `start` of what was decompressed and of those behind it to the batch,
   * as long as they are known, no more than `KNOWN_ROWS_MAX`. Returns where it stopped.
   */
  takeSeries(start: number, end: number, batch: WriteBatch, row: number): number {
    const { at } = this.#body;
    const stoppedAt = this.#kernel.takeSeries(at + start, at + end, batch.seriesCount) - at;
    this.#addColumns(batch, row);
    return stoppedAt;
  }

  /** As `takeSeries`, of lines of the text that was loaded; those without a time of their own are of `nowMs`. */
  takeLines(
    { start, end, nowMs }: Range & { readonly nowMs: number },
    batch: WriteBatch,
    row: number,
  ): number {
    const { at } = this.#body;
    const stoppedAt = this.#kernel.takeLines(at + start, at + end, nowMs, batch.seriesCount) - at;
    this.#addColumns(batch, row);
    return stoppedAt;
  }

  /**
   * As `takeLines`, of lines of the line protocol, of which each field is a series. `lines` is the line of each sample,
   * counted from the first; valid until the next call.
   */
  takeFieldLines(
    { start, end, nowMs, unit }: Range & { readonly nowMs: number; readonly unit: InfluxUnit },
    batch: WriteBatch,
    row: number,
  ): { readonly stoppedAt: number; readonly lineCount: number; readonly lines: Uint32Array } {
    const { at } = this.#body;
    const kernel = this.#kernel;
    const { seriesCount } = batch;
    const perMs = 10 ** unit.digitsBelowMs;
    const stoppedAt =
      kernel.takeFieldLines(at + start, at + end, nowMs, seriesCount, perMs, unit.factor) - at;
    this.#addColumns(batch, row);
    const lines = this.#columns.lines.subarray(0, kernel.sampleCount.value);
    return { stoppedAt, lineCount: kernel.lineCount.value, lines };
  }

  #addColumns(batch: WriteBatch, firstRow: number): void {
    const kernel = this.#kernel;
    const seriesCount = kernel.seriesCount.value;
    if (seriesCount > 0) {
      const { references, sampleSeries, times, words } = this.#columns;
      const sampleCount = kernel.sampleCount.value;
      batch.addKnown({ references, seriesCount, sampleSeries, times, words, sampleCount, firstRow });
      this.#hits += seriesCount;
    }
  }

  /** Keeps a place for a series of the batch that is written `start .. end` in the body at hand. */
  note(batch: WriteBatch, series: number, start: number, end: number): void {
    const length = end - start;
    if (this.#hasRoomFor(length)) {
      this.#keep(batch, series, this.#kernel.reserve(this.#body.at + start, length));
    }
  }

  /** As `note`, of a field whose name is written here, and the head of its line there. */
  noteField(batch: WriteBatch, series: number, { head, name }: FieldPlace): void {
    const { at } = this.#body;
    const [headLength, nameLength] = [head.end - head.start, name.end - name.start];
    if (this.#hasRoomFor(headLength + nameLength)) {
      const entry = this.#kernel.reserveField(at + head.start, headLength, at + name.start, nameLength);
      this.#keep(batch, series, entry);
    }
  }

  /** Takes back what was noted of series that the batch does not have any more. */
  cutBack(batch: WriteBatch): void {
    const { series, entries } = this.#unlearnedOf(batch);
    while (series.length > 0 && series[series.length - 1] >= batch.seriesCount) {
      series.pop();
      entries.pop();
    }
  }

  /** Counts a series that was not known. */
  #hasRoomFor(length: number): boolean {
    this.#misses++;
    // One that has a place already and no reference yet waits until there is room: hashing all of them costs more.
    return this.#kernel.hasRoom(length) !== 0;
  }

  #keep(batch: WriteBatch, series: number, entry: number): void {
    if (entry === NONE) return;
    const unlearned = this.#unlearnedOf(batch);
    unlearned.series.push(series);
    unlearned.entries.push(entry);
  }

  #unlearnedOf(batch: WriteBatch): Unlearned {
    const unlearned = this.#unlearned.get(batch);
    assert(unlearned !== undefined, 'a batch is begun before its series are noted');
    return unlearned;
  }

  /** Remembers the references that a store has given the batch, once it has kept it; nothing of one that was not begun. */
  learn(batch: WriteBatch): void {
    const unlearned = this.#unlearned.get(batch);
    if (unlearned?.generation !== this.#generation || batch.numbering !== this.#numbering) return;
    this.#unlearned.delete(batch);
    const { series, entries } = unlearned;
    for (let i = 0; i < series.length; i++) {
      const reference = batch.references[series[i]];
      if (reference !== 0) this.#kernel.setReference(entries[i], reference);
    }
  }

  /**
   * Gives the noted series of a batch numbers in the place of references that a store gives, and remembers these:
   * equal bytes have equal numbers, until all is forgotten. For whoever keeps something of series himself.
   */
  enumerate(batch: WriteBatch): void {
    const { series, entries } = this.#unlearnedOf(batch);
    for (let i = 0; i < series.length; i++) batch.references[series[i]] = entries[i] + 1;
    this.learn(batch);
  }

  /** The bytes that have a number by `enumerate`, valid until all is forgotten. */
  bytesOf(number: number): Uint8Array {
    const place = this.#kernel.placeOf(number - 1);
    return this.#memory.subarray(place, place + this.#kernel.lengthOf(number - 1));
  }

  /** Forgets all series: what comes of them is decoded as if it came for the first time. */
  forget(): void {
    this.#kernel.clear();
    this.#generation++;
    this.#hits = this.#misses = 0;
  }
}

/** Hands out ranges of a memory; its first bytes stay unused, as in compiled programs. */
class Layout {
  sizeBytes = 1024;

  take(sizeBytes: number): number {
    const at = this.sizeBytes;
    this.sizeBytes = Math.ceil((at + sizeBytes) / 16) * 16;
    return at;
  }
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
