import { LabelsBuilder, type WriteBatch } from '@tinyobs/model';
import { COPY_SLACK_BYTES, copyWords } from '../remoteWrite/copyWords.js';
import type { DecodeOptions } from './expositionDecoding.js';
import { DIGIT_OF_NAMES, LABEL_BYTES, type LineScanner, METRIC_BYTES, NOT_OF_NAMES } from './lineScanner.js';
import { METRIC_NAME_BYTES, readSeries } from './readSeries.js';

const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Canonical bytes of a plain series are longer than its text by no more than this. */
const PLAIN_SLACK_BYTES = 16;

/** Lengths below this take one byte. */
const PLAIN_LENGTH_MAX = 0x7f;

/** Putting labels in order takes the square of their number. */
const PLAIN_LABELS_MAX = 32;

/** Bytes that stand for themselves in a quoted text: 1 for ASCII without the quote, the backslash and line ends. */
const PLAIN_VALUE_BYTES = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x80 && !['"', '\\', '\n', '\r'].includes(String.fromCharCode(byte)) ? 1 : 0,
);

const NOT_PLAIN = -1;

/**
 * Room for one series at a time: where its labels begin in the arena, and its labels on their way into another order.
 * One for all bodies, since with every few megabytes of such memory that are new the collector goes through the heap.
 */
const ROOM = roomForLabels();

function roomForLabels() {
  const buffer = new ArrayBuffer(PLAIN_LABELS_MAX * 2 * (PLAIN_LENGTH_MAX + 1) + COPY_SLACK_BYTES);
  return {
    starts: new Uint32Array(PLAIN_LABELS_MAX),
    bytes: new Uint8Array(buffer),
    view: new DataView(buffer),
  };
}

/** What the canonical bytes of a series begin with: the name of its first label, behind its length. */
const NAME_LABEL_START = Uint8Array.of(METRIC_NAME_BYTES.length, ...METRIC_NAME_BYTES);

/**
 * The series of one line after the other on its way to canonical bytes. One that is written as exporters write it,
 * in ASCII, without escapes and superfluous blanks, goes straight into the batch's arena, behind its last series, and
 * is put in order there; any other takes the way through a builder. What comes out is the same.
 */
export class SeriesReader {
  readonly #line: LineScanner;
  readonly #batch: WriteBatch;
  readonly #builderOptions: { readonly keepsEmpty: boolean | undefined };
  #madeBuilder: LabelsBuilder | undefined;
  #arenaView: DataView = new DataView(new ArrayBuffer(0));
  /** Where the series at hand is written in the body. */
  #at = 0;
  #end = 0;
  /** Where it ends in the arena, if it is plain. */
  #plainEnd = NOT_PLAIN;

  constructor(
    line: LineScanner,
    batch: WriteBatch,
    { keepsEmptyLabels }: Pick<DecodeOptions, 'keepsEmptyLabels'>,
  ) {
    this.#builderOptions = { keepsEmpty: keepsEmptyLabels };
    this.#line = line;
    this.#batch = batch;
  }

  /** Reads the series at the beginning of a line. */
  read(): boolean {
    this.#at = this.#line.at;
    this.#plainEnd = this.#readPlain();
    const isRead = this.#plainEnd !== NOT_PLAIN || this.#readOther();
    this.#end = this.#line.at;
    return isRead;
  }

  /** Where the series that was read is written in the body. */
  get text(): { readonly start: number; readonly end: number } {
    return { start: this.#at, end: this.#end };
  }

  /** Where the labels that were read begin in the body. */
  get labelsAt(): number {
    return this.#line.body.indexOf(OPEN_BRACE, this.#at) + 1;
  }

  /** Why the series that was read cannot be added, or undefined. */
  findProblem(): string | undefined {
    return this.#plainEnd === NOT_PLAIN ? this.#builder.findProblem() : undefined;
  }

  /** Adds the series that was read to the batch; for once, when there is no problem. Returns its index. */
  commit(): number {
    return this.#plainEnd === NOT_PLAIN
      ? this.#builder.writeTo(this.#batch)
      : this.#batch.commitSeries(this.#plainEnd);
  }

  /** Most bodies need none. */
  get #builder(): LabelsBuilder {
    this.#madeBuilder ??= new LabelsBuilder(this.#builderOptions);
    return this.#madeBuilder;
  }

  #readOther(): boolean {
    this.#line.at = this.#at;
    this.#builder.reset();
    return readSeries(this.#line, this.#builder);
  }

