import { WriteBatch } from '@tinyobs/model';
import { openMemoryStore, openStore } from '@tinyobs/storage';
import type { Table } from '../report.js';
import { podSeries } from './seriesOfDay.js';

const BATCH_SERIES = 4000;
const NOW_MS = 1_700_000_000_000;

/** Memory that the store keeps for each of many active series. */
export async function knownSeriesBytes(): Promise<Table> {
  const kv = await openMemoryStore();
  const limits = { series: 2_000_000, seriesPerMetric: 2_000_000 };
  const store = await openStore({ kv, limits, now: () => NOW_MS });
  const rows: string[][] = [];
  const batch = new WriteBatch();
  for (let count = 0; count < 1_000_000; ) {
    batch.clear();
    for (let i = 0; i < BATCH_SERIES; i++, count++) {
      batch.addSample(batch.addSeries(podSeries(0, count)), NOW_MS, count, i);
    }
    await store.append(batch);
    if (![100_000, 500_000, 1_000_000].includes(count)) continue;
    const { indexBytes } = store.stats();
    rows.push([count.toLocaleString('en'), (indexBytes / count).toFixed(1)]);
  }
  await store.close();
  return {
    heading: 'Active series of ten labels, nothing forgotten',
    columns: ['series', 'bytes a series of index, cardinality and both heads'],
    rows,
  };
}
