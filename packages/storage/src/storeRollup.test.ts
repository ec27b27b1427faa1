import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Matcher, type RollupChoice, type TimeRange } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { openDiskStore } from './kv/diskStore.js';
import { parseManifestKey } from './kv/keys.js';
import type { KeyValueStore } from './kv/keyValueStore.js';
import { openMemoryStore } from './kv/memoryStore.js';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './limits.js';
import { repairStore } from './repair/repairStore.js';
import { openStore, type Store } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import {
  type Bucket,
  batchOf,
  EVER,
  entriesOf,
  expectedOf,
  FaultyStore,
  NEVER_ABORTED,
  NO_HINTS,
  putRaw,
  type Sample,
  selectAll,
  selectBuckets,
} from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';
import { verifyStore } from './verify/verifyStore.js';

const START_MS = Math.floor(1_700_000_000_000 / (30 * DAY_MS)) * 30 * DAY_MS;
const STALE = '7ff0000000000002';
const FOREVER = Number.POSITIVE_INFINITY;
const RETENTION = { rawMs: DAY_MS, rollup5mMs: FOREVER, rollup1hMs: FOREVER };

const sampleAt = (offsetMs: number, value: Sample['value'], job = 'x'): Sample => ({
  labels: { __name__: 'm', job },
  timeMs: START_MS + offsetMs,
  value,
});

async function setUp(retention: StoreOptions['retention'] = RETENTION, over?: KeyValueStore) {
  const kv = over ?? (await openMemoryStore());
  const clock = { nowMs: START_MS };
  const events: StoreEvent[] = [];
  const onEvent = (event: StoreEvent) => void events.push(event);
  const store = await openStore({ kv: shared(kv), now: () => clock.nowMs, retention, onEvent });
  return { kv, clock, events, store };
}

/** Appends and flushes at the time of the latest sample. */
async function write(store: Store, clock: { nowMs: number }, samples: readonly Sample[]): Promise<void> {
  clock.nowMs = Math.max(clock.nowMs, ...samples.map(({ timeMs }) => timeMs));
  await store.append(batchOf(samples));
  await store.flush();
}

/** Buckets by series, times from the start. */
const bucketsOf = (store: Store, range: TimeRange = EVER, rollups?: RollupChoice) =>
  selectBuckets(store, range, { rollups, originMs: START_MS });

/** How many samples are there, in rollups of one width and raw. */
async function countOf(store: Store, widthMs: number): Promise<number> {
  let count = 0;
  const hints = { ...NO_HINTS, rollups: { maxMs: widthMs, preferredMs: widthMs } };
  for await (const { count: series, lengths, rollups } of store.select([], EVER, hints, NEVER_ABORTED)) {
    for (let i = 0; i < series; i++) {
      count += lengths[i];
      if (!rollups) continue;
      const end = rollups.starts[i] + rollups.lengths[i];
      for (let at = rollups.starts[i]; at < end; at++) count += rollups.counts[at];
    }
  }
  return count;
}

const X = 'm{job="x"}';
const Y = 'm{job="y"}';

