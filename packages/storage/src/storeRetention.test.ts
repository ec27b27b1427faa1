import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matcher } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { openDiskStore } from './kv/diskStore.js';
import { EVERYTHING, walRangeBefore } from './kv/keys.js';
import type { KeyValueStore } from './kv/keyValueStore.js';
import { openMemoryStore } from './kv/memoryStore.js';
import { DAY_MS } from './limits.js';
import { openStore } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import {
  batchOf,
  EVER,
  entriesOf,
  expectedOf,
  NEVER_ABORTED,
  type Sample,
  selectAll,
} from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';

const START_MS = Math.floor(1_700_000_000_000 / DAY_MS) * DAY_MS;
const sampleAt = (days: number, job = 'x', value = days + 0.5): Sample => ({
  labels: { __name__: 'm', job },
  timeMs: START_MS + days * DAY_MS,
  value,
});

async function setUp(retention: StoreOptions['retention'], over?: KeyValueStore) {
  const kv = over ?? (await openMemoryStore());
  const clock = { nowMs: START_MS };
  const events: StoreEvent[] = [];
  const onEvent = (event: StoreEvent) => void events.push(event);
  const store = await openStore({ kv, now: () => clock.nowMs, retention, onEvent });
  return { kv, clock, events, store };
}

describe('raw retention', () => {
  it('drops windows when all of them is too old, and refuses samples that are too old already', async () => {
    const { kv, clock, events, store } = await setUp({ rawMs: 3 * DAY_MS });
    const samples: Sample[] = [];
    for (let day = 0; day < 6; day++) {
      clock.nowMs = START_MS + day * DAY_MS;
      const some = [sampleAt(day), sampleAt(day, 'y')];
      await store.append(batchOf(some));
      await store.flush();
      samples.push(...some);
    }
    await store.compact();
    const kept = samples.filter(({ timeMs }) => timeMs >= clock.nowMs - 3 * DAY_MS);
    expect(await selectAll(store)).toEqual(expectedOf(kept));
    expect(store.stats()).toMatchObject({ runs: 4, runsDropped: 2 });
    expect(await entriesOf(kv, 'b/')).toHaveLength(4);
    expect(events.filter(({ type }) => type === 'expired')).toMatchObject([
      { samples: 2, durationMs: expect.any(Number) },
      { samples: 2, durationMs: expect.any(Number) },
    ]);
    const verdicts = await store.append(batchOf([sampleAt(1.9, 'new'), sampleAt(2.1)]));
    expect(verdicts).toEqual({
      accepted: 1,
      exemplars: 0,
      refusedRows: [0],
      refusedCodes: ['sample_too_old'],
    });
    expect(store.stats().series).toBe(2);
    await store.close();
  });

  it('keeps everything when there is none', async () => {
    const { store } = await setUp(undefined);
    await store.append(batchOf([sampleAt(-19_000), sampleAt(0)]));
    await store.flush();
    await store.compact();
    expect(await selectAll(store)).toEqual(expectedOf([sampleAt(-19_000), sampleAt(0)]));
    await store.close();
  });
});

describe('retention by matchers', () => {
  it('is in force for answers at once, and in blocks with the next compaction', async () => {
    const rule = { matchers: [new Matcher('job', '=', 'debug')], ms: DAY_MS };
    const { kv, clock, store } = await setUp({ byMatchers: [rule] });
    const samples = [0, 0.5, 1].flatMap((day) => [sampleAt(day), sampleAt(day, 'debug')]);
    await store.append(batchOf(samples));
    clock.nowMs = START_MS + 1.7 * DAY_MS;
    const kept = samples.filter(({ labels, timeMs }) => labels.job === 'x' || timeMs === START_MS + DAY_MS);
    expect(await selectAll(store)).toEqual(expectedOf(kept));
    const range = { minMs: START_MS, maxMs: START_MS + DAY_MS / 2 };
    expect(await store.labelValues('job', [], range, 0, NEVER_ABORTED)).toEqual(['x']);
    await store.flush();
    expect(await selectAll(store)).toEqual(expectedOf(kept));
    await store.compact();
    expect(store.stats().blockSamples).toBe(4);
    clock.nowMs = START_MS + 3 * DAY_MS;
    await store.compact();
    expect(store.stats().blockSamples).toBe(3);
    expect(await selectAll(store)).toEqual(expectedOf(samples.filter(({ labels }) => labels.job === 'x')));
    const { compactions } = store.stats();
    await store.compact();
    expect(store.stats().compactions).toBe(compactions);
    await store.close();
    await kv.close();
  });
});

