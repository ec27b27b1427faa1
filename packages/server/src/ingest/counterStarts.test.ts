import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Labels, NO_ROW, WriteBatch } from '@tinyobs/model';
import { openStore, type Store } from '@tinyobs/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CounterStarts } from './counterStarts.js';

const NOW_MS = 1_795_229_706_898;
const DAY_MS = 24 * 3_600_000;

/** A sample of a series that says when it began, in ms before or after now. */
type Started = readonly [name: string, startMs: number, timeMs: number, value?: number | 'stale'];

describe('the starts of counters', () => {
  let dataDir: string;
  let store: Store;
  let starts: CounterStarts;
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-starts-'));
    store = await openStore({ dataDir, limits: { seriesPerMetric: 1 } });
    starts = new CounterStarts({ sizeBytesMax: 12 * 1024 });
  });
  afterEach(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  const batchOf = (samples: readonly Started[]) => {
    const batch = new WriteBatch();
    samples.forEach(([name, startMs, timeMs, value = 7], row) => {
      const series = batch.addSeries(Labels.fromObject({ __name__: name }));
      batch.addStart(series, NOW_MS + startMs);
      if (value === 'stale') batch.addStaleMarker(series, NOW_MS + timeMs, row);
      else batch.addSample(series, NOW_MS + timeMs, value, row);
    });
    return batch;
  };

  /** Writes samples as the funnel does; the starts that were stored with them. */
  const write = async (...samples: readonly Started[]) => {
    const batch = batchOf(samples);
    const kept = starts.choose(batch, store);
    const stored = startsIn(batch);
    expect(kept).toBe(stored.length);
    await store.append(batch);
    starts.note(batch);
    return stored;
  };

  it('are stored with a new series, and not when they are repeated', async () => {
    expect(await write(['a', -100, 0], ['b', -90, 0])).toEqual(['a -100', 'b -90']);
    expect(await write(['a', -100, 10], ['b', -90, 10], ['c', 0, 10])).toEqual(['c 0']);
    expect(await write(['a', -100, 0], ['b', -90, 0])).toEqual([]);
  });

  it('are stored when what counts has begun anew behind its latest sample', async () => {
    await write(['a', -100, 0]);
    await write(['a', -100, 50]);
    expect(await write(['a', 60, 70])).toEqual(['a 60']);
    expect(await write(['a', 60, 80])).toEqual([]);
  });

  it('are not stored before samples that are there, whatever clocks say', async () => {
    await write(['a', -100, 50]);
    expect(await write(['a', 49, 60])).toEqual([]);
    expect(await write(['a', -200, -150])).toEqual([]);
  });

  it('are each stored where one batch has several', async () => {
    expect(await write(['a', -100, 0], ['a', -100, 10], ['a', 20, 30])).toEqual(['a -100', 'a -100', 'a 20']);
  });

  it.each([
    ['at the time of the sample', 0, 0, 7],
    ['after it', 5, 0, 7],
    ['more than a day before it', -DAY_MS - 1, 0, 7],
    ['of a stale marker', -100, 0, 'stale'],
  ] as const)('are not stored when they are %s', async (_, startMs, timeMs, value) => {
    expect(await write(['a', startMs, timeMs, value])).toEqual([]);
  });

  it('are not stored without the sample that they were for', async () => {
    const batch = batchOf([
      ['a', -100, 0],
      ['b', -90, 0],
    ]);
    batch.retainSamples((sample) => batch.rows[sample] !== 0);
    expect(starts.choose(batch, store)).toBe(1);
    expect(startsIn(batch)).toEqual(['b -90']);
  });

  it('are not stored for series that the store knows from elsewhere, until they begin anew', async () => {
    const before = new WriteBatch();
    before.addSample(before.addSeries(Labels.fromObject({ __name__: 'a' })), NOW_MS, 1, 0);
    await store.append(before);
    starts.note(before);
    expect(await write(['a', -100, 10])).toEqual([]);
    expect(await write(['a', 20, 30])).toEqual(['a 20']);
  });

  it('are not stored again when the store is opened again', async () => {
    await write(['a', -100, 0]);
    await store.close();
    store = await openStore({ dataDir });
    expect(await write(['a', -100, 10], ['b', -100, 10])).toEqual(['b -100']);
    expect(await write(['a', -100, 20])).toEqual([]);
  });

  it('are stored when a series is let in that was refused before', async () => {
    expect(await write(['a', -100, 0])).toEqual(['a -100']);
    const other = () => {
      const batch = new WriteBatch();
      const series = batch.addSeries(Labels.fromObject({ __name__: 'a', b: 'c' }));
      batch.addStart(series, NOW_MS - 100);
      batch.addSample(series, NOW_MS, 7, 0);
      return batch;
    };
    for (const round of [1, 2]) {
      if (round === 2) store.reconfigure({ limits: { seriesPerMetric: 2 } });
      const batch = other();
      expect(starts.choose(batch, store)).toBe(1);
      expect((await store.append(batch)).accepted).toBe(round === 1 ? 0 : 2);
      starts.note(batch);
    }
    expect(starts.choose(other(), store)).toBe(0);
  });

  it('are remembered of as many series as there are places, of others only that the store knows them', async () => {
    const names = Array.from({ length: 1024 + 8 }, (_, i) => `n${i}`);
    const all = (startMs: number, timeMs: number) =>
      write(...names.map((name): Started => [name, startMs, timeMs]));
    expect(await all(-100, 0)).toHaveLength(names.length);
    // Of eight pairs that share a place, the later one is remembered.
    expect((await all(10, 20)).length).toBe(1024);
  });
});

function startsIn(batch: WriteBatch): string[] {
  return Array.from({ length: batch.sampleCount }, (_, i) => i)
    .filter((i) => batch.rows[i] === NO_ROW)
    .map((i) => `${batch.labelsOf(batch.sampleSeries[i]).metricName} ${batch.times[i] - NOW_MS}`);
}