describe('rollups', () => {
  it('take the place of a raw window when all of it is past retention', async () => {
    const { clock, store, events } = await setUp();
    const old = [
      sampleAt(0, 1),
      sampleAt(MINUTE_MS, 5),
      sampleAt(2 * MINUTE_MS, 2),
      sampleAt(5 * MINUTE_MS, 3),
      sampleAt(6 * MINUTE_MS, Number.NaN),
      sampleAt(7 * MINUTE_MS, 4),
      sampleAt(8 * MINUTE_MS, STALE),
      sampleAt(9 * MINUTE_MS, STALE),
    ];
    const late = [sampleAt(DAY_MS, 10), sampleAt(DAY_MS + 1, 11)];
    await write(store, clock, old);
    await write(store, clock, late);
    clock.nowMs = START_MS + DAY_MS + 2 * HOUR_MS - 1;
    await store.compact();
    expect(await bucketsOf(store)).toEqual({});
    clock.nowMs++;
    await store.compact();
    const [first, ...others] = (await bucketsOf(store))[X];
    expect(first).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 0]);
    expect(others).toEqual([
      [MINUTE_MS, 5 * MINUTE_MS, 5, 3, 3, 10, 2, 5, 5],
      [6 * MINUTE_MS, 7 * MINUTE_MS, Number.NaN, 4, 2, Number.NaN, 4, 4, 0],
      [8 * MINUTE_MS, 8 * MINUTE_MS, 4, 4, 0, 0, 4, 4, 0],
    ]);
    const hour = await bucketsOf(store, EVER, { maxMs: HOUR_MS, preferredMs: HOUR_MS });
    expect(hour[X].slice(1)).toEqual([
      [MINUTE_MS, 7 * MINUTE_MS, 5, 4, 5, Number.NaN, 2, 5, 5],
      [8 * MINUTE_MS, 8 * MINUTE_MS, 4, 4, 0, 0, 4, 4, 0],
    ]);
    expect(await selectAll(store, [], { minMs: START_MS + DAY_MS, maxMs: EVER.maxMs })).toEqual(
      expectedOf(late),
    );
    expect(events.filter(({ type }) => type === 'rolled_up')).toMatchObject([
      { windowMs: START_MS, windowEndMs: START_MS + 2 * HOUR_MS, samplesBefore: 8 },
    ]);
    expect(store.stats()).toMatchObject({ windowsRolledUp: 1, rollupBacklogWindows: 0, blockSamples: 2 });
    await store.close();
  });

  it('stay after a restart, and refuse samples of their time however long raw retention is then', async () => {
    const { kv, clock, store } = await setUp(RETENTION, await openMemoryStore());
    await write(store, clock, [sampleAt(MINUTE_MS, 1), sampleAt(2 * MINUTE_MS, 3)]);
    await write(store, clock, [sampleAt(2 * DAY_MS, 5)]);
    await store.compact();
    const buckets = await bucketsOf(store);
    expect(buckets[X]).toHaveLength(1);
    await store.close();
    const again = await openStore({ kv: shared(kv), now: () => clock.nowMs, retention: {} });
    expect(await bucketsOf(again)).toEqual(buckets);
    const verdicts = await again.append(batchOf([sampleAt(HOUR_MS, 2), sampleAt(2 * HOUR_MS, 2)]));
    expect(verdicts).toEqual({
      accepted: 1,
      exemplars: 0,
      refusedRows: [0],
      refusedCodes: ['sample_too_old'],
    });
    await again.close();
  });

  it('wait for samples that are in no run yet', async () => {
    const { clock, store } = await setUp();
    await write(store, clock, [sampleAt(MINUTE_MS, 1)]);
    clock.nowMs = START_MS + DAY_MS;
    await store.append(batchOf([sampleAt(3 * MINUTE_MS, 2)]));
    clock.nowMs = START_MS + DAY_MS + 2 * HOUR_MS;
    await store.compact();
    expect(store.stats()).toMatchObject({ windowsRolledUp: 0, rollupBacklogWindows: 1 });
    expect(await store.append(batchOf([sampleAt(4 * MINUTE_MS, 2)]))).toMatchObject({ accepted: 0 });
    await store.flush();
    await store.compact();
    expect((await bucketsOf(store))[X]).toEqual([[MINUTE_MS, 3 * MINUTE_MS, 1, 2, 2, 3, 1, 2, 0]]);
    await store.close();
  });

  it('take the place of what is dropped for its size, also when the rest of the day was merged since', async () => {
    const { clock, store, kv } = await setUp({ ...RETENTION, rawMs: undefined, sizeBytesMax: 1 });
    const hours = (from: number, to: number) =>
      Array.from({ length: 60 * (to - from) }, (_, i) => sampleAt(from * HOUR_MS + i * MINUTE_MS, i));
    await write(store, clock, hours(0, 4));
    await store.compact();
    expect(store.stats().windowsRolledUp).toBe(1);
    await store.close();
    const roomy = await openStore({
      kv: shared(kv),
      now: () => clock.nowMs,
      retention: { ...RETENTION, rawMs: 2 * DAY_MS },
    });
    await write(roomy, clock, hours(4, 24));
    clock.nowMs = START_MS + 1.5 * DAY_MS;
    await roomy.compact();
    expect(roomy.stats()).toMatchObject({ windowsRolledUp: 0 });
    clock.nowMs = START_MS + 3 * DAY_MS;
    await roomy.compact();
    for (const widthMs of [5 * MINUTE_MS, HOUR_MS]) expect(await countOf(roomy, widthMs)).toBe(24 * 60);
    expect(roomy.stats().blockSamples).toBe(0);
    await roomy.close();
  });

  it('become one run of a day, and of 30 days, when those are rolled up to their end', async () => {
    const { clock, store, kv } = await setUp();
    for (let day = 0; day < 31; day++) {
      await write(store, clock, [
        sampleAt(day * DAY_MS, day),
        sampleAt(day * DAY_MS + 5 * HOUR_MS, day, 'y'),
      ]);
      await store.compact();
    }
    clock.nowMs = START_MS + 40 * DAY_MS;
    await store.compact();
    const buckets = await bucketsOf(store);
    const count = await countOf(store, HOUR_MS);
    const runs = (await entriesOf(kv, 'm/m')).map(([key]) => parseManifestKey(key));
    expect(
      runs.filter(({ resolution }) => resolution === 2).map(({ windowMs }) => windowMs - START_MS),
    ).toEqual([0, 30 * DAY_MS, 30 * DAY_MS + 4 * HOUR_MS]);
    expect(runs.filter(({ resolution }) => resolution === 1)).toHaveLength(32);
    expect(buckets[X]).toHaveLength(31);
    expect(count).toBe(62);
    await store.close();
  });

  it('expire each in their own time, and by matchers', async () => {
    const rule = { matchers: [new Matcher('job', '=', 'y')], ms: 3 * DAY_MS };
    const { clock, store } = await setUp({
      rawMs: DAY_MS,
      rollup5mMs: 5 * DAY_MS,
      rollup1hMs: 8 * DAY_MS,
      byMatchers: [rule],
    });
    await write(store, clock, [sampleAt(0, 1), sampleAt(0, 1, 'y')]);
    const at = async (days: number) => {
      clock.nowMs = START_MS + days * DAY_MS;
      await store.compact();
      const fine = Object.keys(await bucketsOf(store, EVER, { maxMs: 5 * MINUTE_MS, preferredMs: 0 }));
      return [fine, Object.keys(await bucketsOf(store))];
    };
    expect(await at(2)).toEqual([
      [X, Y],
      [X, Y],
    ]);
    expect(await at(4)).toEqual([[X], [X]]);
    expect(await at(6)).toEqual([[], [X]]);
    expect(await at(9)).toEqual([[], []]);
    expect(store.stats()).toMatchObject({ runs: 0, rollupBytes: 0 });
    await store.close();
  });

  it('are not made of what would be too old for them, nor where none are asked for', async () => {
    for (const retention of [{ rawMs: DAY_MS }, { rawMs: DAY_MS, rollup5mMs: DAY_MS, rollup1hMs: 0 }]) {
      const { clock, store } = await setUp(retention);
      await write(store, clock, [sampleAt(0, 1)]);
      clock.nowMs = START_MS + 3 * DAY_MS;
      await store.compact();
      expect(store.stats()).toMatchObject({ runs: 0, windowsRolledUp: 0, runsDropped: 1 });
      await store.close();
    }
  });
});

