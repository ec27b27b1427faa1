import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Labels, WriteBatch } from '@tinyobs/model';
import { openStore } from '@tinyobs/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from '../programs.js';
import { runSeed, seededRandom } from '../random.js';
import { ROOT } from '../sources.js';

const FLIPS = process.env.TEST_SCALE === 'full' ? 200 : 40;
const SERIES = 60;
const STEPS = 120;
const STEP_MS = 60_000;
const FIRST_MS = Date.now() - 5 * 3_600_000;

const seed = runSeed();

describe(`flipped bits in the files of a store (seed ${seed})`, () => {
  const root = mkdtempSync(join(tmpdir(), 'tinyobs-flips-'));
  const sound = join(root, 'sound');
  let samples: number;

  beforeAll(async () => {
    samples = await writeSoundFolder(sound, join(root, 'live'));
  });
  afterAll(() => rm(root, { recursive: true }));

  it('finds everything in the sound folder', async () => {
    expect(await examine(sound)).toEqual({ wrong: 0, missing: 0, said: [] });
    expect(samples).toBe(SERIES * STEPS);
  });

  it(`never answers wrongly and never loses silently in ${FLIPS} flips`, async () => {
    const random = seededRandom(seed);
    const failures: string[] = [];
    let noticed = 0;
    for (let flip = 0; flip < FLIPS; flip++) {
      const folder = join(root, `flip-${flip}`);
      cpSync(sound, folder, { recursive: true });
      const place = flipOneBit(folder, random);
      const outcome = await examine(folder);
      if (outcome.wrong > 0) failures.push(`${place}: ${outcome.wrong} wrong values`);
      if (outcome.missing > 0 && outcome.said.length === 0)
        failures.push(`${place}: ${outcome.missing} silently lost`);
      if (outcome.said.length > 0) noticed++;
      await rm(folder, { recursive: true });
    }
    expect(failures).toEqual([]);
    expect(noticed).toBeGreaterThan(FLIPS / 4);
  }, 300_000);
});

/** A folder with blocks, series groups, metadata and write-ahead records: copied from a store that is open. */
async function writeSoundFolder(folder: string, live: string): Promise<number> {
  const store = await openStore({ dataDir: live });
  let written = 0;
  for (let step = 0; step < STEPS; step++) {
    const batch = new WriteBatch();
    for (let series = 0; series < SERIES; series++) {
      const labels = Labels.fromObject({ __name__: `m_${series % 7}`, lane: String(series) });
      batch.addSample(batch.addSeries(labels), FIRST_MS + step * STEP_MS, valueAt(series, step), series);
    }
    if (step === 0) batch.metadata.push({ metric: 'm_0', type: 'gauge', help: 'A lane.', unit: '' });
    written += (await store.append(batch)).accepted;
    if (step === Math.floor(STEPS * 0.6)) await store.flush();
  }
  cpSync(live, folder, { recursive: true });
  await store.close();
  await rm(join(folder, 'LOCK'), { force: true });
  return written;
}

function valueAt(series: number, step: number): number {
  return series % 3 === 0 ? Math.sin(series * 1000 + step) : series * 1000 + step;
}

function flipOneBit(folder: string, random: () => number): string {
  const files = readdirSync(folder).filter(
    (name) => name !== 'LOG' && name !== 'LOG.old' && statSync(join(folder, name)).size > 0,
  );
  const name = files[Math.floor(random() * files.length)];
  const bytes = readFileSync(join(folder, name));
  const at = Math.floor(random() * bytes.length);
  bytes[at] ^= 1 << Math.floor(random() * 8);
  writeFileSync(join(folder, name), bytes);
  return `${name} byte ${at} of ${bytes.length}`;
}

interface Outcome {
  readonly wrong: number;
  readonly missing: number;
  /** What the store said: events of damage, the code of an error, or that LevelDB ended the process. */
  readonly said: readonly string[];
}

/** In a process of its own: LevelDB's native code ends the process over some damage. */
async function examine(folder: string): Promise<Outcome> {
  const reader = startProgram(process.execPath, [join(ROOT, 'test/crash/readFolder.mjs'), folder]);
  const code = await reader.exited;
  if (typeof code === 'string') return { wrong: 0, missing: SERIES * STEPS, said: [code] };
  if (code !== 0) throw new Error(`the reader failed over ${folder}:\n${reader.output()}`);
  const { samples, said } = JSON.parse(reader.output()) as {
    samples: [number, number, number][];
    said: string[];
  };
  const right = samples.filter(
    ([lane, timeMs, value]) => value === valueAt(lane, (timeMs - FIRST_MS) / STEP_MS),
  );
  return { wrong: samples.length - right.length, missing: SERIES * STEPS - right.length, said };
}
