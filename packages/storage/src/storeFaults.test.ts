import { TinyObsError } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from './kv/memoryStore.js';
import { openStore } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import { batchOf, entriesOf, expectedOf, FaultyStore, type Sample, selectAll } from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';

const START_MS = 1_700_000_000_000;
const sampleAt = (offset: number, name = 'm', value = offset + 0.5): Sample => ({
  labels: { __name__: name },
  timeMs: START_MS + offset,
  value,
});
const isBlock = (key: Uint8Array) => key[0] === 'b'.charCodeAt(0);

async function openFaulty(options: StoreOptions = {}) {
  const kv = new FaultyStore(await openMemoryStore());
  const events: StoreEvent[] = [];
  const open = () =>
    openStore({ now: () => START_MS, onEvent: (event) => events.push(event), ...options, kv });
  return { kv, events, open, store: await open() };
}

/** A gate that is opened by hand. */
function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('a write that fails', () => {
  it('shows nothing of the batch, refuses later ones and goes on answering (S1)', async () => {
    const { kv, events, store } = await openFaulty();
    await store.append(batchOf([sampleAt(0)]));
    kv.failure = new Error('IO error: broken');
    await expect(
      store.append(batchOf([sampleAt(0, 'm', 7), sampleAt(1), sampleAt(2, 'new')])),
    ).rejects.toMatchObject({
      code: 'store_write_failed',
    });
    kv.failure = undefined;
    const writes = kv.writes;
    await expect(store.append(batchOf([sampleAt(3)]))).rejects.toMatchObject({ code: 'store_write_failed' });
    await expect(store.flush()).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(kv.writes).toBe(writes);
    expect(await selectAll(store)).toEqual(expectedOf([sampleAt(0)]));
    expect(store.stats()).toMatchObject({ writeFailure: 'store_write_failed', series: 1, headSamples: 1 });
    expect(events.filter(({ type }) => type === 'write_failed')).toHaveLength(1);
    await store.close();
  });

  it('is told apart when the disk is full', async () => {
    const { kv, store } = await openFaulty();
    kv.failure = new TinyObsError('store_full', 'no space left');
    const both = [store.append(batchOf([sampleAt(0)])), store.append(batchOf([sampleAt(1)]))];
    for (const append of both) await expect(append).rejects.toMatchObject({ code: 'store_full' });
    expect(store.stats().writeFailure).toBe('store_full');
    expect(await selectAll(store)).toEqual({});
    await store.close();
  });

  it('may reappear after a reopen when only its sync failed, and never takes an acknowledged sample along', async () => {
    const { kv, open, store } = await openFaulty();
    await store.append(batchOf([sampleAt(0)]));
    kv.syncFailure = new Error('fsync failed');
    await expect(store.append(batchOf([sampleAt(1), sampleAt(1, 'new')]))).rejects.toMatchObject({
      code: 'store_write_failed',
    });
    expect(await selectAll(store)).toEqual(expectedOf([sampleAt(0)]));
    await store.close();
    kv.syncFailure = undefined;
    await kv.reopen();
    const again = await open();
    expect(await selectAll(again)).toEqual(expectedOf([sampleAt(0), sampleAt(1), sampleAt(1, 'new')]));
    await again.append(batchOf([sampleAt(2, 'new')]));
    await again.close();
  });

  it('during a flush loses nothing: the records are replayed, half a run is removed (S2)', async () => {
    const { kv, events, open, store } = await openFaulty();
    const samples = Array.from({ length: 50 }, (_, i) => sampleAt(i));
    await store.append(batchOf(samples));
    kv.gated = isBlock;
    const { opened, open: openGate } = gate();
    kv.gate = opened;
    const flush = store.flush();
    const failed = expect(flush).rejects.toMatchObject({ code: 'store_write_failed' });
    kv.syncFailure = new Error('fsync failed');
    openGate();
    await failed;
    const said = events.filter(({ type }) => type === 'work_failed' || type === 'flushed');
    const error = expect.objectContaining({ code: 'store_write_failed' });
    expect(said).toEqual([{ type: 'work_failed', work: 'flush', durationMs: expect.any(Number), error }]);
    expect(await selectAll(store)).toEqual(expectedOf(samples));
    await store.close();
    kv.syncFailure = undefined;
    await kv.reopen();
    expect((await entriesOf(kv, 'b/')).length).toBe(1);
    const again = await open();
    expect(await entriesOf(kv, 'b/')).toEqual([]);
    expect(await selectAll(again)).toEqual(expectedOf(samples));
    await again.close();
    await kv.reopen();
    const last = await open();
    expect(last.stats()).toMatchObject({ runs: 1, walRecords: 0 });
    expect(await selectAll(last)).toEqual(expectedOf(samples));
    await last.close();
  });
});

