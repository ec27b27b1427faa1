import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type StoreEvent } from '@tinyobs/storage';
import type { RealTarget } from '../realScrapes.js';
import type { Table } from '../report.js';
import { realBatches } from './realDay.js';
import { storedKinds } from './storedValues.js';

const DAY_MS = 24 * 3_600_000;

interface Day {
  readonly targets: readonly RealTarget[];
  readonly startMs: number;
  readonly loops: number;
}

/** Which rollups are made, by their option. */
const RESOLUTIONS = [
  { name: '5 minutes', option: 'rollup5mMs' },
  { name: '1 hour, before its days become one window', option: 'rollup1hMs' },
] as const;

/** What is left of a day when its samples are past retention. */
export async function measureRollups(day: Day, say: (text: string) => void): Promise<Table> {
  const rows: string[][] = [];
  for (const { name, option } of RESOLUTIONS) {
    say(`rollups of ${name} …`);
    const { samples, series, rollupBytes, diskBytes, ns } = await rollUp(day, option);
    const each = (bytes: number) => (bytes / series).toFixed(0);
    rows.push([
      name,
      String(series),
      each(rollupBytes),
      each(diskBytes),
      (rollupBytes / samples).toFixed(4),
      ns,
    ]);
  }
  return {
    heading: 'rollups of the same day',
    columns: [
      'buckets',
      'series',
      'B/series and day before snappy',
      'on disk',
      'B/sample they stand for',
      'ns/sample to make',
    ],
    rows,
  };
}

async function rollUp({ targets, startMs, loops }: Day, option: 'rollup5mMs' | 'rollup1hMs') {
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-bench-'));
  let nowMs = startMs;
  let rollUpMs = 0;
  const onEvent = (event: StoreEvent) => {
    if (event.type === 'rolled_up') rollUpMs += event.durationMs;
  };
  const retention = { rawMs: 2 * DAY_MS, [option]: Number.POSITIVE_INFINITY };
  const store = await openStore({ dataDir, durability: 'os', now: () => nowMs, retention, onEvent });
  let samples = 0;
  for (const { batch, timeMs } of realBatches(targets, { startMs, loops })) {
    nowMs = timeMs;
    samples += batch.sampleCount;
    await store.append(batch);
  }
  await store.flush();
  nowMs = startMs + 1.5 * DAY_MS;
  await store.compact();
  nowMs = startMs + 4 * DAY_MS;
  await store.compact();
  const { rollupBytes, series } = store.stats();
  await store.close();
  const kinds = await storedKinds(dataDir);
  const diskBytes = kinds
    .filter(({ name }) => name === 'blocks' || name === 'timestamps')
    .reduce((total, kind) => total + kind.diskBytes, 0);
  await rm(dataDir, { recursive: true });
  return { samples, series, rollupBytes, diskBytes, ns: ((rollUpMs * 1e6) / samples).toFixed(0) };
}
