import { wordsOf } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBlockDirectory } from '../block/block.js';
import { readTimeColumn } from '../block/timeChunk.js';
import { readValueColumn } from '../block/valueColumn.js';
import { type Piece, RunWriter } from '../flush/runWriter.js';
import { SEAL_BYTES } from '../kv/seal.js';
import { appendGroup, GROUP_PIECES, type ReadPiece } from './bucketPieces.js';
import { Buckets } from './buckets.js';
import { FIVE_MINUTES } from './resolution.js';
import { RollupWriter } from './rollupWriter.js';

interface Sample {
  readonly timeMs: number;
  readonly value: number | 'stale';
}

/** The values that a rollup run of 5 minutes gets: blocks, then timestamp columns. */
function written(samples: readonly Sample[]): { blocks: Uint8Array[]; chunks: Uint8Array[] } {
  const values: Uint8Array[] = [];
  const sink = (_key: Uint8Array, value: Uint8Array) => {
    values.push(value.slice(0, value.length - SEAL_BYTES));
    return 0;
  };
  const id = { resolution: FIVE_MINUTES.id, windowMs: 0, run: 0, generation: 0 };
  const writer = new RunWriter({ id, windowEndMs: 86_400_000, deletedSeq: 0, sink });
  const rollups = new RollupWriter({ windowMs: 0, fromMs: 0 }, [{ resolution: FIVE_MINUTES, writer }]);
  rollups.add(pieceOf(samples));
  rollups.finish();
  const { blocks } = writer.finish();
  const isBlock = (value: Uint8Array) => value[1] >= GROUP_PIECES;
  expect(values.filter(isBlock)).toHaveLength(blocks);
  return { blocks: values.filter(isBlock), chunks: values.filter((value) => !isBlock(value)) };
}

function pieceOf(samples: readonly Sample[]): Piece {
  const values = Float64Array.from(samples, ({ value }) => (value === 'stale' ? 0 : value));
  const words = wordsOf(values);
  samples.forEach(({ value }, i) => {
    if (value === 'stale') words.set([2, 0x7ff0_0000], 2 * i);
  });
  const offsets = Uint32Array.from(samples, ({ timeMs }) => timeMs);
  return { metric: 0, series: 3, count: samples.length, offsets, words };
}

/** The buckets that were written, all of one group. */
function read({ blocks: [payload], chunks: [chunk] }: ReturnType<typeof written>): Buckets {
  const { count, samples, encodings, offsets, ends, slots } = readBlockDirectory(payload);
  const pieces = Array.from({ length: count }, (_, i): ReadPiece => {
    const times = readTimeColumn(chunk, slots[i], 0);
    const column = { encoding: encodings[i], bytes: payload, offset: offsets[i], end: ends[i] };
    return { times, decode: (to, at) => readValueColumn(column, samples[i], to, at) };
  });
  const buckets = new Buckets();
  appendGroup(pieces, buckets);
  return buckets;
}

/** What buckets are, the slow way. */
function expectedOf(samples: readonly Sample[]): number[][] {
  const expected: number[][] = [];
  const bucketOf = ({ timeMs }: Sample) => Math.ceil(timeMs / FIVE_MINUTES.widthMs);
  for (const bucket of new Set(samples.map(bucketOf))) {
    const all = samples.filter((sample) => bucketOf(sample) === bucket);
    const kept = all.filter(
      (sample): sample is { timeMs: number; value: number } => sample.value !== 'stale',
    );
    const values = kept.map(({ value }) => value);
    const last = kept.at(-1);
    if (last) {
      const drops = values.filter((value, i) => values[i + 1] < value);
      expected.push([
        kept[0].timeMs,
        last.timeMs,
        values[0],
        last.value,
        kept.length,
        Math.min(...values),
        Math.max(...values),
        sum(drops),
      ]);
    }
    const marker = all.find(({ timeMs, value }) => value === 'stale' && !(last && timeMs < last.timeMs));
    if (marker) expected.push([marker.timeMs, marker.timeMs, 0]);
  }
  return expected;
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('stored buckets', () => {
  it('are those of the samples', () => {
    const gap = fc.oneof(fc.integer({ min: 1, max: 3 }), fc.constantFrom(60_000, 100_000, 300_000, 700_000));
    const value = fc.oneof(
      fc.integer({ min: -5, max: 50 }),
      fc.double({ noNaN: true }).map((one) => one + 0),
      fc.constant('stale' as const),
    );
    const steps = fc.array(fc.record({ gap, value }), { minLength: 1, maxLength: 60 });
    const samples = steps.map((all) => {
      let timeMs = 0;
      return all.map((step): Sample => {
        timeMs += step.gap;
        return { timeMs, value: step.value };
      });
    });
    fc.assert(
      fc.property(samples, (some) => {
        const buckets = read(written(some));
        const found = Array.from({ length: buckets.length }, (_, i) => {
          const times = [buckets.firstTimes[i], buckets.lastTimes[i]];
          if (buckets.counts[i] === 0) return [...times, 0];
          return [
            ...times,
            buckets.firsts[i],
            buckets.lasts[i],
            buckets.counts[i],
            buckets.mins[i],
            buckets.maxs[i],
            buckets.drops[i],
          ];
        });
        expect(found).toEqual(expectedOf(some));
      }),
    );
  });

  it('are laid out as their page shows', () => {
    const { blocks, chunks } = written([
      { timeMs: 60_000, value: 1 },
      { timeMs: 120_000, value: 5 },
      { timeMs: 180_000, value: 2 },
      { timeMs: 400_000, value: 4 },
    ]);
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
    expect(chunks.map(hex)).toEqual([
      '01030a0a0a020002c0a907a0e01402020002c0fc15e0b60d02020002c4a9079ee01402',
    ]);
    expect(blocks.map(hex)).toEqual([
      '0107' + // seven entries
        '06000000000000' + // of series 3
        '00000000000000' + // chunk 0
        '00020201000000' + // slots 0, 1, 2, 1, 1, 1, 1
        '00010203040506' + // pieces
        '02020202020202' + // of two buckets
        '01010001000101' + // encodings
        '07070007020707' + // lengths
        '00000002020302' + // first values 1 and 4
        '00000002040202' + // last values 2 and 4
        '00000001100401' + // sums 8 and 4
        'f97f' + // least values: the first ones
        '000000010a0101' + // greatest values 5 and 4
        '000000010a0501', // drops 5 and 0
    ]);
  });
});