describe('a deletion of what is in rollups', () => {
  it('takes the buckets whole that it touches, at once, when cleaned, and after a restart', async () => {
    const { clock, store, kv } = await setUp();
    const samples = Array.from({ length: 240 }, (_, i) => [
      sampleAt(i * MINUTE_MS, i),
      sampleAt(i * MINUTE_MS, i, 'y'),
    ]);
    await write(store, clock, samples.flat());
    clock.nowMs = START_MS + 3 * DAY_MS;
    await store.compact();
    const before = await bucketsOf(store);
    // The bucket (5m, 10m] wholly, and of (10m, 15m] the first sample.
    const range = { minMs: START_MS + 6 * MINUTE_MS, maxMs: START_MS + 11 * MINUTE_MS };
    expect(await store.deleteSeries([[new Matcher('job', '=', 'y')]], range)).toBe(1);
    const left = before[Y].filter(([firstMs]) => firstMs <= 5 * MINUTE_MS || firstMs > 15 * MINUTE_MS);
    expect(left).toHaveLength(before[Y].length - 2);
    const after = { [X]: before[X], [Y]: left };
    expect(await bucketsOf(store)).toEqual(after);
    await store.cleanTombstones();
    expect(await bucketsOf(store)).toEqual(after);
    expect(store.stats().deletions).toBe(0);
    expect(await countOf(store, HOUR_MS)).toBe(240 + 240 - 60);
    await store.close();
    const again = await openStore({ kv: shared(kv), now: () => clock.nowMs, retention: RETENTION });
    expect(await bucketsOf(again)).toEqual(after);
    await again.close();
  });

  it('before they are made leaves its samples out of them', async () => {
    const { clock, store } = await setUp();
    await write(store, clock, [
      sampleAt(MINUTE_MS, 1),
      sampleAt(2 * MINUTE_MS, 2),
      sampleAt(3 * MINUTE_MS, 3),
    ]);
    const timeMs = START_MS + 2 * MINUTE_MS;
    await store.deleteSeries([[new Matcher('__name__', '=', 'm')]], { minMs: timeMs, maxMs: timeMs });
    clock.nowMs = START_MS + 3 * DAY_MS;
    await store.compact();
    expect((await bucketsOf(store))[X]).toEqual([[MINUTE_MS, 3 * MINUTE_MS, 1, 3, 2, 4, 1, 3, 0]]);
    expect(store.stats().deletions).toBe(0);
    await store.close();
  });
});

