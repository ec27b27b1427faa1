import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WriteBatch, wordsOf } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from './store.js';
import { batchOf, expectedOf, type Sample, selectAll } from './storeFixture.suite.js';

const START_MS = 1_700_000_000_000;
const SAMPLES: readonly Sample[] = ['a', 'b'].map((name, i) => ({
  labels: { __name__: name },
  timeMs: START_MS,
  value: i,
}));

describe('references of series', () => {
  let dataDir: string;
  let store: Store;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'tinyobs-references-'));
    store = await openStore({ dataDir });
  });
  afterEach(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  it('name the series of later batches', async () => {
    const first = batchOf(SAMPLES);
    await store.append(first);
    const later = byReference(first, store.numbering);
    expect(await store.append(later)).toEqual({
      accepted: 2,
      exemplars: 0,
      refusedRows: [],
      refusedCodes: [],
    });
    const expected = expectedOf([
      ...SAMPLES,
      { labels: { __name__: 'b' }, timeMs: START_MS + 1, value: 10 },
      { labels: { __name__: 'a' }, timeMs: START_MS + 2, value: 20 },
    ]);
    expect(await selectAll(store)).toEqual(expected);
    expect(store.stats()).toMatchObject({ series: 2, activeSeries: 2 });
    await store.close();
    store = await openStore({ dataDir });
    expect(await selectAll(store)).toEqual(expected);
  });

  it('are told of the series that are known, before anything is stored', async () => {
    const batch = batchOf(SAMPLES);
    store.identify(batch);
    expect([...batch.references.subarray(0, 2)]).toEqual([0, 0]);
    const known = batchOf([SAMPLES[1]]);
    await store.append(known);
    store.identify(batch);
    expect([...batch.references.subarray(0, 2)]).toEqual([0, known.references[0]]);
    expect(store.stats().series).toBe(1);
    expect((await store.append(batch)).accepted).toBe(2);
    expect(await selectAll(store)).toEqual(expectedOf(SAMPLES));
  });

  it('keep a series active, as its labels do', async () => {
    let nowMs = START_MS;
    await store.close();
    store = await openStore({ dataDir, now: () => nowMs });
    const first = batchOf(SAMPLES);
    await store.append(first);
    nowMs += 2 * 2 * 3_600_000;
    await store.append(byReference(first, store.numbering));
    expect(store.stats().activeSeries).toBe(2);
  });

  it('mean nothing to a store that was opened again, which asks for the batch once more', async () => {
    const first = batchOf(SAMPLES);
    await store.append(first);
    const later = byReference(first, store.numbering);
    await store.close();
    store = await openStore({ dataDir });
    await expect(store.append(later)).rejects.toMatchObject({ code: 'store_busy' });
    expect(await selectAll(store)).toEqual(expectedOf(SAMPLES));
  });

  it('are not given to series that were refused', async () => {
    await store.close();
    store = await openStore({ dataDir, limits: { series: 1, seriesPerMetric: 1 } });
    const batch = batchOf(SAMPLES);
    expect(await store.append(batch)).toMatchObject({ accepted: 1 });
    expect([...batch.references.subarray(0, 2)]).toEqual([1, 0]);
  });
});

/** A sample for each of the two series of a batch, the second first, named by reference. */
function byReference(first: WriteBatch, numbering: object): WriteBatch {
  const batch = new WriteBatch();
  batch.numbering = numbering;
  batch.addKnown({
    references: Uint32Array.of(first.references[1], first.references[0]),
    seriesCount: 2,
    sampleSeries: Uint32Array.of(0, 1),
    times: Float64Array.of(START_MS + 1, START_MS + 2),
    words: wordsOf(Float64Array.of(10, 20)),
    sampleCount: 2,
    firstRow: 0,
  });
  return batch;
}
