import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@tinyobs/storage';
import type { BenchResult } from '../bench.js';
import type { Say } from '../benchRun.js';
import { folderBytes } from '../folderBytes.js';
import { describeMachine } from '../machine.js';
import { type RealTarget, readRealTargets, SCRAPE_INTERVAL_MS } from '../realScrapes.js';
import { renderReport, type Table } from '../report.js';
import { realBatches } from './realDay.js';
import { measureRollups } from './rollups.js';
import { type Kind, storedKinds, VALUE_SIZES } from './storedValues.js';

const DAY_MS = 24 * 3_600_000;
/** A midnight, so that the day is one window at the end. */
const START_MS = 19_675 * DAY_MS;

/** Bytes a sample of recorded scrapes in the store, as it writes, flushes and compacts. Returns the report. */
export async function runStore(say: Say): Promise<BenchResult> {
  const targets = readRealTargets();
  const scrapes = targets[0].offsetsMs.length;
  const loops = Math.floor(DAY_MS / SCRAPE_INTERVAL_MS / scrapes);
  const recorded = await measure({ name: `as recorded: ${scrapes} scrapes`, targets, loops: 1 }, say);
  const day = await measure({ name: `a day: ${loops} loops`, targets, loops }, say);
  const rollups = await measureRollups({ targets, startMs: START_MS, loops }, say);
  const report = renderReport({
    title: 'The store, measured on recorded scrapes',
    machine: describeMachine(),
    command: 'npm run bench -- store',
    notes: [
      'Scrapes of a node exporter and of a Prometheus server, taken a second apart, stored as if taken every 15 s, with their jitter; one append a scrape and target, `durability: os`. Times include what ran beside: making the batches, flushes and compactions of the windows before. The recording is too short for a day: it goes on by its own steps in other orders, each loop in another, so that no compressor finds repetitions. “On disk” are all files of the folder, as `du` counts them, with what LevelDB has not removed yet: until it has written more than one buffer of 8 MB it keeps everything in one table, dead write-ahead records too, which is most of the disk of the short recording.',
    ],
    tables: [...recorded, ...day, rollups],
  });
  return { report };
}

interface Job {
  readonly name: string;
  readonly targets: readonly RealTarget[];
  readonly loops: number;
}

async function measure({ name, targets, loops }: Job, say: Say): Promise<Table[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-bench-'));
  let nowMs = START_MS;
  const store = await openStore({ dataDir, durability: 'os', now: () => nowMs });
  let samples = 0;
  const phases: string[][] = [];
  const timed = async (phase: string, work: () => Promise<void>) => {
    say(`${name}: ${phase} …`);
    const started = performance.now();
    await work();
    const ns = ((performance.now() - started) * 1e6) / samples;
    const { blockBytes, blockSamples, blocks, runs } = store.stats();
    const inBlocks = blockSamples === 0 ? '–' : (blockBytes / blockSamples).toFixed(3);
    const onDisk = (folderBytes(dataDir) / samples).toFixed(3);
    phases.push([phase, onDisk, inBlocks, String(runs), String(blocks), ns.toFixed(0)]);
  };
  await timed('appended', async () => {
    for (const { batch, timeMs } of realBatches(targets, { startMs: START_MS, loops })) {
      nowMs = timeMs;
      samples += batch.sampleCount;
      await store.append(batch);
    }
  });
  nowMs = START_MS + 3 * DAY_MS;
  await timed('flushed', () => store.flush());
  await timed('compacted', () => store.compact());
  await store.close();
  const kinds = await storedKinds(dataDir);
  const closedBytes = folderBytes(dataDir);
  await rm(dataDir, { recursive: true });
  return [
    {
      heading: `${name}, ${samples.toLocaleString('en')} samples`,
      columns: [
        'when',
        'B/sample on disk',
        'B/sample of blocks before snappy',
        'runs',
        'blocks',
        'ns/sample',
      ],
      rows: [...phases, ['closed, LevelDB compacted', (closedBytes / samples).toFixed(3), '', '', '', '']],
    },
    kindsTable(kinds, samples),
  ];
}

function kindsTable(kinds: readonly Kind[], samples: number): Table {
  return {
    columns: ['values of LevelDB', 'B/sample', 'on disk', 'number', ...VALUE_SIZES.map(({ name }) => name)],
    rows: kinds.map(({ name, count, valueBytes, diskBytes, sizes }) => [
      name,
      (valueBytes / samples).toFixed(3),
      (diskBytes / samples).toFixed(3),
      String(count),
      ...sizes.map(String),
    ]),
  };
}
