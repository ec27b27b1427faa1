import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '@tinyobs/storage';
import type { BenchResult } from '../bench.js';
import type { Say } from '../benchRun.js';
import { folderBytes } from '../folderBytes.js';
import { describeMachine } from '../machine.js';
import { renderReport } from '../report.js';
import { knownSeriesBytes } from './knownSeriesBytes.js';
import { SERIES_PER_DAY, seriesOfDay } from './seriesOfDay.js';

const DAYS = 30;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A midnight. */
const START_MS = 19_675 * DAY_MS;
/** Hours of a day at which each of its series has a sample. */
const SCRAPE_HOURS = [0, 6, 12, 18];
/** Days after which the store is opened again. */
const RESTART_DAYS = [10, 20, 30];

/** What an index of series that are replaced every day takes, with default limits and retention. */
export async function runChurn(say: Say): Promise<BenchResult> {
  say('a million series of ten labels …');
  const known = await knownSeriesBytes();
  const days = await measureDays(say);
  const report = renderReport({
    title: 'Series that are replaced every day',
    machine: describeMachine(),
    command: 'npm run bench -- churn',
    notes: [
      `${SERIES_PER_DAY.toLocaleString('en')} series of ten labels a day, each with ${SCRAPE_HOURS.length} samples on one day and then never again, on a simulated clock: the whole of a day is written, flushed, compacted and put under retention (samples for 15 days, rollups of 5 minutes for 90 days and of an hour for a year) in one go, in one process, \`durability: os\`. \`limits.indexedSeries\` is the default, 2,000,000. “Index bytes” is what the index, the cardinality and the heads keep for series. Processor time is of all of a day, samples and compaction included. RSS holds heads, caches and what V8 has not given back.`,
    ],
    tables: [
      {
        columns: [
          'day',
          'indexed',
          'active',
          'forgotten',
          'rollups dropped',
          'index bytes',
          'RSS',
          'CPU of the day',
          'on disk',
          'opened again',
        ],
        rows: days,
      },
      known,
    ],
  });
  return { report };
}

async function measureDays(say: Say): Promise<string[][]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-bench-'));
  let nowMs = START_MS;
  const open = () =>
    openStore({
      dataDir,
      durability: 'os',
      now: () => nowMs,
      retention: { rawMs: 15 * DAY_MS, rollup5mMs: 90 * DAY_MS, rollup1hMs: 365 * DAY_MS },
    });
  let store = await open();
  const rows: string[][] = [];
  let [forgotten, stripped] = [0, 0];
  for (let day = 0; day < DAYS; day++) {
    const before = process.cpuUsage();
    await writeDay(store, day, (timeMs) => {
      nowMs = timeMs;
    });
    const { activeSeries } = store.stats();
    await store.flush();
    nowMs = START_MS + (day + 1) * DAY_MS;
    await store.compact();
    const { user, system } = process.cpuUsage(before);
    const { series, seriesForgotten, seriesStripped, indexBytes } = store.stats();
    const row = [
      String(day + 1),
      series.toLocaleString('en'),
      activeSeries.toLocaleString('en'),
      (forgotten + seriesForgotten).toLocaleString('en'),
      (stripped + seriesStripped).toLocaleString('en'),
      megabytes(indexBytes),
      megabytes(process.memoryUsage().rss),
      `${((user + system) / 1e6).toFixed(1)} s`,
      megabytes(folderBytes(dataDir)),
      '',
    ];
    if (RESTART_DAYS.includes(day + 1)) {
      forgotten += seriesForgotten;
      stripped += seriesStripped;
      await store.close();
      const started = performance.now();
      store = await open();
      row[9] = `${Math.round(performance.now() - started)} ms, index ${megabytes(store.stats().indexBytes)}`;
    }
    say(row.join(' · '));
    rows.push(row);
  }
  await store.close();
  await rm(dataDir, { recursive: true });
  return rows;
}

async function writeDay(store: Store, day: number, setNow: (timeMs: number) => void): Promise<void> {
  for (const hour of SCRAPE_HOURS) {
    const timeMs = START_MS + day * DAY_MS + hour * HOUR_MS;
    setNow(timeMs);
    for (const batch of seriesOfDay(day, timeMs)) {
      const { refusedRows } = await store.append(batch);
      if (refusedRows.length > 0) throw new Error(`day ${day}: ${refusedRows.length} samples were refused`);
    }
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
