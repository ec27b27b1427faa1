import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Labels, Matcher, WriteBatch } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openServingStore } from './servingStore.js';
import type { StoreEvent } from './storeEvent.js';

describe('a store on a disk that is nearly full', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-serving-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('refuses writes before one fails, says why, and goes on answering', async () => {
    const first = await openServingStore({ dataDir });
    await first.append(batchOf(1));
    await first.close();
    const events: StoreEvent['type'][] = [];
    const store = await openServingStore({
      dataDir,
      minFreeBytes: Number.MAX_SAFE_INTEGER,
      now: () => 1_700_000_000_000,
      onEvent: ({ type }) => events.push(type),
    });
    await expect(store.append(batchOf(2))).rejects.toMatchObject({ code: 'store_full' });
    expect(store.stats().writeFailure).toBe('store_full');
    expect(store.refusal).toMatchObject({ error: { code: 'store_full' }, sinceMs: 1_700_000_000_000 });
    expect(events).toContain('disk_low');
    expect(await valuesIn(store)).toEqual([1]);
    await store.close();
  });

  it('asks for as much room as it is told to while it is open', async () => {
    const store = await openServingStore({ dataDir });
    store.reconfigure({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    await expect.poll(() => store.stats().writeFailure).toBe('store_full');
    await expect(store.append(batchOf(2))).rejects.toMatchObject({ code: 'store_full' });
    store.reconfigure({});
    await expect.poll(() => store.stats().writeFailure).toBeUndefined();
    await store.append(batchOf(3));
    await store.close();
  });

  it('takes writes where there is room', async () => {
    const store = await openServingStore({ dataDir, minFreeBytes: 1 });
    await store.append(batchOf(3));
    expect(store.refusal).toBeUndefined();
    expect(store.freeDiskBytes).toBeGreaterThan(1);
    expect(await valuesIn(store)).toEqual([3]);
    await store.close();
    await store.close();
  });
});

function batchOf(value: number): WriteBatch {
  const batch = new WriteBatch();
  batch.addSample(batch.addSeries(Labels.fromObject({ __name__: 'm' })), Date.now(), value, 0);
  return batch;
}

async function valuesIn(store: Awaited<ReturnType<typeof openServingStore>>): Promise<number[]> {
  const matchers = [new Matcher('__name__', '=', 'm')];
  const range = { minMs: 0, maxMs: Date.now() + 1000 };
  const hints = { stepMs: 0, rangeMs: 0, func: '', limit: 0 };
  const values: number[] = [];
  for await (const batch of store.select(matchers, range, hints, new AbortController().signal)) {
    values.push(...batch.values.subarray(batch.valueStarts[0], batch.valueStarts[0] + batch.lengths[0]));
  }
  return values;
}
