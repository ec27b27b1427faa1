import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Labels, Matcher, WriteBatch } from '@tinyobs/model';
import { openStore } from '@tinyobs/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSeed, seededRandom } from '../random.js';

const IS_FULL = process.env.TEST_SCALE === 'full';
/** Cuts, zeroed tails, garbage and holes at seeded places. */
const PLACES = IS_FULL ? 200 : 40;
/** Writes at the end of the log that are cut at every byte. */
const WRITES_CUT_EVERYWHERE = IS_FULL ? 4 : 2;
const WRITES = 60;
const PAGE_BYTES = 4096;
const FIRST_MS = 1_700_000_000_000;

const seed = runSeed();

/** What a store answers that was opened over a torn log, and what it said. */
interface Outcome {
  /** The writes that are there, each whole. */
  readonly writes: readonly number[];
  readonly wrong: number;
  readonly said: readonly string[];
}

describe(`the torn tail of a log (seed ${seed})`, () => {
  const root = mkdtempSync(join(tmpdir(), 'tinyobs-torn-'));
  const sound = join(root, 'sound');
  let log: string;
  let bytes: Buffer;
  /** Size of the log after each write was acknowledged. */
  let ends: number[];
  const random = seededRandom(seed);

  beforeAll(async () => {
    ({ log, ends } = await writeSoundFolder(sound, join(root, 'live')));
    bytes = readFileSync(join(sound, log));
  });
  afterAll(() => rm(root, { recursive: true }));

  const openOver = (tail: Buffer): Promise<Outcome> => {
    const folder = join(root, 'torn');
    rmSync(folder, { recursive: true, force: true });
    cpSync(sound, folder, { recursive: true });
    writeFileSync(join(folder, log), tail);
    return examine(folder);
  };
  /** Writes that end at or before a place in the log. */
  const writesBefore = (place: number) => ends.filter((end) => end <= place).map((_, write) => write);
  const anyPlace = () => Math.floor(random() * bytes.length);

  it('is not there in a sound log', async () => {
    expect(await openOver(bytes)).toEqual({ writes: [...ends.keys()], wrong: 0, said: [] });
    expect(ends).toHaveLength(WRITES);
    expect(ends.at(-1)).toBe(bytes.length);
    expect(Math.max(...ends.map((end, write) => end - (ends[write - 1] ?? 0)))).toBeGreaterThan(2 * 32_768);
  });

  it('costs only the write it falls into, which is said, wherever the log ends', async () => {
    const places = Array.from({ length: PLACES }, anyPlace);
    const everywhere = ends[WRITES - 1 - WRITES_CUT_EVERYWHERE];
    for (let place = everywhere; place < bytes.length; place++) places.push(place);
    for (const place of places) {
      const outcome = await openOver(bytes.subarray(0, place));
      const isWhole = place === 0 || ends.includes(place);
      // A log that ends between two writes is one that the store has had.
      expect({ place, ...outcome, said: [...new Set(outcome.said)] }).toEqual({
        place,
        writes: writesBefore(place),
        wrong: 0,
        said: isWhole ? [] : ['open_warning'],
      });
    }
  }, 300_000);

  it('is said when it was left as zeros', async () => {
    for (let i = 0; i < PLACES; i++) {
      const place = i < 10 ? ends[WRITES - 1 - i] - 1 - i : anyPlace();
      const outcome = await openOver(Buffer.concat([bytes.subarray(0, place)], bytes.length));
      expect({ place, ...outcome }).toMatchObject({ place, writes: writesBefore(place), wrong: 0 });
      expect(outcome.said, `zeros from byte ${place}`).not.toEqual([]);
    }
  }, 300_000);

  it('costs nothing when it is garbage behind the last write', async () => {
    for (let i = 0; i < PLACES; i++) {
      const garbage = Buffer.from(Array.from({ length: 1 + (i % 3) * anyPlace() }, () => random() * 256));
      const outcome = await openOver(Buffer.concat([bytes, garbage]));
      expect({ i, ...outcome }).toMatchObject({ i, writes: [...ends.keys()], wrong: 0 });
      expect(outcome.said, `${garbage.length} bytes of garbage`).not.toEqual([]);
    }
  }, 300_000);

  it('is never passed over in silence when a page before it is lost', async () => {
    for (let i = 0; i < PLACES; i++) {
      const page = Math.floor(anyPlace() / PAGE_BYTES) * PAGE_BYTES;
      const torn = Buffer.from(bytes).fill(0, page, Math.min(page + PAGE_BYTES, bytes.length));
      const outcome = await openOver(torn);
      expect({ page, wrong: outcome.wrong }).toEqual({ page, wrong: 0 });
      expect(outcome.said, `a page of zeros at ${page}`).not.toEqual([]);
    }
  }, 300_000);
});

/** Writes of many sizes, the largest over several blocks of the log; copied from a store that is open. */
async function writeSoundFolder(folder: string, live: string): Promise<{ log: string; ends: number[] }> {
  const store = await openStore({ dataDir: live });
  const logs = readdirSync(live).filter((name) => name.endsWith('.log'));
  expect(logs).toHaveLength(1);
  const ends: number[] = [];
  for (let write = 0; write < WRITES; write++) {
    await store.append(batchOf(write));
    ends.push(statSync(join(live, logs[0])).size);
  }
  cpSync(live, folder, { recursive: true });
  await store.close();
  return { log: logs[0], ends };
}

function batchOf(write: number): WriteBatch {
  const batch = new WriteBatch();
  for (let lane = 0; lane < samplesOf(write); lane++) {
    const series = batch.addSeries(
      Labels.fromObject({ __name__: 'torn', lane: String(lane).padStart(20, '0') }),
    );
    batch.addSample(series, FIRST_MS + write, valueAt(write, lane), lane);
  }
  return batch;
}

/** No more than go into one record of the store, so that a write is there as a whole or not at all. */
function samplesOf(write: number): number {
  if (write === WRITES / 2) return 4000;
  return write % 9 === 1 ? 1000 : 1 + (write % 7);
}

function valueAt(write: number, lane: number): number {
  return lane % 2 === 0 ? Math.sin(write * 1e5 + lane) : write * 1e5 + lane;
}

async function examine(dataDir: string): Promise<Outcome> {
  const said: string[] = [];
  const counts = new Array<number>(WRITES).fill(0);
  let wrong = 0;
  try {
    const onEvent = ({ type }: { type: string }) => DAMAGE.has(type) && said.push(type);
    const store = await openStore({ dataDir, onEvent });
    const matchers = [new Matcher('__name__', '=', 'torn')];
    const range = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER };
    const hints = { stepMs: 0, rangeMs: 0, func: '', limit: 0 };
    for await (const batch of store.select(matchers, range, hints, new AbortController().signal)) {
      for (let i = 0; i < batch.count; i++) {
        const lane = Number(store.labels(batch.ids[i]).get('lane'));
        for (let at = 0; at < batch.lengths[i]; at++) {
          const write = batch.times[batch.timeStarts[i] + at] - FIRST_MS;
          if (batch.values[batch.valueStarts[i] + at] === valueAt(write, lane)) counts[write]++;
          else wrong++;
        }
      }
    }
    await store.close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'store_corrupt')) throw error;
    said.push(error.code);
  }
  wrong += counts.filter((count, write) => count !== 0 && count !== samplesOf(write)).length;
  const writes = [...counts.keys()].filter((write) => counts[write] > 0);
  return { writes, wrong, said };
}

const DAMAGE = new Set(['corruption', 'open_warning']);
