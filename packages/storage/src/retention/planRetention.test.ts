import { describe, expect, it } from 'vitest';
import type { Manifest } from '../manifest/manifest.js';
import { planRetention, type RetentionPlanOptions } from './planRetention.js';

/** A run of 100 bytes in the window from `from` to `to`, with a sample at its end. */
function runOf(run: number, from: number, to: number, maxMs = to - 1, resolution = 0): Manifest {
  return {
    id: { resolution, windowMs: from, run, generation: 0 },
    windowEndMs: to,
    minMs: from,
    maxMs,
    samples: 1,
    seriesCount: 1,
    blocks: 1,
    chunks: 1,
    blockSum: 0,
    chunkSum: 0,
    sizeBytes: 100,
    deletedSeq: 0,
    series: Uint8Array.of(0, 1),
  };
}

const KEPT = { nowMs: 0, keptMs: new Map<number, number>(), rollsUp: false, sizeBytesMax: undefined };
const plan = (runs: readonly Manifest[], options: Partial<RetentionPlanOptions>) =>
  planRetention(runs, { ...KEPT, ...options })
    .flatMap((stretch) => stretch.runs.map(({ id }) => id.run))
    .sort((a, b) => a - b);

describe('what retention drops', () => {
  const runs = [runOf(0, 0, 20), runOf(1, 0, 120), runOf(2, 120, 240), runOf(3, 240, 360)];

  it('is nothing without limits', () => {
    expect(plan(runs, { nowMs: 1e9 })).toEqual([]);
  });

  it('is what is too old, windows that overlap as one', () => {
    const at = (nowMs: number) => plan(runs, { nowMs, keptMs: new Map([[0, 100]]) });
    expect(at(219)).toEqual([]);
    expect(at(220)).toEqual([0, 1]);
    expect(at(340)).toEqual([0, 1, 2]);
    expect(at(1000)).toEqual([0, 1, 2, 3]);
  });

  it('is, where rollups are made, windows of which all is too old', () => {
    const late = [runOf(0, 0, 120, 20), runOf(1, 120, 240)];
    const at = (nowMs: number, rollsUp: boolean) =>
      plan(late, { nowMs, rollsUp, keptMs: new Map([[0, 100]]) });
    expect(at(121, false)).toEqual([0]);
    expect(at(219, true)).toEqual([]);
    expect(at(220, true)).toEqual([0]);
  });

  it('is the oldest until the rest is small enough, but for the newest', () => {
    const to = (sizeBytesMax: number) => plan(runs, { sizeBytesMax });
    expect(to(400)).toEqual([]);
    expect(to(399)).toEqual([0, 1]);
    expect(to(199)).toEqual([0, 1, 2]);
    expect(to(0)).toEqual([0, 1, 2]);
  });

  it('is of each resolution by itself, for their size the finest first', () => {
    const both = [...runs, runOf(4, -240, -120, -121, 1), runOf(5, -120, 0, -1, 1), runOf(6, -240, 0, -1, 2)];
    expect(plan(both, { nowMs: 0, keptMs: new Map([[1, 100]]) })).toEqual([4]);
    expect(plan(both, { sizeBytesMax: 400 })).toEqual([0, 1, 2]);
    expect(plan(both, { sizeBytesMax: 399 })).toEqual([0, 1, 2, 4]);
    expect(plan(both, { sizeBytesMax: 0 })).toEqual([0, 1, 2, 4]);
  });
});
