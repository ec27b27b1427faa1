import type { RollupChoice, SeriesBatch, TimeRange } from '@tinyobs/model';
import { readValueColumn } from '../block/valueColumn.js';
import type { Exclusions } from '../deletion/exclusions.js';
import { corrupt } from '../kv/seal.js';
import type { Manifest } from '../manifest/manifest.js';
import type { QueryGuard } from '../query/queryGuard.js';
import { readPieces } from '../query/readPieces.js';
import type { RunPieces } from '../query/runPieces.js';
import { type RunReaderContext, sane } from '../query/runReader.js';
import { lowerBound } from '../query/sampleBuffer.js';
import { appendGroup, GROUP_PIECES, type ReadPiece } from './bucketPieces.js';
import { Buckets } from './buckets.js';
import { rollupSpans, type Span } from './rollupSpans.js';

/** How many buckets before the range are read: an instant selector looks back so far at least. */
const BUCKETS_BEFORE = 2;

/** Reads buckets of the time before raw samples, for one query. */
export class RollupReader {
  /** Those that answer for some of the range. */
  readonly runs: readonly Manifest[];
  /** What is read: the range asked for and a little before. */
  readonly range: TimeRange;
  /** Where rollups end and raw samples begin, ms. */
  readonly endMs: number;
  readonly #spans: readonly Span[];
  /** One group at a time. */
  readonly #group = new Buckets();

  constructor(rollups: readonly Manifest[], range: TimeRange, choice: RollupChoice | undefined) {
    const spans = rollupSpans(rollups, choice);
    this.endMs = rollups.reduce(
      (end, { windowEndMs }) => Math.max(end, windowEndMs),
      Number.NEGATIVE_INFINITY,
    );
    this.#spans = spans.filter(
      ({ startMs, endMs, widthMs }) =>
        startMs <= range.maxMs && endMs > range.minMs - BUCKETS_BEFORE * widthMs,
    );
    const { maxMs } = range;
    const beforeMs = Math.max(0, ...this.#spans.map(({ widthMs }) => BUCKETS_BEFORE * widthMs));
    this.range = { minMs: range.minMs - beforeMs, maxMs };
    this.runs = rollups.filter(
      (run) =>
        run.minMs <= maxMs &&
        run.maxMs >= this.range.minMs &&
        this.#spans.some((span) => answersIn(run, span)),
    );
  }

  /** The batch with the buckets of `ids`, which are those its series are among. */
  async addTo(
    samples: SeriesBatch,
    ids: Uint32Array,
    context: Omit<RunReaderContext, 'guard'> & { readonly exclusions: Exclusions },
    guard: QueryGuard,
  ): Promise<SeriesBatch> {
    const pieces = await readPieces(context, this.runs, ids, guard);
    const union = new UnionBatch(samples, ids.length);
    for (const id of ids) {
      for (const one of pieces) one.seek(id);
      this.#gather(id, pieces, context.exclusions, union.buckets);
      union.endSeries(id);
      if (guard.due) await guard.pause();
    }
    return union.view(this.#spans);
  }

  #gather(id: number, pieces: readonly RunPieces[], exclusions: Exclusions, buckets: Buckets): void {
    for (const span of this.#spans) {
      for (const one of pieces) {
        if (answersIn(one.run, span)) this.#gatherSpan(id, one, span, exclusions, buckets);
      }
    }
  }

  #gatherSpan(id: number, pieces: RunPieces, span: Span, exclusions: Exclusions, buckets: Buckets): void {
    const fromMs = Math.max(span.startMs, this.range.minMs);
    const group = this.#group;
    for (let piece = pieces.from; piece < pieces.to; piece += GROUP_PIECES) {
      const firstTimes = pieces.times[piece];
      const lastTimes = pieces.times[piece + 1];
      if (lastTimes[lastTimes.length - 1] < fromMs || firstTimes[0] >= span.endMs) continue;
      group.length = 0;
      sane(pieces.blocks[piece].key, () => appendGroup(readGroup(pieces, piece), group));
      exclusions.removeBuckets(group, id, pieces.origin);
      const from = lowerBound(group.lastTimes, fromMs, 0, group.length);
      const endMs = Math.min(span.endMs, this.range.maxMs + 1);
      buckets.append(group, from, Math.max(from, lowerBound(group.firstTimes, endMs, from, group.length)));
    }
  }
}

function answersIn({ id, windowEndMs }: Manifest, { resolution, startMs, endMs }: Span): boolean {
  return id.resolution === resolution.id && id.windowMs < endMs && windowEndMs > startMs;
}

function readGroup(pieces: RunPieces, first: number): ReadPiece[] {
  if (first + GROUP_PIECES > pieces.to) {
    throw corrupt('a series has fewer columns than a bucket', pieces.blocks[first].key);
  }
  return Array.from({ length: GROUP_PIECES }, (_, i) => {
    const { payload, directory } = pieces.blocks[first + i];
    const entry = pieces.entries[first + i];
    const column = {
      encoding: directory.encodings[entry],
      bytes: payload,
      offset: directory.offsets[entry],
      end: directory.ends[entry],
    };
    const times = pieces.times[first + i];
    return { times, decode: (to, at) => readValueColumn(column, times.length, to, at) };
  });
}

/** A batch whose series have samples, or buckets, or both. */
class UnionBatch {
  readonly buckets = new Buckets();
  readonly #samples: SeriesBatch;
  #next = 0;
  #count = 0;
  readonly #ids: Uint32Array;
  readonly #timeStarts: Uint32Array;
  readonly #valueStarts: Uint32Array;
  readonly #sampleLengths: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;

  constructor(samples: SeriesBatch, seriesMax: number) {
    this.#samples = samples;
    const column = () => new Uint32Array(seriesMax);
    this.#ids = column();
    this.#timeStarts = column();
    this.#valueStarts = column();
    this.#sampleLengths = column();
    this.#starts = column();
    this.#lengths = column();
  }

  /** Takes the samples of a series, and the buckets that were added since the last one. */
  endSeries(id: number): void {
    const { count, ids, timeStarts, valueStarts, lengths } = this.#samples;
    const at = this.#count;
    const start = at === 0 ? 0 : this.#starts[at - 1] + this.#lengths[at - 1];
    const hasSamples = this.#next < count && ids[this.#next] === id;
    if (!hasSamples && this.buckets.length === start) return;
    this.#ids[at] = id;
    this.#starts[at] = start;
    this.#lengths[at] = this.buckets.length - start;
    if (hasSamples) {
      const from = this.#next++;
      this.#timeStarts[at] = timeStarts[from];
      this.#valueStarts[at] = valueStarts[from];
      this.#sampleLengths[at] = lengths[from];
    }
    this.#count++;
  }

  view(spans: readonly Span[]): SeriesBatch {
    return {
      ...this.#samples,
      count: this.#count,
      ids: this.#ids,
      timeStarts: this.#timeStarts,
      valueStarts: this.#valueStarts,
      lengths: this.#sampleLengths,
      rollups: { ...this.buckets, starts: this.#starts, lengths: this.#lengths, spans },
    };
  }
}