describe('a TinyObs before there were rollups', () => {
  it('refuses the folder, by the version of their manifests', async () => {
    const { clock, store, kv } = await setUp();
    await write(store, clock, [sampleAt(0, 1)]);
    await write(store, clock, [sampleAt(4 * DAY_MS, 1)]);
    await store.compact();
    await store.close();
    const versions = (await entriesOf(kv, 'm/m')).map(([key, value]) => [
      parseManifestKey(key).resolution,
      value[0],
    ]);
    expect(versions).toEqual([
      [0, 1],
      [1, 2],
      [2, 2],
    ]);
  });
});

describe('a process that ends while rollups are made', () => {
  it('loses nothing and leaves nothing behind, wherever it ends (S2, S4)', async () => {
    const samples = Array.from({ length: 300 }, (_, i) => sampleAt(i * MINUTE_MS, i % 7, i % 2 ? 'x' : 'y'));
    for (let writes = 0; ; writes++) {
      const kv = await openMemoryStore();
      const faulty = new FaultyStore(kv);
      const { clock, store } = await setUp(RETENTION, faulty);
      await write(store, clock, samples);
      clock.nowMs = START_MS + 3 * DAY_MS;
      faulty.failAfter({ writes, kind: 'failure' });
      const failure = await store.compact().then(
        () => undefined,
        (error: unknown) => error,
      );
      await store.close().catch(() => undefined);
      const again = await openStore({ kv: shared(kv), now: () => clock.nowMs, retention: RETENTION });
      for (const widthMs of [5 * MINUTE_MS, HOUR_MS]) expect(await countOf(again, widthMs)).toBe(300);
      await again.compact();
      for (const widthMs of [5 * MINUTE_MS, HOUR_MS]) expect(await countOf(again, widthMs)).toBe(300);
      expect(again.stats().blockSamples).toBe(0);
      const { blocks } = again.stats();
      expect(await entriesOf(kv, 'b/')).toHaveLength(blocks);
      await again.close();
      if (failure === undefined) {
        expect(writes).toBeGreaterThan(5);
        return;
      }
    }
  });
});

