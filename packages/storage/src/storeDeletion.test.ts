import { Matcher } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import type { KeyValueStore } from './kv/keyValueStore.js';
import { openMemoryStore } from './kv/memoryStore.js';
import { DELETION_WAIT_MS_MAX } from './limits.js';
import { openStore } from './store.js';
import {
  batchOf,
  EVER,
  entriesOf,
  expectedOf,
  FaultyStore,
  NEVER_ABORTED,
  type Sample,
  selectAll,
} from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';

const START_MS = 1_700_000_000_000;
const sampleAt = (offset: number, job = 'x', value = offset): Sample => ({
  labels: { __name__: 'm', job },
  timeMs: START_MS + offset,
  value,
});
const job = (value: string) => [new Matcher('job', '=', value)];

async function openOver(kv: KeyValueStore, options: StoreOptions = {}) {
  return openStore({ now: () => START_MS, ...options, kv });
}

describe('a deletion', () => {
  it('takes away what was written to the series in the range, in heads and blocks, and nothing else', async () => {
    const store = await openOver(await openMemoryStore());
    const inBlocks = [0, 1, 2, 3].flatMap((i) => [sampleAt(i), sampleAt(i, 'y')]);
    await store.append(batchOf(inBlocks));
    await store.flush();
    const inHead = [4, 5].flatMap((i) => [sampleAt(i), sampleAt(i, 'y')]);
    await store.append(batchOf(inHead));
    const range = { minMs: START_MS + 1, maxMs: START_MS + 4 };
    expect(await store.deleteSeries([job('x'), job('none')], range)).toBe(1);
    const kept = [...inBlocks, ...inHead].filter(
      ({ labels, timeMs }) => labels.job !== 'x' || timeMs < range.minMs || timeMs > range.maxMs,
    );
    expect(await selectAll(store)).toEqual(expectedOf(kept));
    await store.close();
  });

  it('does not touch what is written later to the same series', async () => {
    const kv = await openMemoryStore();
    const store = await openOver(kv);
    await store.append(batchOf([sampleAt(0), sampleAt(1)]));
    await store.deleteSeries([job('x')], EVER);
    expect(await selectAll(store)).toEqual({});
    const later = [sampleAt(1, 'x', 7), sampleAt(2)];
    await store.append(batchOf(later));
    expect(await selectAll(store)).toEqual(expectedOf(later));
    await store.flush();
    await store.compact();
    expect(await selectAll(store)).toEqual(expectedOf(later));
    expect(store.stats()).toMatchObject({ deletions: 0, blockSamples: 2 });
    await store.close();
  });

  it('is there after a crash, and parts what came before it from what came after', async () => {
    const kv = new FaultyStore(await openMemoryStore());
    let store = await openOver(kv);
    const crash = async (headSamplesMax: number) => {
      await kv.close();
      kv.openGate();
      await store.close().catch(() => undefined);
      await kv.reopen();
      store = await openOver(kv, { headSamplesMax });
    };
    for (let i = 0; i < 25; i++) await store.append(batchOf([sampleAt(i)]));
    // The head that the deletion seals does not get into blocks before the crash.
    kv.closeGate((key) => key[0] === 'b'.charCodeAt(0));
    await store.deleteSeries([job('x')], EVER);
    const later = [sampleAt(3), sampleAt(30)];
    await store.append(batchOf(later));
    expect(await selectAll(store)).toEqual(expectedOf(later));
    // Smaller heads: what the deletion covers is flushed in more runs than it was meant to be.
    for (const headSamplesMax of [10, 1000]) {
      await crash(headSamplesMax);
      expect(await selectAll(store)).toEqual(expectedOf(later));
    }
    expect(store.stats().flushes + store.stats().runs).toBeGreaterThan(2);
    await store.flush();
    await store.cleanTombstones();
    await crash(1000);
    expect(await selectAll(store)).toEqual(expectedOf(later));
    expect(await entriesOf(kv, 't/')).toEqual([]);
    await store.close();
  });

  it('is carried out by cleaning, which forgets it and shrinks what it touched', async () => {
    const kv = await openMemoryStore();
    const store = await openOver(kv);
    await store.append(batchOf([0, 1, 2].flatMap((i) => [sampleAt(i), sampleAt(i, 'y')])));
    await store.flush();
    await store.append(batchOf([sampleAt(9, 'y')]));
    await store.flush();
    await store.deleteSeries([job('x')], EVER);
    expect(await entriesOf(kv, 't/')).toHaveLength(1);
    expect(store.stats()).toMatchObject({ deletions: 1, blockSamples: 7, runs: 2 });
    await store.cleanTombstones();
    expect(store.stats()).toMatchObject({ deletions: 0, blockSamples: 4, runs: 2, compactions: 1 });
    expect(await entriesOf(kv, 't/')).toEqual([]);
    expect(Object.keys(await selectAll(store))).toHaveLength(1);
    await store.deleteSeries([job('y')], EVER);
    await store.cleanTombstones();
    expect(store.stats()).toMatchObject({ deletions: 0, blocks: 0, runs: 0 });
    expect(await entriesOf(kv, 'b/')).toEqual([]);
    await store.close();
  });

  it('is carried out without being asked for after a day, in runs that nothing else rewrites', async () => {
    let nowMs = START_MS;
    let compacted = () => {};
    const store = await openStore({
      kv: await openMemoryStore(),
      now: () => nowMs,
      onEvent: ({ type }) => type === 'compacted' && compacted(),
    });
    const flushOne = async (offset: number) => {
      await store.append(batchOf([sampleAt(offset), sampleAt(offset, 'y')]));
      await store.flush();
    };
    await flushOne(0);
    await store.deleteSeries([job('x')], EVER);
    nowMs += DELETION_WAIT_MS_MAX / 2;
    await flushOne(DELETION_WAIT_MS_MAX / 2);
    expect(store.stats()).toMatchObject({ deletions: 1, blockSamples: 4 });
    nowMs += DELETION_WAIT_MS_MAX;
    const carriedOut = new Promise<void>((resolve) => {
      compacted = resolve;
    });
    await flushOne(1.5 * DELETION_WAIT_MS_MAX);
    await carriedOut;
    await store.close();
    expect(store.stats()).toMatchObject({ deletions: 0, blockSamples: 5 });
  });

  it('hides series from label queries when nothing of them is left', async () => {
    const store = await openOver(await openMemoryStore());
    await store.append(batchOf([sampleAt(0), sampleAt(0, 'y')]));
    await store.flush();
    await store.append(batchOf([sampleAt(1), sampleAt(1, 'y')]));
    await store.deleteSeries([job('x')], EVER);
    for (let round = 0; round < 2; round++) {
      expect(await store.labelValues('job', [], EVER, 0, NEVER_ABORTED)).toEqual(['y']);
      expect(await store.series([], EVER, 0, NEVER_ABORTED)).toHaveLength(1);
      await store.flush();
    }
    await store.append(batchOf([sampleAt(2)]));
    expect(await store.labelValues('job', [], EVER, 0, NEVER_ABORTED)).toEqual(['x', 'y']);
    await store.close();
  });

  it('that is not written is not in force', async () => {
    const kv = new FaultyStore(await openMemoryStore());
    const store = await openOver(kv);
    await store.append(batchOf([sampleAt(0)]));
    kv.failure = new Error('IO error: broken');
    await expect(store.deleteSeries([job('x')], EVER)).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(await selectAll(store)).toEqual(expectedOf([sampleAt(0)]));
    await store.close();
    await expect(store.deleteSeries([job('x')], EVER)).rejects.toMatchObject({ code: 'store_closed' });
    await expect(store.cleanTombstones()).rejects.toMatchObject({ code: 'store_closed' });
  });

  it('of nothing is not logged', async () => {
    const kv = await openMemoryStore();
    const store = await openOver(kv);
    expect(await store.deleteSeries([job('x')], EVER)).toBe(0);
    expect(await store.deleteSeries([], EVER)).toBe(0);
    expect(await entriesOf(kv, 't/')).toEqual([]);
    await store.close();
  });
});
