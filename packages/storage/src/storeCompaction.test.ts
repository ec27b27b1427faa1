import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { parseManifestKey } from './kv/keys.js';
import type { KeyValueStore } from './kv/keyValueStore.js';
import { openMemoryStore } from './kv/memoryStore.js';
import { COMPACTION_GRACE_MS, DAY_MS } from './limits.js';
import { openStore, type Store } from './store.js';
import { compactionSuite } from './storeCompaction.suite.js';
import type { StoreEvent, StoreEventHandler } from './storeEvent.js';
import {
  batchOf,
  entriesOf,
  expectedOf,
  FaultyStore,
  putRaw,
  type Sample,
  selectAll,
} from './storeFixture.suite.js';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

compactionSuite('disk', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tinyobs-compaction-'));
  folders.push(dataDir);
  return () => Promise.resolve({ dataDir });
});

compactionSuite('memory', async () => {
  const kv = await openMemoryStore();
  return async () => {
    await kv.reopen();
    return { kv };
  };
});

const DAY_START_MS = Math.floor(1_700_000_000_000 / DAY_MS) * DAY_MS;
const NOW_MS = DAY_START_MS + DAY_MS + COMPACTION_GRACE_MS;

/** Three runs in three windows of a day that is over, overlapping in series and times. */
async function prepared(kv: KeyValueStore): Promise<Sample[]> {
  const store = await openStore({ kv, now: () => DAY_START_MS });
  const written: Sample[] = [];
  for (let run = 0; run < 3; run++) {
    const samples = Array.from({ length: 600 }, (_, i) => ({
      labels: { __name__: 'm', s: String(i % 5) },
      timeMs: DAY_START_MS + ((i * 31 + run) % 6) * 3_600_000 + i,
      value: run * 1000 + i / 7,
    }));
    await store.append(batchOf(samples));
    await store.flush();
    written.push(...samples);
  }
  await store.close();
  return written;
}

const openLate = (kv: KeyValueStore, onEvent?: StoreEventHandler): Promise<Store> =>
  openStore({ kv, now: () => NOW_MS, onEvent });

describe('a compaction that is cut short', () => {
  it('at any write leaves the answers as they were, and nothing behind', async () => {
    for (const kind of ['failure', 'syncFailure'] as const) {
      let isDone = false;
      for (let stop = 0; !isDone; stop++) {
        const kv = new FaultyStore(await openMemoryStore());
        const written = await prepared(kv);
        await kv.reopen();
        const store = await openLate(kv);
        kv.failAfter({ writes: stop, kind });
        isDone = await store.compact().then(
          () => true,
          () => false,
        );
        expect(await selectAll(store)).toEqual(expectedOf(written));
        await kv.close();
        await store.close().catch(() => undefined);
        kv.failAfter(undefined);
        await kv.reopen();
        const again = await openLate(kv);
        expect(await selectAll(again), `${kind} at write ${stop}`).toEqual(expectedOf(written));
        const blocks = (await entriesOf(kv, 'b/')).length;
        expect(blocks).toBe(again.stats().blocks);
        await again.compact();
        expect(again.stats().runs).toBe(1);
        const [[key]] = await entriesOf(kv, 'm/m');
        expect(parseManifestKey(key)).toMatchObject({ windowMs: DAY_START_MS, run: 2, generation: 1 });
        expect(await selectAll(again)).toEqual(expectedOf(written));
        await again.close();
        expect(stop).toBeLessThan(50);
      }
    }
  });

  it('by close is ended soon and taken up again', async () => {
    const kv = await openMemoryStore();
    const written = await prepared(kv);
    await kv.reopen();
    const store = await openLate(kv);
    const compacted = store.compact();
    const closed = store.close();
    await expect(compacted).rejects.toMatchObject({ code: 'store_closed' });
    await closed;
    await kv.reopen();
    const again = await openLate(kv);
    await again.compact();
    expect(again.stats().runs).toBe(1);
    expect(await selectAll(again)).toEqual(expectedOf(written));
    await again.close();
  });
});

describe('a compaction that meets damage', () => {
  it('changes nothing there, says so, and goes on elsewhere (S3, S4)', async () => {
    for (const prefix of ['b/', 'c/']) {
      for (const isGone of [true, false]) {
        const kv = await openMemoryStore();
        await prepared(kv);
        await kv.reopen();
        const [[key, value]] = await entriesOf(kv, prefix);
        const flipped = value.slice();
        flipped[value.length >> 1] ^= 1;
        await putRaw(kv, key, isGone ? undefined : flipped);
        const failed: StoreEvent[] = [];
        const store = await openLate(kv, (event) => event.type === 'work_failed' && failed.push(event));
        const samples = [0, 1].map((i) => ({
          labels: { __name__: 'other' },
          timeMs: NOW_MS - 10 * DAY_MS + i,
          value: i,
        }));
        for (const sample of samples) {
          await store.append(batchOf([sample]));
          await store.flush();
        }
        const { runs } = store.stats();
        await expect(store.compact()).rejects.toMatchObject({ code: 'store_corrupt' });
        expect(store.stats().corruptions).toBeGreaterThan(0);
        const error = expect.objectContaining({ code: 'store_corrupt' });
        expect(failed).toContainEqual(expect.objectContaining({ work: 'compaction', error }));
        expect(store.stats().runs).toBe(runs - 1);
        await store.close();
      }
    }
  });
});

describe('a compaction that is asked for', () => {
  it('ends although samples go on coming and are flushed', async () => {
    const kv = await openMemoryStore();
    const written = await prepared(kv);
    await kv.reopen();
    const store = await openStore({ kv, now: () => NOW_MS, headSamplesMax: 10 });
    let isDone = false;
    const writing = (async () => {
      for (let i = 0; !isDone; i++) {
        const samples = [{ labels: { __name__: 'more' }, timeMs: DAY_START_MS + i, value: i }];
        await store.append(batchOf(samples));
        written.push(...samples);
        // A database in memory answers without a turn of the event loop, which everything else needs.
        await setImmediate();
      }
    })();
    for (let round = 0; round < 5; round++) {
      await store.flush();
      await store.compact();
    }
    isDone = true;
    await writing;
    expect(await selectAll(store)).toEqual(expectedOf(written));
    await store.close();
  });
});