describe('a damaged window of samples', () => {
  it('is dropped without rollups when its time comes, and the others get theirs', async () => {
    const { clock, store, kv, events } = await setUp();
    await write(store, clock, [sampleAt(0, 1)]);
    await write(store, clock, [sampleAt(2 * HOUR_MS, 2)]);
    const [[key, value]] = await entriesOf(kv, 'b/');
    value[0] ^= 1;
    await putRaw(kv, key, value);
    clock.nowMs = START_MS + 3 * DAY_MS;
    await store.compact().catch(() => undefined);
    await store.compact();
    expect(Object.values(await bucketsOf(store)).flat()).toEqual([
      [2 * HOUR_MS, 2 * HOUR_MS, 2, 2, 1, 2, 2, 2, 0],
    ]);
    expect(store.stats()).toMatchObject({ blockSamples: 0, rollupBacklogWindows: 0, runsDropped: 1 });
    expect(events.filter(({ type }) => type === 'corruption')).toHaveLength(1);
    await store.close();
  });
});

describe('a folder with rollups', () => {
  const namesOf = (buckets: Record<string, Bucket[]>) =>
    Object.entries(buckets).flatMap(([series, all]) => all.map((one) => `${series} ${one}`));
  interface Before {
    readonly hours: ReadonlySet<string>;
    readonly fives: ReadonlySet<string>;
  }
  const withFolder = async (test: (dataDir: string, before: Before) => Promise<void>) => {
    const folder = await mkdtemp(join(tmpdir(), 'tinyobs-rollup-'));
    try {
      const dataDir = join(folder, 'store');
      const { clock, store, kv } = await setUp(RETENTION, await openDiskStore({ dataDir }));
      for (let day = 0; day < 31; day++) {
        const samples = Array.from({ length: 240 }, (_, i) =>
          sampleAt(day * DAY_MS + (i * MINUTE_MS) / 2, Math.sin(i), `${i % 40}`),
        );
        clock.nowMs = START_MS + (day + 1) * DAY_MS;
        await store.append(batchOf(samples));
      }
      await store.flush();
      clock.nowMs = START_MS + 40 * DAY_MS;
      await store.compact();
      const hours = await bucketsOf(store, EVER, { maxMs: HOUR_MS, preferredMs: HOUR_MS });
      const before = { hours: new Set(namesOf(hours)), fives: new Set(namesOf(await bucketsOf(store))) };
      await store.close();
      await kv.close();
      await test(dataDir, before);
    } finally {
      await rm(folder, { recursive: true });
    }
  };
  const onProgress = () => undefined;

  it('verifies', async () => {
    await withFolder(async (dataDir) => {
      const findings: unknown[] = [];
      const { isSound } = await verifyStore(dataDir, {
        onFinding: (finding) => findings.push(finding),
        onProgress,
      });
      expect({ isSound, findings }).toEqual({ isSound: true, findings: [] });
    });
  }, 30_000);

  it.each(['block', 'chunk', 'manifest'])(
    'that lost a %s is mended, with whole buckets only',
    async (what) => {
      await withFolder(async (dataDir, before) => {
        const kv = await openDiskStore({ dataDir });
        const prefix = { block: 'b/', chunk: 'c/', manifest: 'm/m' }[what]!;
        const all = await entriesOf(kv, prefix);
        const [first] = all.filter(([key]) => key[prefix.length] === 2);
        await putRaw(kv, first[0], undefined);
        await kv.close();
        const { before: found, repaired } = await repairStore(dataDir, {
          onFinding: () => undefined,
          onProgress,
        });
        expect([found.isSound, repaired?.after.isSound]).toEqual([false, true]);
        const store = await openStore({ dataDir, now: () => START_MS + 40 * DAY_MS, retention: RETENTION });
        const after = await bucketsOf(store, EVER, { maxMs: HOUR_MS, preferredMs: HOUR_MS });
        const kept = namesOf(after);
        const ofHours = kept.filter((one) => before.hours.has(one));
        // Where those of an hour are gone, those of 5 minutes answer.
        expect(kept.filter((one) => !before.hours.has(one) && !before.fives.has(one))).toEqual([]);
        expect(kept.length).toBeGreaterThan(0);
        if (what === 'manifest') expect(ofHours).toHaveLength(before.hours.size);
        await store.close();
      });
    },
    30_000,
  );
});

/** The same database for a second store: closing the first does not end it. */
function shared(kv: KeyValueStore): KeyValueStore {
  return new Proxy(kv, {
    get: (target, name) => {
      if (name === 'close') return () => Promise.resolve();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
