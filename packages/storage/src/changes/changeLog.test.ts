import { Matcher } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../kv/memoryStore.js';
import { openStore } from '../store.js';
import { batchOf, FaultyStore } from '../storeFixture.suite.js';
import type { StoreOptions } from '../storeOptions.js';

const EVERYTHING = [{ minMs: Number.NEGATIVE_INFINITY, maxMs: Number.POSITIVE_INFINITY }];

async function open(options: StoreOptions = {}) {
  const kv = new FaultyStore(await openMemoryStore());
  return { kv, store: await openStore({ kv, ...options }) };
}

function written(name: string, timeMs: number) {
  return batchOf([{ labels: { __name__: name }, timeMs, value: 1 }]);
}

function from(minMs: number) {
  return [{ minMs, maxMs: Number.POSITIVE_INFINITY }];
}

describe('what changed in a store since a mark', () => {
  it('is told by metric, from the lowest time written on', async () => {
    const { store } = await open();
    await store.append(written('a', 1000));
    const first = store.mark();
    expect(store.changedSince(first, ['a'])).toEqual([]);
    await store.append(written('b', 2000));
    await store.append(written('b', 3000));
    const second = store.mark();
    await store.append(written('b', 2500));
    expect(store.changedSince(first, ['a'])).toEqual([]);
    expect(store.changedSince(first, ['never seen'])).toEqual([]);
    expect(store.changedSince(first, ['a', 'b'])).toEqual(from(2000));
    expect(store.changedSince(first, undefined)).toEqual(from(2000));
    expect(store.changedSince(second, ['b'])).toEqual(from(2500));
    expect(store.changedSince(store.mark(), undefined)).toEqual([]);
    await store.close();
  });

  it('includes metrics that were not known then, and series without a metric', async () => {
    const { store } = await open();
    const mark = store.mark();
    await store.append(batchOf([{ labels: { job: 'x' }, timeMs: 5000, value: 1 }]));
    expect(store.changedSince(mark, undefined)).toEqual(from(5000));
    await store.append(written('new', 7000));
    expect(store.changedSince(mark, ['new'])).toEqual(from(7000));
    await store.close();
  });

  it('is what queries see: samples on their way are no change, and those that failed never are', async () => {
    const { kv, store } = await open();
    await store.append(written('a', 1000));
    const mark = store.mark();
    kv.closeGate(() => true);
    const appended = store.append(written('a', 500));
    expect(store.changedSince(mark, ['a'])).toEqual([]);
    kv.openGate();
    await appended;
    expect(store.changedSince(mark, ['a'])).toEqual(from(500));
    const later = store.mark();
    kv.failAfter({ writes: 0, kind: 'failure' });
    await expect(store.append(written('a', 400))).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(store.changedSince(later, undefined)).toEqual([]);
    await store.close();
  });

  it('counts what is deleted, but neither flushes nor compactions', async () => {
    const { store } = await open();
    await store.append(written('a', 1000));
    await store.append(written('b', 1000));
    const mark = store.mark();
    await store.flush();
    await store.append(written('a', 2000));
    await store.deleteSeries([[new Matcher('__name__', '=', 'b')]], { minMs: 300, maxMs: 9000 });
    expect(store.changedSince(mark, ['a'])).toEqual(from(2000));
    expect(store.changedSince(mark, ['b'])).toEqual(from(300));
    const after = store.mark();
    await store.flush();
    await store.compact();
    await store.cleanTombstones();
    expect(store.changedSince(after, undefined)).toEqual([]);
    await store.close();
  });

  it('counts what retention drops, and what expires as time goes by', async () => {
    let nowMs = 100_000;
    const rules = [{ matchers: [new Matcher('job', '=', 'x')], ms: 20_000 }];
    const retention = { rawMs: 50_000, byMatchers: rules };
    const { store } = await open({ now: () => nowMs, windowMs: 10_000, retention });
    await store.append(written('a', 60_000));
    await store.append(written('a', 99_000));
    await store.flush();
    const mark = store.mark();
    nowMs = 125_000;
    expect(store.changedSince(mark, ['a'])).toEqual([{ minMs: 79_999, maxMs: 105_000 }]);
    await store.compact();
    const afterDrop = store.mark();
    expect(store.changedSince(mark, ['a'])).toContainEqual({
      minMs: Number.NEGATIVE_INFINITY,
      maxMs: 60_000,
    });
    expect(store.changedSince(afterDrop, ['a'])).toEqual([]);
    await store.close();
  });

  it('counts the time whose samples become rollups', async () => {
    const MINUTE_MS = 60_000;
    let nowMs = 100 * MINUTE_MS;
    const retention = { rawMs: 30 * MINUTE_MS, rollup5mMs: 300 * MINUTE_MS };
    const { store } = await open({ now: () => nowMs, windowMs: 15 * MINUTE_MS, retention });
    for (const minute of [76, 77, 99]) await store.append(written('a', minute * MINUTE_MS));
    await store.flush();
    const mark = store.mark();
    nowMs = 125 * MINUTE_MS;
    await store.compact();
    expect(store.stats().windowsRolledUp).toBe(1);
    expect(store.changedSince(mark, ['a'])).toEqual([
      { minMs: Number.NEGATIVE_INFINITY, maxMs: 90 * MINUTE_MS },
    ]);
    await store.close();
  });

  it('is everything for the marks of an earlier opening', async () => {
    const { kv, store } = await open();
    const mark = store.mark();
    await store.close();
    await kv.reopen();
    const again = await openStore({ kv });
    expect(again.changedSince(mark, ['a'])).toEqual(EVERYTHING);
    await again.close();
  });
});
