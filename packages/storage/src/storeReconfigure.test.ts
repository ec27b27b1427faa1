import { Matcher } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from './kv/memoryStore.js';
import { DAY_MS } from './limits.js';
import { openStore, type Store } from './store.js';
import { batchOf, expectedOf, type Sample, selectAll } from './storeFixture.suite.js';
import type { ChangeableOptions } from './storeOptions.js';

const START_MS = Math.floor(1_700_000_000_000 / DAY_MS) * DAY_MS;
const EVERYTHING = [{ minMs: Number.NEGATIVE_INFINITY, maxMs: Number.POSITIVE_INFINITY }];
const sampleAt = (days: number, job = 'x', metric = 'm'): Sample => ({
  labels: { __name__: metric, job },
  timeMs: START_MS + days * DAY_MS,
  value: days + 0.5,
});

async function setUp(options: ChangeableOptions = {}) {
  const clock = { nowMs: START_MS };
  const store = await openStore({ kv: await openMemoryStore(), now: () => clock.nowMs, ...options });
  return { clock, store };
}

async function codesOf(store: Store, samples: readonly Sample[]): Promise<readonly string[]> {
  return (await store.append(batchOf(samples))).refusedCodes;
}

describe('limits that change while a store is open', () => {
  it('are in force for the next new series', async () => {
    const { store } = await setUp({ limits: { series: 2 } });
    expect(await codesOf(store, [sampleAt(0, 'a'), sampleAt(0, 'b'), sampleAt(0, 'c')])).toEqual([
      'too_many_series',
    ]);
    store.reconfigure({ limits: { series: 3, seriesPerMetric: 2 } });
    expect(await codesOf(store, [sampleAt(0, 'c')])).toEqual(['too_many_series_per_metric']);
    expect(await codesOf(store, [sampleAt(0, 'c', 'other')])).toEqual([]);
    store.reconfigure({ limits: { series: 1 } });
    expect(await codesOf(store, [sampleAt(0.1, 'a'), sampleAt(0.1, 'd')])).toEqual(['too_many_series']);
    store.reconfigure({});
    expect(await codesOf(store, [sampleAt(0.1, 'd')])).toEqual([]);
    store.reconfigure({ limits: { indexedSeries: 4 } });
    expect(await codesOf(store, [sampleAt(0.1, 'e')])).toEqual(['too_many_series']);
    await store.close();
  });
});

describe('retention that changes while a store is open', () => {
  it('refuses what is too old from now on, drops what is too old by now, and takes more when it is longer', async () => {
    const { clock, store } = await setUp();
    const samples = [0, 1, 2, 3, 4].map((day) => sampleAt(day));
    for (const sample of samples) {
      await store.append(batchOf([sample]));
      await store.flush();
    }
    clock.nowMs = START_MS + 4 * DAY_MS;
    store.reconfigure({ retention: { rawMs: 2.5 * DAY_MS } });
    expect(await codesOf(store, [sampleAt(1.4)])).toEqual(['sample_too_old']);
    await store.compact();
    expect(await selectAll(store)).toEqual(expectedOf(samples.slice(2)));
    store.reconfigure({ retention: { rawMs: 3 * DAY_MS } });
    expect(await codesOf(store, [sampleAt(1.4)])).toEqual([]);
    store.reconfigure({ retention: { sizeBytesMax: 1 } });
    await store.flush();
    await store.compact();
    expect(await selectAll(store)).toEqual(expectedOf(samples.slice(4)));
    await store.close();
  });

  it('drops without being asked to', async () => {
    const { clock, store } = await setUp();
    await store.append(batchOf([sampleAt(0), sampleAt(4)]));
    await store.flush();
    clock.nowMs = START_MS + 4 * DAY_MS;
    store.reconfigure({ retention: { rawMs: DAY_MS } });
    await expect.poll(() => store.stats().runsDropped).toBe(1);
    await store.close();
  });

  it('makes rollups from now on, and drops them when there are to be none', async () => {
    const { clock, store } = await setUp({ retention: { rawMs: 10 * DAY_MS } });
    await store.append(batchOf([sampleAt(0), sampleAt(4)]));
    await store.flush();
    clock.nowMs = START_MS + 5 * DAY_MS;
    const rollups = { rollup5mMs: Number.POSITIVE_INFINITY, rollup1hMs: Number.POSITIVE_INFINITY };
    store.reconfigure({ retention: { rawMs: 2 * DAY_MS, ...rollups } });
    await store.compact();
    expect(store.stats()).toMatchObject({ windowsRolledUp: 1, blockSamples: 1 });
    expect(store.stats().rollupBytes).toBeGreaterThan(0);
    store.reconfigure({ retention: { rawMs: 2 * DAY_MS, rollup5mMs: 0, rollup1hMs: 0 } });
    await store.compact();
    expect(store.stats().rollupBytes).toBe(0);
    await store.close();
  });

  it('by matchers is in force for the next answer, which those who keep answers are told', async () => {
    const { clock, store } = await setUp();
    const samples = [sampleAt(0), sampleAt(0, 'debug'), sampleAt(2, 'debug')];
    await store.append(batchOf(samples));
    clock.nowMs = START_MS + 2 * DAY_MS;
    expect(await selectAll(store)).toEqual(expectedOf(samples));
    const rule = (job: string, days: number) => ({
      matchers: [new Matcher('job', '=', job)],
      ms: days * DAY_MS,
    });
    const before = store.mark();
    store.reconfigure({ retention: { byMatchers: [rule('debug', 1)] } });
    expect(store.changedSince(before, ['m'])).toEqual(EVERYTHING);
    expect(await selectAll(store)).toEqual(expectedOf([samples[0], samples[2]]));
    const since = store.mark();
    store.reconfigure({ retention: { byMatchers: [rule('debug', 1)], rawMs: 10 * DAY_MS } });
    expect(store.changedSince(since, ['m'])).toEqual([]);
    // What a rule hides goes for good with the next flush or compaction, so it is sent again once no rule hides it.
    store.reconfigure({ retention: { byMatchers: [rule('x', 1)] } });
    await store.append(batchOf([samples[1]]));
    expect(await selectAll(store)).toEqual(expectedOf(samples.slice(1)));
    store.reconfigure({});
    expect(store.changedSince(since, ['m'])).toEqual(EVERYTHING);
    await store.append(batchOf([samples[0]]));
    expect(await selectAll(store)).toEqual(expectedOf(samples));
    await store.close();
  });
});