describe('retention by size', () => {
  it('drops the oldest windows until the rest is small enough, never the newest', async () => {
    const { store } = await setUp({ sizeBytesMax: 9000 });
    const samples: Sample[] = [];
    for (let day = 0; day < 5; day++) {
      const some = Array.from({ length: 400 }, (_, i) =>
        sampleAt(day + i / 20_000, 'x', Math.sin(i * 7 + day)),
      );
      await store.append(batchOf(some));
      await store.flush();
      samples.push(...some);
    }
    await store.compact();
    const { blockBytes, minTimeMs, runsDropped } = store.stats();
    expect(blockBytes).toBeLessThanOrEqual(9000);
    expect(runsDropped).toBeGreaterThan(0);
    expect(await selectAll(store)).toEqual(
      expectedOf(samples.filter(({ timeMs }) => timeMs >= (minTimeMs ?? 0))),
    );
    await store.close();
    const { store: small } = await setUp({ sizeBytesMax: 1 });
    await small.append(batchOf(samples.slice(-400)));
    await small.flush();
    await small.compact();
    expect(await selectAll(small)).toEqual(expectedOf(samples.slice(-400)));
    await small.close();
  });

  it('gives the space of write-ahead records back whose samples are in blocks', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tinyobs-retention-'));
    const kv = await openDiskStore({ dataDir });
    const { store } = await setUp({}, kv);
    const random = (i: number) => Math.sin(i * 12.9898) * 43758.5453;
    // More than LevelDB keeps in memory, so that some of it is in tables.
    for (let from = 0; from < 1_000_000; from += 20_000) {
      const samples = Array.from({ length: 20_000 }, (_, i) =>
        sampleAt(from / 2e7, `j${i}`, random(from + i)),
      );
      await store.append(batchOf(samples));
    }
    await store.flush();
    const records = walRangeBefore(store.stats().commits);
    expect(await kv.approximateSize(records)).toBeGreaterThan(1_000_000);
    await store.compact();
    expect(await kv.approximateSize(records)).toBeLessThan(10_000);
    await store.close();
    await rm(dataDir, { recursive: true });
  }, 120_000);

  it('gives space back to the disk', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tinyobs-retention-'));
    const kv = await openDiskStore({ dataDir });
    const { clock, store } = await setUp({ rawMs: DAY_MS }, kv);
    const random = (i: number) => Math.sin(i * 12.9898) * 43758.5453;
    const samples = Array.from({ length: 200_000 }, (_, i) =>
      sampleAt((i % 1000) / 20_000, `j${i % 200}`, random(i)),
    );
    for (let i = 0; i < samples.length; i += 20_000)
      await store.append(batchOf(samples.slice(i, i + 20_000)));
    await store.flush();
    await kv.compactRange(EVERYTHING);
    const before = await kv.approximateSize(EVERYTHING);
    clock.nowMs = START_MS + 3 * DAY_MS;
    await store.append(batchOf([sampleAt(3)]));
    await store.flush();
    await store.compact();
    expect(await selectAll(store)).toEqual(expectedOf([sampleAt(3)]));
    expect(before).toBeGreaterThan(50_000);
    expect(await kv.approximateSize(EVERYTHING)).toBeLessThan(before / 10);
    expect(await store.series([], EVER, 0, NEVER_ABORTED)).toHaveLength(1);
    await store.close();
    await rm(dataDir, { recursive: true });
  });
});
