import { describe, expect, it } from 'vitest';
import { COMPACTION_GRACE_MS, DAY_MS } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { planCompaction } from './planCompaction.js';

const HOUR_MS = 3_600_000;
const WINDOW_MS = 2 * HOUR_MS;

/** A run of `samples` samples in the window that starts after so many hours. */
function runOf(run: number, hours: number, samples = 100, widthMs = WINDOW_MS): Manifest {
  const windowMs = hours * HOUR_MS;
  return {
    id: { resolution: 0, windowMs, run, generation: 0 },
    windowEndMs: windowMs + widthMs,
    minMs: windowMs,
    maxMs: windowMs,
    samples,
    seriesCount: 1,
    blocks: 1,
    chunks: 1,
    blockSum: 0,
    chunkSum: 0,
    sizeBytes: samples,
    deletedSeq: 0,
    series: Uint8Array.of(0, 1),
  };
}

function plan(runs: Manifest[], nowHours: number, eager = false) {
  const nowMs = nowHours * HOUR_MS + COMPACTION_GRACE_MS;
  return planCompaction(runs, { nowMs, windowMs: WINDOW_MS, eager }).map(
    ({ inputs, windowMs, windowEndMs }) => ({
      runs: inputs.map(({ id }) => id.run),
      window: [windowMs / HOUR_MS, windowEndMs / HOUR_MS],
    }),
  );
}

describe('what is to be compacted', () => {
  it('is nothing while an open window has few runs', () => {
    expect(plan([runOf(0, 0), runOf(1, 0), runOf(2, 0)], 1)).toEqual([]);
  });

  it('is four runs of similar size of an open window, not the large one before them', () => {
    const runs = [runOf(0, 0, 1000), ...[1, 2, 3, 4].map((run) => runOf(run, 0))];
    expect(plan(runs, 1)).toEqual([{ runs: [1, 2, 3, 4], window: [0, 2] }]);
  });

  it('is a stretch behind a small last run, and everything when there are too many', () => {
    const runs = [0, 1, 2, 3].map((run) => runOf(run, 0));
    expect(plan([...runs, runOf(4, 0, 1)], 1)).toEqual([{ runs: [0, 1, 2, 3], window: [0, 2] }]);
    const falling = Array.from({ length: 12 }, (_, run) => runOf(run, 0, 3 ** (12 - run)));
    expect(plan(falling.slice(0, 11), 1)).toEqual([]);
    expect(plan(falling, 1)[0].runs).toHaveLength(12);
  });

  it('is a whole window when it is closed, unless the rest is not worth it', () => {
    expect(plan([runOf(0, 0), runOf(1, 0)], 2)).toEqual([{ runs: [0, 1], window: [0, 2] }]);
    expect(plan([runOf(0, 0), runOf(1, 0, 5)], 2)).toEqual([]);
    expect(plan([runOf(0, 0), runOf(1, 0, 5)], 2, true)).toEqual([{ runs: [0, 1], window: [0, 2] }]);
  });

  it('is a whole day when it is over', () => {
    const runs = Array.from({ length: 12 }, (_, i) => runOf(i, 2 * i));
    expect(plan(runs, 23)).toEqual([]);
    expect(plan(runs, 24)).toEqual([{ runs: runs.map(({ id }) => id.run), window: [0, 24] }]);
    expect(plan([runOf(3, 4)], 24, true)).toEqual([]);
  });

  it('never parts the runs of one flush', () => {
    const flushes = Array.from({ length: 60 }, (_, run) =>
      Array.from({ length: 12 }, (_, i) => runOf(run, 2 * i)),
    ).flat();
    const [{ runs }] = plan(flushes, 24);
    expect(runs.length % 12).toBe(0);
    expect(runs.length).toBeGreaterThan(200);
    expect(runs.length).toBeLessThan(flushes.length);
  });

  it('leaves a window alone while a wider run stands between its runs in time of writing', () => {
    const wide = runOf(1, 0, 100, DAY_MS);
    expect(plan([runOf(0, 2), wide, runOf(2, 2)], 1, true)).toEqual([]);
    expect(plan([wide, runOf(2, 2), runOf(3, 2)], 1, true)).toEqual([{ runs: [2, 3], window: [2, 4] }]);
  });
});