describe('a store that cannot keep up', () => {
  it('shows a batch only when its write is kept (S1)', async () => {
    const { kv, store } = await openFaulty();
    const { opened, open } = gate();
    kv.gated = () => true;
    kv.gate = opened;
    const append = store.append(batchOf([sampleAt(0)]));
    expect(await selectAll(store)).toEqual({});
    open();
    await append;
    expect(await selectAll(store)).toEqual(expectedOf([sampleAt(0)]));
    await store.close();
  });

  it('turns appends away when both heads are full, and nothing of them is stored', async () => {
    const { kv, store } = await openFaulty({ headSamplesMax: 10, maxWaitMs: 20 });
    const { opened, open } = gate();
    kv.gated = isBlock;
    kv.gate = opened;
    const samples = Array.from({ length: 20 }, (_, i) => sampleAt(i));
    await store.append(batchOf(samples));
    await expect(store.append(batchOf([sampleAt(99)]))).rejects.toMatchObject({ code: 'store_busy' });
    expect(await selectAll(store)).toEqual(expectedOf(samples));
    open();
    await store.append(batchOf([sampleAt(20)]));
    expect(await selectAll(store)).toEqual(expectedOf([...samples, sampleAt(20)]));
    await store.close();
  });

  it('turns a batch away whole that the heads have room for only a part of', async () => {
    const { kv, store } = await openFaulty({ headSamplesMax: 10, maxWaitMs: 20 });
    const { opened, open } = gate();
    kv.gated = isBlock;
    kv.gate = opened;
    const samples = Array.from({ length: 12 }, (_, i) => sampleAt(i));
    const larger = Array.from({ length: 9 }, (_, i) => sampleAt(12 + i));
    await store.append(batchOf(samples));
    await expect(store.append(batchOf(larger))).rejects.toMatchObject({
      code: 'store_busy',
    });
    expect(await selectAll(store)).toEqual(expectedOf(samples));
    open();
    await store.append(batchOf(larger));
    expect(await selectAll(store)).toEqual(expectedOf([...samples, ...larger]));
    await store.close();
  });

  it('says how much may be stored of a batch that is larger than the heads, and takes it again', async () => {
    const { kv, store } = await openFaulty({ headSamplesMax: 10, maxWaitMs: 20 });
    const { opened, open } = gate();
    kv.gated = isBlock;
    kv.gate = opened;
    const samples = Array.from({ length: 35 }, (_, i) => sampleAt(i));
    await expect(store.append(batchOf(samples))).rejects.toMatchObject({
      code: 'store_busy',
      details: { storedSamplesMax: 20 },
    });
    open();
    await store.append(batchOf(samples));
    expect(await selectAll(store)).toEqual(expectedOf(samples));
    expect(store.stats().overwrites).toBe(0);
    await store.close();
  });

  it('turns appends away that wait behind a slow write, and keeps the one that it carries', async () => {
    const { kv, store } = await openFaulty({ maxWaitMs: 20 });
    const { opened, open } = gate();
    const begun = gate();
    kv.gated = () => {
      begun.open();
      return true;
    };
    kv.gate = opened;
    const carried = store.append(batchOf([sampleAt(0)]));
    await begun.opened;
    const late = store.append(batchOf([sampleAt(1)]));
    // Without a turn of the event loop, in which it might be turned away.
    const sinceMs = performance.now();
    while (performance.now() < sinceMs + 2);
    expect(store.stats().pendingMs).toBeGreaterThanOrEqual(2);
    expect(store.stats().pendingBytes).toBeGreaterThan(0);
    await expect(late).rejects.toMatchObject({ code: 'store_busy' });
    await expect(store.append(batchOf([sampleAt(2)]))).rejects.toMatchObject({ code: 'store_busy' });
    open();
    await carried;
    await store.append(batchOf([sampleAt(3)]));
    expect(store.stats()).toMatchObject({ pendingBytes: 0, pendingMs: 0 });
    expect(await selectAll(store)).toEqual(expectedOf([sampleAt(0), sampleAt(3)]));
    await store.close();
  });

  it('keeps the heads of slow queries readable while it flushes and writes on', async () => {
    const { store } = await openFaulty({ headSamplesMax: 10 });
    const samples = Array.from({ length: 10 }, (_, i) => sampleAt(i));
    await store.append(batchOf(samples));
    const { signal } = new AbortController();
    const range = { minMs: 0, maxMs: 2 * START_MS };
    const slow = store
      .select([], range, { stepMs: 0, rangeMs: 0, func: '', limit: 0 }, signal)
      [Symbol.asyncIterator]();
    const first = await slow.next();
    for (let i = 10; i < 60; i++) await store.append(batchOf([sampleAt(i)]));
    expect(first.value?.lengths[0]).toBe(10);
    expect((await slow.next()).done).toBe(true);
    expect(Object.values(await selectAll(store))[0]).toHaveLength(60);
    await store.close();
  });
});