  /** Where the canonical bytes end, or `NOT_PLAIN`. Leaves the line at the space behind the series. */
  #readPlain(): number {
    const line = this.#line;
    const { body } = line;
    const nameStart = line.at;
    const start = this.#batch.reserveArena(line.lineEnd - nameStart + PLAIN_SLACK_BYTES);
    const { arena } = this.#batch;
    let to = start;
    for (let i = 0; i < NAME_LABEL_START.length; i++) arena[to++] = NAME_LABEL_START[i];
    const lengthAt = to++;
    let at = nameStart;
    if (METRIC_BYTES[body[at]] === DIGIT_OF_NAMES) return NOT_PLAIN;
    for (let byte = body[at]; METRIC_BYTES[byte] > NOT_OF_NAMES; byte = body[++at]) arena[to++] = byte;
    const nameLength = at - nameStart;
    if (nameLength === 0 || nameLength > PLAIN_LENGTH_MAX) return NOT_PLAIN;
    arena[lengthAt] = nameLength;
    line.at = at;
    if (body[at] === OPEN_BRACE) to = this.#readPlainLabels(arena, start, to);
    // Behind more than one blank the labels may come, which is not plain either.
    const next = body[line.at + 1];
    return body[line.at] === SPACE && next > SPACE && next !== OPEN_BRACE ? to : NOT_PLAIN;
  }

  /** As `#readPlain`, from the open brace on: `end` is where the label with the metric name ends. */
  #readPlainLabels(arena: Uint8Array, start: number, end: number): number {
    const { body, at: braceAt } = this.#line;
    const { starts } = ROOM;
    let count = 1;
    let isOrdered = true;
    let at = braceAt;
    let to = end;
    starts[0] = start;
    do {
      const nameAt = to++;
      at++;
      if (LABEL_BYTES[body[at]] === DIGIT_OF_NAMES || count === PLAIN_LABELS_MAX) return NOT_PLAIN;
      for (let byte = body[at]; LABEL_BYTES[byte] > NOT_OF_NAMES; byte = body[++at]) arena[to++] = byte;
      const nameLength = to - nameAt - 1;
      if (nameLength === 0 || nameLength > PLAIN_LENGTH_MAX) return NOT_PLAIN;
      if (body[at] !== EQUALS || body[at + 1] !== QUOTE) return NOT_PLAIN;
      arena[nameAt] = nameLength;
      starts[count] = nameAt;
      if (isOrdered) isOrdered = compareNames(arena, starts[count - 1], nameAt) < 0;
      count++;
      const lengthAt = to++;
      at += 2;
      for (let byte = body[at]; PLAIN_VALUE_BYTES[byte] === 1; byte = body[++at]) arena[to++] = byte;
      const valueLength = to - lengthAt - 1;
      if (body[at++] !== QUOTE || valueLength === 0 || valueLength > PLAIN_LENGTH_MAX) return NOT_PLAIN;
      arena[lengthAt] = valueLength;
    } while (body[at] === COMMA);
    if (body[at] !== CLOSE_BRACE || !(isOrdered || this.#sortLabels(arena, count, to))) return NOT_PLAIN;
    this.#line.at = at + 1;
    return to;
  }

  /** Puts the labels at `ROOM.starts`, of which the last ends at `end`, in the order of their names; false if one is there twice. */
  #sortLabels(arena: Uint8Array, count: number, end: number): boolean {
    const { starts } = ROOM;
    let first = count;
    let last = 0;
    for (let i = 1; i < count; i++) {
      const label = starts[i];
      let place = i;
      for (; place > 0; place--) {
        const order = compareNames(arena, starts[place - 1], label);
        if (order === 0) return false;
        if (order < 0) break;
        starts[place] = starts[place - 1];
      }
      starts[place] = label;
      if (place === i) continue;
      if (place < first) first = place;
      last = i;
    }
    this.#moveLabels(arena, { first, last, end: last + 1 < count ? starts[last + 1] : end });
    return true;
  }

  /** Writes the labels from `first` to `last` in the order of `ROOM.starts`; where they are now they end at `end`. */
  #moveLabels(
    arena: Uint8Array,
    { first, last, end }: { readonly first: number; readonly last: number; readonly end: number },
  ): void {
    const { starts } = ROOM;
    let start = end;
    for (let i = first; i <= last; i++) if (starts[i] < start) start = starts[i];
    const { bytes, view } = ROOM;
    copyWords(this.#viewOf(arena), start, view, 0, end - start);
    let to = start;
    for (let i = first; i <= last; i++) {
      let from = starts[i] - start;
      const nameLength = bytes[from];
      const labelEnd = from + nameLength + bytes[from + 1 + nameLength] + 2;
      // Not by words: behind the last of them another label may stand.
      while (from < labelEnd) arena[to++] = bytes[from++];
    }
  }

  /** A view of the arena, made anew when that has grown. */
  #viewOf(arena: Uint8Array): DataView {
    if (this.#arenaView.buffer !== arena.buffer) this.#arenaView = new DataView(arena.buffer);
    return this.#arenaView;
  }
}

/** The order by their bytes of two names, each behind its length. */
function compareNames(arena: Uint8Array, a: number, b: number): number {
  const shared = Math.min(arena[a], arena[b]);
  for (let i = 1; i <= shared; i++) {
    const order = arena[a + i] - arena[b + i];
    if (order !== 0) return order;
  }
  return arena[a] - arena[b];
}
