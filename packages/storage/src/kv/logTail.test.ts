import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskStore } from './diskStore.js';
import { findTornLogs } from './logTail.js';

/** Header 7, sequence number 8, count 4, kind 1, a key of 1 after its length, a value of 1000 after its. */
const LAST_WRITE_BYTES = 7 + 8 + 4 + 1 + 2 + 1002;

describe('the end of a log of LevelDB', () => {
  let dataDir: string;
  let path: string;
  let number: number;
  let bytes: Buffer;

  /** A log of three writes, the second of them over several blocks of the log. */
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-log-'));
    const kv = await openDiskStore({ dataDir });
    for (const [key, sizeBytes] of [1000, 100_000, 1000].entries()) {
      const batch = kv.batch();
      batch.put(Uint8Array.of(key), new Uint8Array(sizeBytes).fill(7));
      await batch.write({ sync: true });
    }
    const name = (await readdir(dataDir)).find((file) => file.endsWith('.log'))!;
    path = join(dataDir, name);
    number = Number.parseInt(name, 10);
    bytes = await readFile(path);
    await kv.close();
    await writeFile(path, bytes);
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  const warnings = async (): Promise<readonly string[]> => {
    const kv = await openDiskStore({ dataDir });
    await kv.close();
    return kv.openWarnings;
  };

  it('is sound where every write ends', async () => {
    expect(await findTornLogs(dataDir)).toEqual(new Map());
    expect(await warnings()).toEqual([]);
  });

  it.each([
    [
      'a header',
      (size: number) => size - LAST_WRITE_BYTES + 4,
      /^\d+\.log: it ends within a write, \d bytes/,
    ],
    ['a record', (size: number) => size - 1, /ends within a write, 10\d\d bytes/],
    ['a later block of a write', () => 40_000, /ends within a write, 3\d{4} bytes/],
    ['a write, where a block ends', () => 65_536, /ends within a write, 6\d{4} bytes/],
  ])('that falls into %s is said', async (_place, sizeOf, said) => {
    await truncate(path, sizeOf(bytes.length));
    expect((await findTornLogs(dataDir)).get(number)).toMatch(said);
    expect((await warnings()).join()).toMatch(said);
  });

  it('that was left as zeros is said', async () => {
    await writeFile(path, bytes.fill(0, bytes.length - LAST_WRITE_BYTES));
    expect((await warnings()).join()).toMatch(/bytes from a stretch of zeros/);
  });

  it('is not said of a log that LevelDB does not read any more', async () => {
    await truncate(path, 500);
    expect(await warnings()).toHaveLength(1);
    await writeFile(path, bytes.subarray(0, 500));
    expect((await findTornLogs(dataDir)).has(number)).toBe(true);
    expect(await warnings()).toEqual([]);
  });
});
