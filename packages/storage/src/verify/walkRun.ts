import { wordsOf } from '@tinyobs/model';
import { type BlockDirectory, readBlockDirectory } from '../block/block.js';
import { readValueColumn } from '../block/valueColumn.js';
import type { Piece } from '../flush/runWriter.js';
import { isKnownKey } from '../kv/keyShapes.js';
import { parseBlockPosition, RESOLUTION_RAW, type RunId, rangesOfRun } from '../kv/keys.js';
import { readSealed, sealOf } from '../kv/seal.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { GROUP_PIECES } from '../rollup/bucketPieces.js';
import { ChunkReader } from './chunkReader.js';
import { type EntryReader, type FindingHandler, forEachEntry, hexOf, unknownKey } from './finding.js';
import type { SeriesSurvey } from './surveySeries.js';

/** What there is of a run. */
export interface RunTally {
  blocks: number;
  readonly chunks: number;
  blockSum: number;
  readonly chunkSum: number;
  sizeBytes: number;
  /** Sound samples of known series. */
  samples: number;
  minMs: number;
  maxMs: number;
  /** Series with sound samples. */
  readonly found: Set<number>;
  /** Series that certainly or perhaps have lost some. */
  readonly torn: Set<number>;
  /** Samples in sound blocks that cannot be used: their times, their labels or they themselves are gone. */
  unusable: number;
  /** Whether blocks are missing or cannot be read. */
  hasGaps: boolean;
}

export interface RunWalkOptions {
  readonly kv: EntryReader;
  readonly series: SeriesSurvey;
  /** Undefined when it is gone. */
  readonly manifest: Manifest | undefined;
  readonly say: FindingHandler;
  /** Called with each sound piece, in the order of the run, and its number; what it is given is used again. */
  readonly visit?: (piece: Piece, number: number) => Promise<void> | void;
  readonly onBytes?: (bytes: number) => void;
}

/** Reads a run wholly, over any damage; says what is damaged or missing. */
export async function walkRun(id: RunId, options: RunWalkOptions): Promise<RunTally> {
  const { kv, manifest, say, onBytes = () => undefined } = options;
  const columns = new ChunkReader(kv, id);
  const { chunks, sum, sizeBytes } = await columns.check(manifest?.chunks, say);
  onBytes(sizeBytes);
  const walk = new RunWalk(id, options, columns, {
    blocks: 0,
    chunks,
    blockSum: 0,
    chunkSum: sum,
    sizeBytes,
    samples: 0,
    minMs: Number.POSITIVE_INFINITY,
    maxMs: Number.NEGATIVE_INFINITY,
    found: new Set(),
    torn: new Set(),
    unusable: 0,
    hasGaps: false,
  });
  await forEachEntry(kv, rangesOfRun(id)[0], async (key, value) => {
    if (!isKnownKey(key)) return say(unknownKey(key));
    await walk.take(key, value);
    onBytes(value.length);
  });
  walk.end();
  return walk.tally;
}

/** A series and how far it was read. */
interface LastEntry {
  readonly metric: number;
  readonly series: number;
  readonly piece: number;
  readonly samples: number;
  readonly timeMs: number;
}

const BEFORE_ALL: LastEntry = {
  metric: -1,
  series: -1,
  piece: -1,
  samples: 0,
  timeMs: Number.NEGATIVE_INFINITY,
};

class RunWalk {
  readonly tally: RunTally;
  readonly #id: RunId;
  readonly #options: RunWalkOptions;
  readonly #columns: ChunkReader;
  readonly #values = new Float64Array(ENTRY_SAMPLES_MAX);
  readonly #words = wordsOf(this.#values);
  readonly #offsets = new Uint32Array(ENTRY_SAMPLES_MAX);
  #nextBlock = 0;
  /** Whether blocks were lost right before the next entry. */
  #isBehindGap = false;
  #last = BEFORE_ALL;

  constructor(id: RunId, options: RunWalkOptions, columns: ChunkReader, tally: RunTally) {
    this.#id = id;
    this.#options = options;
    this.#columns = columns;
    this.tally = tally;
  }

