import { assert, wordsOf } from '@tinyobs/model';
import type { Piece, RunWriter } from '../flush/runWriter.js';
import { ENTRY_SAMPLES_MAX } from '../limits.js';
import type { Buckets } from './buckets.js';

/**
 * How buckets are stored: as the pieces of a series in a run, which is otherwise like a run of samples. Each group
 * of at most `ENTRY_SAMPLES_MAX` buckets is `GROUP_PIECES` pieces, in this order. Layout: docs/format/rollup.md.
 *
 * The times of `firsts` are those of the first samples. Those of `counts` are later by the count less 1, in ms, which
 * is the last sample's time or before; its values only tell stale markers. So series that were sampled together share
 * their counts as they share their times. All others have the times of the last samples.
 */
const PIECES = ['firsts', 'lasts', 'counts', 'sums', 'mins', 'maxs', 'drops'] as const;
const COUNTS = PIECES.indexOf('counts');

export const GROUP_PIECES = PIECES.length;

/** Stored in place of minima that are the first values all, and of maxima that are the last ones: as of counters. */
const SAME_HIGH = 0x7ff9_0000;
const SAME_LOW = 0;

const values = new Float64Array(ENTRY_SAMPLES_MAX);
const words = wordsOf(values);
const offsets = new Uint32Array(ENTRY_SAMPLES_MAX);

/** Hands the buckets of a series to a run. */
export function writeBuckets(
  buckets: Buckets,
  { metric, series }: Pick<Piece, 'metric' | 'series'>,
  writer: RunWriter,
): void {
  for (let from = 0; from < buckets.length; from += ENTRY_SAMPLES_MAX) {
    const count = Math.min(ENTRY_SAMPLES_MAX, buckets.length - from);
    for (const piece of PIECES) {
      const times = piece === 'firsts' || piece === 'counts' ? buckets.firstTimes : buckets.lastTimes;
      for (let i = 0; i < count; i++) offsets[i] = times[from + i] - writer.id.windowMs;
      values.set(buckets[piece].subarray(from, from + count));
      if (piece === 'counts') moveCountsToTimes(count);
      if (canBeLeftOut(buckets, piece, from, count)) markSame(count);
      writer.add({ metric, series, count, offsets, words });
    }
  }
}

/** One piece of a group, as it is read. */
export interface ReadPiece {
  readonly times: Float64Array;
  /** Decodes the values to place `at` of `to` and on, and there is room. */
  readonly decode: (to: Float64Array, at: number) => void;
}

/**
 * Appends a group to buckets.
 *
 * @throws RangeError when the pieces do not belong together
 */
export function appendGroup(pieces: readonly ReadPiece[], buckets: Buckets): void {
  assert(pieces.length === GROUP_PIECES, 'a group has all its pieces');
  const [{ times: firstTimes }, { times: lastTimes }] = pieces;
  const count = firstTimes.length;
  buckets.reserve(count);
  const at = buckets.length;
  for (const [i, piece] of pieces.entries()) {
    if (piece.times.length !== count)
      throw new RangeError(`${piece.times.length} values of ${count} buckets`);
    piece.decode(buckets[PIECES[i]], at);
  }
  buckets.firstTimes.set(firstTimes, at);
  buckets.lastTimes.set(lastTimes, at);
  takeCountsFromTimes(pieces[COUNTS].times, buckets, at);
  if (areMarkedSame(buckets.mins, at, count)) buckets.mins.set(buckets.firsts.subarray(at, at + count), at);
  if (areMarkedSame(buckets.maxs, at, count)) buckets.maxs.set(buckets.lasts.subarray(at, at + count), at);
  buckets.length += count;
}

/** Of a count of 0, a stale marker, it leaves a 1, of any other a 0. */
function moveCountsToTimes(length: number): void {
  for (let i = 0; i < length; i++) {
    const isStale = values[i] === 0;
    if (!isStale) offsets[i] += values[i] - 1;
    values[i] = isStale ? 1 : 0;
  }
}

function takeCountsFromTimes(times: Float64Array, { firstTimes, counts }: Buckets, at: number): void {
  for (let i = 0; i < times.length; i++) {
    const isStale = counts[at + i] === 1;
    counts[at + i] = isStale ? 0 : times[i] - firstTimes[at + i] + 1;
  }
}

function canBeLeftOut(
  { firsts, lasts, mins, maxs }: Buckets,
  piece: (typeof PIECES)[number],
  from: number,
  count: number,
): boolean {
  if (piece === 'mins') return areSame(mins, firsts, from, count);
  return piece === 'maxs' && areSame(maxs, lasts, from, count);
}

function areSame(a: Float64Array, b: Float64Array, from: number, count: number): boolean {
  for (let i = from; i < from + count; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

function markSame(count: number): void {
  for (let i = 0; i < count; i++) {
    words[2 * i] = SAME_LOW;
    words[2 * i + 1] = SAME_HIGH;
  }
}

function areMarkedSame(column: Float64Array, at: number, count: number): boolean {
  if (!Number.isNaN(column[at])) return false;
  const marks = wordsOf(column);
  for (let i = at; i < at + count; i++) {
    if (marks[2 * i] !== SAME_LOW || marks[2 * i + 1] !== SAME_HIGH) return false;
  }
  return true;
}
