import { cpSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSeriesGroup, ROOT_KEY } from '../kv/keys.js';
import { DAY_MS } from '../limits.js';
import { openStore } from '../store.js';
import { batchOf, type Sample, selectAll } from '../storeFixture.suite.js';
import {
  type Answers,
  changeEntries,
  kindOf,
  repairAndCompare,
  samplesOnly,
  verify,
} from './damagedFolder.suite.js';

const START_MS = 1_700_006_400_000;
/** So long that some 60 series fill a group. */
const nameOf = (i: number) => `${i}-${'x'.repeat(4000)}`;

describe('a folder of a store that has forgotten series', () => {
  let root: string;
  let sound: string;
  let answers: Answers;
  let copies = 0;
  const copy = () => {
    const folder = join(root, `copy-${copies++}`);
    cpSync(sound, folder, { recursive: true });
    return folder;
  };

  /** 600 series, of which all but every 20th were forgotten and their groups joined; some came back, one only in a record. */
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'tinyobs-forgotten-'));
    sound = join(root, 'sound');
    const live = join(root, 'live');
    let nowMs = START_MS;
    const store = await openStore({ dataDir: live, now: () => nowMs, retention: { rawMs: 3 * DAY_MS } });
    const write = (ids: readonly number[]) => {
      const samples: Sample[] = ids.map((i) => ({
        labels: { __name__: 'm', i: nameOf(i) },
        timeMs: nowMs,
        value: i,
      }));
      return store.append(batchOf(samples));
    };
    const all = Array.from({ length: 600 }, (_, i) => i);
    for (let i = 0; i < 600; i += 200) await write(all.slice(i, i + 200));
    await store.flush();
    nowMs += 2 * DAY_MS;
    await write(all.filter((i) => i % 20 === 0));
    await store.flush();
    nowMs += 2 * DAY_MS;
    await store.compact();
    expect(store.stats()).toMatchObject({ series: 30, seriesForgotten: 570 });
    await write(all.slice(0, 100));
    await store.flush();
    await write([0, 101]);
    answers = await selectAll(store);
    cpSync(live, sound, { recursive: true });
    await store.close();
  });
  afterAll(() => rm(root, { recursive: true }));

  it('is sound', async () => {
    const { report, findings } = await verify(copy());
    expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
    expect(report).toMatchObject({ isSound: true, series: 30 + 95 + 1 });
  });

  it('is mended where a copy of a group is gone', async () => {
    const folder = copy();
    await changeEntries(folder, (key) => (isGroup(key, 0, 0) ? 'remove' : 'keep'));
    const { findings } = await verify(folder);
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'damage', kind: 'series_group' }));
    expect(await repairAndCompare(folder, samplesOnly(answers))).toMatchObject({ failures: [], missing: 0 });
  });

  it('keeps what has labels where a group is gone for good', async () => {
    const folder = copy();
    await changeEntries(folder, (key) => (isGroup(key, 0, 0) || isGroup(key, 1, 0) ? 'remove' : 'keep'));
    const { findings } = await verify(folder);
    const lost = new Set(findings.flatMap(({ loss }) => loss?.series ?? []));
    // Those of the joined group that were not forgotten, by their ids.
    expect(lost.size).toBeGreaterThan(20);
    for (const name of lost) expect(Number(/^series (\d+)$/.exec(name)?.[1]) % 20).toBe(0);
    const kept = Object.fromEntries(
      Object.entries(answers).filter(([name]) => !lost.has(`series ${/i="(\d+)-/.exec(name)![1]}`)),
    );
    const repaired = await repairAndCompare(folder, samplesOnly(kept));
    expect(repaired).toMatchObject({ failures: [], missing: 0 });
  });

  it('is mended where the root record is gone, however old the labels are that groups hold', async () => {
    const folder = copy();
    await changeEntries(folder, (key) => (Buffer.compare(key, ROOT_KEY) === 0 ? 'remove' : 'keep'));
    const repaired = await repairAndCompare(folder, samplesOnly(answers));
    expect(repaired).toMatchObject({ failures: [], missing: 0 });
    expect((await verify(folder)).report).toMatchObject({ isSound: true });
  });
});

function isGroup(key: Uint8Array, copy: number, group: number): boolean {
  return kindOf(key).startsWith('s/') && key[2] === copy && parseSeriesGroup(key) === group;
}
