import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Labels, Matcher, WriteBatch } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { DAY_MS, DEFAULTS, HOUR_MS } from './limits.js';
import { openStore, type Store } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import { batchByReference, EVER, NEVER_ABORTED, selectAll } from './storeFixture.suite.js';

/** Series that are replaced each day; the limit is that many days of them, which is the default at full scale. */
const PER_DAY = process.env.TEST_SCALE === 'full' ? 100_000 : 1000;
const LIMIT = (DEFAULTS.limits.indexedSeries / 100_000) * PER_DAY;
const DAYS = 30;
const RAW_DAYS = 15;
const SCRAPES_MS = [0, 6, 12, 18].map((hour) => hour * HOUR_MS);
const START_MS = Math.floor(1_700_000_000_000 / DAY_MS) * DAY_MS;

describe('series that are replaced every day', () => {
  it('leave the index as large as the limit says, are all accounted for and answered for', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'tinyobs-churn-'));
    const events: StoreEvent[] = [];
    let nowMs = START_MS;
    const open = () =>
      openStore({
        dataDir,
        durability: 'os',
        now: () => nowMs,
        limits: { indexedSeries: LIMIT, seriesPerMetric: PER_DAY },
        retention: { rawMs: RAW_DAYS * DAY_MS, rollup5mMs: 90 * DAY_MS, rollup1hMs: 365 * DAY_MS },
        onEvent: (event) => void events.push(event),
      });
    let store = await open();
    const sizes: number[] = [];
    for (let day = 0; day < DAYS; day++) {
      nowMs = START_MS + day * DAY_MS;
      await writeDay(store, day, (timeMs) => {
        nowMs = timeMs;
      });
      await store.flush();
      nowMs = START_MS + (day + 1) * DAY_MS;
      await store.compact();
      const { series, seriesForgotten, indexBytes } = store.stats();
      expect(series).toBeLessThanOrEqual(LIMIT);
      expect(series + seriesForgotten).toBe((day + 1) * PER_DAY);
      sizes.push(indexBytes);
    }
    const { series, seriesForgotten, seriesStripped, samplesRefused } = store.stats();
    expect(samplesRefused).toBe(0);
    expect(series).toBeGreaterThanOrEqual(RAW_DAYS * PER_DAY);
    expect(seriesStripped).toBe(seriesForgotten);
    expect(sumOf(events, 'forgotten')).toBe(seriesForgotten);
    expect(sumOf(events, 'rollups_dropped')).toBe(seriesStripped);
    // Full after 20 days, and then forgetting: what was of those that are gone serves others.
    expect(sizes[29]).toBeLessThan(1.02 * sizes[23]);
    await expectAnswers(store, series);
    await store.close();
    store = await open();
    expect(store.stats().series).toBe(series);
    expect(store.stats().indexBytes).toBeLessThanOrEqual(sizes[29]);
    await expectAnswers(store, series);
    await store.close();
    await rm(dataDir, { recursive: true });
  }, 3_600_000);
});

/** Samples of the series of a day, all of them at each scrape. */
async function writeDay(store: Store, day: number, setNow: (timeMs: number) => void): Promise<void> {
  const batch = new WriteBatch();
  const { numbering } = store;
  for (let i = 0; i < PER_DAY; i++) {
    const series = batch.addSeries(
      Labels.fromObject({ __name__: `m${day % 7}`, day: String(day), i: String(i) }),
    );
    batch.addSample(series, START_MS + day * DAY_MS, sampleOf(day, i), i);
  }
  for (const scrapeMs of SCRAPES_MS) {
    const timeMs = START_MS + day * DAY_MS + scrapeMs;
    setNow(timeMs);
    const samples = Array.from({ length: PER_DAY }, (_, i) => ({
      reference: batch.references[i],
      timeMs,
      value: sampleOf(day, i),
    }));
    const verdicts = await store.append(scrapeMs === 0 ? batch : batchByReference(samples, numbering));
    expect(verdicts.accepted).toBe(PER_DAY);
  }
}

/** All samples of the last days are there, older series as far as they are indexed, the youngest before all others. */
async function expectAnswers(store: Store, series: number): Promise<void> {
  const wholeDays = Math.floor(series / PER_DAY);
  const partOfDay = series % PER_DAY;
  for (let day = 0; day < DAYS; day++) {
    const ids = await store.series([[new Matcher('day', '=', String(day))]], EVER, 0, NEVER_ABORTED);
    const isKept = day >= DAYS - wholeDays;
    expect(ids.length).toBe(isKept ? PER_DAY : day === DAYS - wholeDays - 1 ? partOfDay : 0);
  }
  const one = [new Matcher('day', '=', String(DAYS - 3)), new Matcher('i', '=', '7')];
  const found = await selectAll(store, one);
  expect(Object.keys(found)).toEqual([`m${(DAYS - 3) % 7}{day="${DAYS - 3}", i="7"}`]);
  expect(Object.values(found)[0]).toHaveLength(SCRAPES_MS.length);
}

function sampleOf(day: number, i: number): number {
  return day * 1000 + (i % 1000);
}

function sumOf(events: readonly StoreEvent[], type: 'forgotten' | 'rollups_dropped'): number {
  return events.reduce((sum, event) => sum + (event.type === type ? event.series : 0), 0);
}
