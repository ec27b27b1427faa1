import { readTimeColumn } from '../block/timeChunk.js';
import { isKnownKey, parseChunk } from '../kv/keyShapes.js';
import { chunkKey, type RunId, rangesOfRun } from '../kv/keys.js';
import { readSealed, sealOf } from '../kv/seal.js';
import { COMPACTION_CHUNK_BYTES, COMPACTION_COLUMN_SAMPLES } from '../limits.js';
import { columnKey } from '../query/runReader.js';
import { type EntryReader, type FindingHandler, forEachEntry, hexOf, unknownKey } from './finding.js';

/** What the chunks of a run add up to. */
export interface ChunkCount {
  readonly chunks: number;
  readonly sum: number;
  readonly sizeBytes: number;
}

/** The timestamp columns of a run, as far as they are sound. Keeps those used lately. */
export class ChunkReader {
  readonly #kv: EntryReader;
  readonly #run: RunId;
  readonly #payloads = new Map<number, Uint8Array>();
  readonly #columns = new Map<number, Float64Array>();
  readonly #bad = new Set<number>();
  #payloadBytes = 0;
  #columnSamples = 0;

  constructor(kv: EntryReader, run: RunId) {
    this.#kv = kv;
    this.#run = run;
  }

  /** Checks every chunk of the run; says which are bad or missing, `expected` given by the manifest. */
  async check(expected: number | undefined, say: FindingHandler): Promise<ChunkCount> {
    let next = 0;
    let sum = 0;
    let sizeBytes = 0;
    const run = this.#run;
    const sayMissing = (end: number) => {
      for (; next < end; next++) {
        const message = `chunk ${next} of run ${run.run} is missing`;
        say({ severity: 'damage', kind: 'chunk', message, run, key: hexOf(chunkKey(run, next)) });
      }
    };
    await forEachEntry(this.#kv, rangesOfRun(run)[1], (key, value) => {
      if (!isKnownKey(key)) return say(unknownKey(key));
      const chunk = parseChunk(key);
      sayMissing(chunk);
      next = chunk + 1;
      sum = (sum + sealOf(value)) >>> 0;
      sizeBytes += value.length;
      const reading = readSealed(key, value, (payload) => readTimeColumn(payload, 0, run.windowMs));
      if (reading.problem === undefined) return;
      const message = `chunk ${chunk} of run ${run.run} ${reading.problem}`;
      say({ severity: 'damage', kind: 'chunk', message, run, key: hexOf(key) });
      this.#bad.add(chunk);
    });
    sayMissing(expected ?? 0);
    return { chunks: next, sum, sizeBytes };
  }

  /** A column, or undefined where its chunk is gone or it makes no sense. */
  async column(chunk: number, slot: number): Promise<Float64Array | undefined> {
    const place = columnKey({ chunk, slot });
    const known = this.#columns.get(place);
    if (known) return known;
    const payload = await this.#payload(chunk);
    if (!payload) return undefined;
    let times: Float64Array;
    try {
      times = readTimeColumn(payload, slot, this.#run.windowMs);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    this.#columnSamples += times.length;
    this.#columns.set(place, times);
    for (const [key, { length }] of this.#columns) {
      if (this.#columnSamples <= COMPACTION_COLUMN_SAMPLES) break;
      this.#columns.delete(key);
      this.#columnSamples -= length;
    }
    return times;
  }

  async #payload(chunk: number): Promise<Uint8Array | undefined> {
    const known = this.#payloads.get(chunk);
    if (known || this.#bad.has(chunk)) return known;
    const key = chunkKey(this.#run, chunk);
    const value = await this.#kv.get(key);
    const reading = value && readSealed(key, value, (payload) => payload);
    if (!reading || reading.problem !== undefined) {
      this.#bad.add(chunk);
      return undefined;
    }
    this.#payloadBytes += reading.value.length;
    this.#payloads.set(chunk, reading.value);
    for (const [oldest, { length }] of this.#payloads) {
      if (this.#payloadBytes <= COMPACTION_CHUNK_BYTES || oldest === chunk) break;
      this.#payloads.delete(oldest);
      this.#payloadBytes -= length;
    }
    return reading.value;
  }
}
