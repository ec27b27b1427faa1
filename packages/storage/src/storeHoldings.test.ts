import { describe, expect, it } from 'vitest';
import { openMemoryStore } from './kv/memoryStore.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './limits.js';
import { openStore } from './store.js';
import { batchOf, NEVER_ABORTED } from './storeFixture.suite.js';

const START_MS = 1_700_000_000_000 - (1_700_000_000_000 % DAY_MS);

/** An hour of samples of some series of a metric, from a time on. */
function hourOf(metric: string, series: number, fromMs: number) {
  return Array.from({ length: series * 60 }, (_, i) => ({
    labels: { __name__: metric, id: String(i % series) },
    timeMs: fromMs + Math.floor(i / series) * MINUTE_MS,
    value: Math.sin(i),
  }));
}

describe('what takes room', () => {
  it('is told by resolution, age and metric, and adds up', async () => {
    let nowMs = START_MS;
    const store = await openStore({ kv: await openMemoryStore(), now: () => nowMs });
    try {
      const empty = await store.holdings(10, NEVER_ABORTED);
      expect(empty.tiers.map(({ sizeBytes, minMs }) => [sizeBytes, minMs])).toEqual(
        Array.from({ length: 3 }, () => [0, undefined]),
      );
      expect(empty.metrics).toEqual([]);
      await store.append(batchOf([...hourOf('large', 9, START_MS), ...hourOf('small', 3, START_MS)]));
      nowMs += 3 * DAY_MS;
      await store.append(batchOf(hourOf('small', 3, nowMs - HOUR_MS)));
      await store.flush();
      const { tiers, ages, metrics } = await store.holdings(10, NEVER_ABORTED);
      const { blockBytes, blockSamples, runs, minTimeMs, maxTimeMs } = store.stats();
      expect(tiers[0]).toMatchObject({ widthMs: 0, sizeBytes: blockBytes, samples: blockSamples, runs });
      expect(tiers[0]).toMatchObject({ minMs: minTimeMs, maxMs: maxTimeMs });
      expect(tiers.slice(1).map(({ widthMs, runs }) => [widthMs, runs])).toEqual([
        [5 * MINUTE_MS, 0],
        [HOUR_MS, 0],
      ]);
      const raw = ages.map(({ belowMs, sizeBytes }) => [belowMs, sizeBytes[0] > 0]);
      expect(raw).toEqual([
        [6 * HOUR_MS, true],
        [DAY_MS, false],
        [7 * DAY_MS, true],
        [30 * DAY_MS, false],
        [365 * DAY_MS, false],
        [undefined, false],
      ]);
      expect(ages.reduce((sum, { sizeBytes }) => sum + sizeBytes[0], 0)).toBe(blockBytes);
      expect(metrics.map(({ name }) => name)).toEqual(['large', 'small']);
      const total = metrics.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      expect(Math.abs(total - blockBytes)).toBeLessThanOrEqual(metrics.length);
      expect((await store.holdings(1, NEVER_ABORTED)).metrics).toEqual([metrics[0]]);
      expect(store.stats().windowEndMs - nowMs).toBe(2 * HOUR_MS);
    } finally {
      await store.close();
    }
  });
});
