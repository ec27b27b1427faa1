import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSeed, seededRandom } from '../../../../test/random.js';
import {
  changeEntries,
  kindOf,
  repairAndCompare,
  type SoundFolder,
  verify,
  writeSoundFolder,
} from './damagedFolder.suite.js';

const FLIPS = process.env.TEST_SCALE === 'full' ? 200 : 20;
const seed = runSeed();

describe(`a store whose files are damaged (seed ${seed})`, () => {
  let sound: SoundFolder;
  beforeAll(async () => {
    sound = await writeSoundFolder();
  });
  afterAll(() => sound.remove());

  const namesOf = (folder: string, pattern: RegExp) =>
    readdirSync(folder)
      .filter((name) => pattern.test(name))
      .sort();

  it(`is mended ${FLIPS} times after flipped bits: no wrong value, no silent loss`, async () => {
    const random = seededRandom(seed);
    const failures: string[] = [];
    let told = 0;
    for (let flip = 0; flip < FLIPS; flip++) {
      const folder = sound.copy();
      const files = namesOf(folder, /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|log))$/);
      // Every fourth time the disk has gone bad in several places.
      const places = Array.from({ length: flip % 4 === 3 ? 8 : 1 }, (_, i) =>
        flipOneBit(join(folder, files[(flip + i) % files.length]), random),
      );
      const place = places.join(', ');
      const { report, findings } = await verify(folder);
      if (report.isSound) failures.push(`${place}: not noticed`);
      const repaired = await repairAndCompare(folder, sound, { mayReturn: sound.wasDeleted });
      failures.push(
        ...repaired.failures
          .slice(0, 3)
          .map((failure) => `${place}: ${failure} ${JSON.stringify(findings.slice(0, 3))}`),
      );
      if (Number.isFinite(repaired.saidMax)) told++;
      await rm(folder, { recursive: true });
    }
    expect(failures).toEqual([]);
    // Nothing is known of a table that cannot be read at all; everything else has a bound. About two of three
    // flips are of that kind, so that a few of them may well be fewer than half.
    expect(told).toBeGreaterThan(FLIPS >= 200 ? FLIPS / 2 : FLIPS / 5);
  }, 600_000);

  it.each([
    ['CURRENT', /^CURRENT$/],
    ['the manifest', /^MANIFEST/],
    ['CURRENT and the manifest', /^(CURRENT|MANIFEST.*)$/],
    ['the log', /\.log$/],
    ['a table', /\.ldb$/],
    ['the lock', /^LOCK$/],
  ])('is mended when %s is missing', async (what, pattern) => {
    const folder = sound.copy();
    for (const name of namesOf(folder, pattern)) rmSync(join(folder, name));
    const { report } = await verify(folder);
    expect(report.isSound).toBe(what === 'the lock');
    const repaired = await repairAndCompare(folder, sound, { mayReturn: sound.wasDeleted });
    expect(repaired.failures.slice(0, 5)).toEqual([]);
  });

  it('says when what is lost was, where labels and manifests were in one place', async () => {
    const folder = sound.copy();
    const gone = new Set(['s/\0', 's/\u0001', 'm/m']);
    await changeEntries(folder, (key) => (gone.has(kindOf(key)) ? 'remove' : 'keep'));
    const repaired = await repairAndCompare(folder, sound, { mayReturn: sound.wasDeleted });
    expect(repaired.missing).toBeGreaterThan(40_000);
    expect(repaired.failures).toEqual([]);
  });

  it('is mended when a table is cut short', async () => {
    const folder = sound.copy();
    const [table] = namesOf(folder, /\.ldb$/);
    const path = join(folder, table);
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    expect((await verify(folder)).report.isSound).toBe(false);
    expect(
      (await repairAndCompare(folder, sound, { mayReturn: sound.wasDeleted })).failures.slice(0, 5),
    ).toEqual([]);
  });
});

function flipOneBit(path: string, random: () => number): string {
  const bytes = readFileSync(path);
  const at = Math.floor(random() * bytes.length);
  bytes[at] ^= 1 << Math.floor(random() * 8);
  writeFileSync(path, bytes);
  return `${basename(path)} byte ${at} of ${bytes.length}`;
}
