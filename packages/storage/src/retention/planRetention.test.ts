import { describe, expect, it } from 'vitest';
import type { Manifest } from '../manifest/manifest.js';
import { planRetention } from './planRetention.js';

/** A run of 100 bytes in the window from `from` to `to`, with a sample at its end. */
function runOf(run: number, from: number, to: number, maxMs = to - 1): Manifest {
  return {
    id: { resolution: 0, windowMs: from, run, generation: 0 },
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

const numbers = (runs: readonly Manifest[]) => runs.map(({ id }) => id.run).sort((a, b) => a - b);

describe('what retention drops', () => {
  const runs = [runOf(0, 0, 20), runOf(1, 0, 120), runOf(2, 120, 240), runOf(3, 240, 360)];

  it('is nothing without limits', () => {
    expect(planRetention(runs, { nowMs: 1e9, rawMs: undefined, sizeBytesMax: undefined })).toEqual([]);
  });

  it('is what is too old, windows that overlap as one', () => {
    const plan = (nowMs: number) =>
      numbers(planRetention(runs, { nowMs, rawMs: 100, sizeBytesMax: undefined }));
    expect(plan(219)).toEqual([]);
    expect(plan(220)).toEqual([0, 1]);
    expect(plan(340)).toEqual([0, 1, 2]);
    expect(plan(1000)).toEqual([0, 1, 2, 3]);
  });

  it('is the oldest until the rest is small enough, but for the newest', () => {
    const plan = (sizeBytesMax: number) =>
      numbers(planRetention(runs, { nowMs: 0, rawMs: undefined, sizeBytesMax }));
    expect(plan(400)).toEqual([]);
    expect(plan(399)).toEqual([0, 1]);
    expect(plan(199)).toEqual([0, 1, 2]);
    expect(plan(0)).toEqual([0, 1, 2]);
  });
});