  async take(key: Uint8Array, value: Uint8Array): Promise<void> {
    const { tally } = this;
    const { block } = parseBlockPosition(key);
    if (block > this.#nextBlock) this.#missing(block);
    this.#nextBlock = Math.max(this.#nextBlock, block + 1);
    tally.blocks++;
    tally.blockSum = (tally.blockSum + sealOf(value)) >>> 0;
    tally.sizeBytes += value.length;
    const reading = readSealed(key, value, (payload) => ({
      payload,
      directory: readBlockDirectory(payload),
    }));
    if (reading.problem !== undefined) {
      this.#say(`block ${block} of run ${this.#id.run} ${reading.problem}`, key);
      this.#openGap();
      return;
    }
    const unusable = tally.unusable;
    const { directory, payload } = reading.value;
    for (let i = 0; i < directory.count; i++) await this.#takeEntry(directory, i, payload);
    this.#sayUnusable(block, tally.unusable - unusable, key);
  }

  end(): void {
    const { manifest } = this.#options;
    if (manifest && this.#nextBlock < manifest.blocks) this.#missing(manifest.blocks);
  }

  async #takeEntry(directory: BlockDirectory, i: number, payload: Uint8Array): Promise<void> {
    const { tally } = this;
    const { series: survey, visit } = this.#options;
    const series = directory.series[i];
    const piece = directory.pieces[i];
    const count = directory.samples[i];
    const isKnown = survey.knows(series);
    const metric = isKnown ? survey.index.metricKey(series) : this.#last.metric;
    const last = this.#last;
    const isNext = series === last.series ? piece === last.piece + 1 : piece === 0;
    if (!isNext) tally.torn.add(series);
    const isOrdered = !isKnown || metric > last.metric || (metric === last.metric && series >= last.series);
    const times = isOrdered ? await this.#columns.column(directory.chunks[i], directory.slots[i]) : undefined;
    const goesOn = series === last.series && !this.#isRollup;
    const fromMs = goesOn ? last.timeMs : Number.NEGATIVE_INFINITY;
    const isSound =
      isKnown &&
      times?.length === count &&
      this.#readEntry(directory, i, payload) &&
      this.#fits(times, fromMs);
    this.#isBehindGap = false;
    if (isOrdered) {
      const timeMs = isSound ? times[count - 1] : fromMs;
      this.#last = { metric, series, piece, samples: count, timeMs };
    }
    if (!isSound) {
      tally.unusable += count;
      tally.torn.add(series);
      return;
    }
    tally.samples += count;
    tally.found.add(series);
    tally.minMs = Math.min(tally.minMs, times[0]);
    tally.maxMs = Math.max(tally.maxMs, times[count - 1]);
    const found = { metric, series, count, offsets: this.#offsets, words: this.#words };
    const visiting = visit?.(found, piece);
    if (visiting !== undefined) await visiting;
  }

  /** Each group of pieces has the same times. */
  get #isRollup(): boolean {
    return this.#id.resolution !== RESOLUTION_RAW;
  }

  #readEntry(directory: BlockDirectory, i: number, bytes: Uint8Array): boolean {
    const { encodings, offsets, ends, samples } = directory;
    const column = { encoding: encodings[i], bytes, offset: offsets[i], end: ends[i] };
    try {
      readValueColumn(column, samples[i], this.#values, 0);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Whether the times ascend within the window, behind those before; notes them as offsets. */
  #fits(times: Float64Array, afterMs: number): boolean {
    const { windowMs } = this.#id;
    const endMs = this.#options.manifest?.windowEndMs ?? windowMs + 2 ** 32;
    let previous = Math.max(afterMs, windowMs - 1);
    for (let i = 0; i < times.length; i++) {
      if (!(times[i] > previous && times[i] < endMs)) return false;
      previous = times[i];
      this.#offsets[i] = times[i] - windowMs;
    }
    return true;
  }

  #missing(end: number): void {
    const first = this.#nextBlock;
    const what = end - first === 1 ? `block ${first} is` : `blocks ${first} to ${end - 1} are`;
    this.#say(`${what} missing in run ${this.#id.run}`);
    this.#nextBlock = end;
    this.#openGap();
  }

  /** Only full pieces, and those inside a group, are followed by more of their series: those that may be in what is lost. */
  #openGap(): void {
    this.tally.hasGaps = true;
    const { series, samples, piece } = this.#last;
    const isInGroup = this.#isRollup && piece % GROUP_PIECES !== GROUP_PIECES - 1;
    const isFollowed = isInGroup || samples === ENTRY_SAMPLES_MAX;
    if (!this.#isBehindGap && isFollowed) this.tally.torn.add(series);
    this.#isBehindGap = true;
  }

  #sayUnusable(block: number, samples: number, key: Uint8Array): void {
    if (samples === 0) return;
    this.#say(
      `${samples} samples of block ${block} of run ${this.#id.run} have lost their times or labels`,
      key,
    );
  }

  #say(message: string, key?: Uint8Array): void {
    this.#options.say({
      severity: 'damage',
      kind: 'block',
      message,
      run: this.#id,
      key: key && hexOf(key),
    });
  }
}
