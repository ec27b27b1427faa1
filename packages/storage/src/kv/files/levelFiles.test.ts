import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32c } from '@tinyobs/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskStore } from '../diskStore.js';
import { EVERYTHING } from '../keys.js';
import type { KeyValueIterator, KeyValueStore } from '../keyValueStore.js';
import { type LevelFiles, openLevelFiles } from './levelFiles.js';
import { readLogFile } from './logFile.js';
import { maskedCrc } from './maskedCrc.js';

const noProgress = () => undefined;

async function allOf(iterator: KeyValueIterator): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (;;) {
    const entries = await iterator.next(100);
    if (entries.length === 0) break;
    for (const [key, value] of entries)
      found.set(Buffer.from(key).toString('hex'), Buffer.from(value).toString('hex'));
  }
  await iterator.close();
  return found;
}

/** Overwrites, deletes and values that snappy packs and does not, over several levels and a log. */
async function fill(kv: KeyValueStore): Promise<void> {
  for (let round = 0; round < 40; round++) {
    const batch = kv.batch();
    for (let i = 0; i < 60; i++) {
      const number = (i * 7919 + round * 104_729) % 1500;
      const key = new Uint8Array([0x62, 0x2f, number >> 8, number & 0xff]);
      if (i % 11 === 0) batch.del(key);
      else {
        const value = new Uint8Array(300 + (number % 7) * 1500);
        for (let at = 0; at < value.length; at++) value[at] = number % 2 ? (at * number * 31) >> 3 : round;
        batch.put(key, value);
      }
    }
    await batch.write({ sync: false });
    if (round % 13 === 12) await kv.compactRange(EVERYTHING);
  }
}

describe('the files of a database, read without LevelDB', () => {
  let folder: string;
  let expected: Map<string, string>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-files-'));
    const kv = await openDiskStore({ dataDir: folder });
    await fill(kv);
    expected = await allOf(kv.iterate(EVERYTHING));
    await kv.close();
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function read(): Promise<{ found: Map<string, string>; files: LevelFiles }> {
    const files = (await openLevelFiles(folder, noProgress))!;
    const found = await allOf(files.iterate(EVERYTHING));
    return { found, files };
  }

  const tableName = () => readdirSync(folder).filter((name) => name.endsWith('.ldb'))[0];

  /** Changes a file for the time of the test. */
  async function damaged(name: string, change: (bytes: Buffer) => Buffer, test: () => Promise<void>) {
    const path = join(folder, name);
    const before = readFileSync(path);
    writeFileSync(path, change(Buffer.from(before)));
    try {
      await test();
    } finally {
      writeFileSync(path, before);
    }
  }

  it('are read as LevelDB reads them', async () => {
    const { found, files } = await read();
    expect(files.damages).toEqual([]);
    expect(found).toEqual(expected);
    for (const [key, value] of [...expected].slice(0, 50)) {
      expect(Buffer.from((await files.get(Buffer.from(key, 'hex')))!).toString('hex')).toBe(value);
    }
    expect(await files.get(Uint8Array.of(0x62))).toBeUndefined();
    await files.close();
  });

  it('give all but one block when a bit of a block is flipped, and say which keys are concerned', async () => {
    const flip = (bytes: Buffer) => {
      bytes[5000] ^= 4;
      return bytes;
    };
    await damaged(tableName(), flip, async () => {
      const { found, files } = await read();
      expect(files.damages).toHaveLength(1);
      const [{ keys }] = files.damages;
      const missing = [...expected.keys()].filter((key) => !found.has(key));
      expect(missing.length).toBeGreaterThan(0);
      for (const key of missing) {
        expect(Buffer.compare(Buffer.from(key, 'hex'), keys!.upTo)).toBeLessThanOrEqual(0);
        expect(Buffer.compare(Buffer.from(key, 'hex'), keys!.after)).toBeGreaterThan(0);
      }
      await files.close();
    });
  });

  it('give every entry when the index or the footer of a table is damaged', async () => {
    const size = statSync(join(folder, tableName())).size;
    for (const at of [size - 1, size - 30, size - 48, size - 100]) {
      const flip = (bytes: Buffer) => {
        bytes[at] ^= 0x10;
        return bytes;
      };
      await damaged(tableName(), flip, async () => {
        const { found, files } = await read();
        expect(found, `byte ${at} of ${size}`).toEqual(expected);
        await files.close();
      });
    }
  });

  it('are all taken when CURRENT or the manifest cannot be read', async () => {
    const manifest = readdirSync(folder).filter((name) => name.startsWith('MANIFEST'))[0];
    for (const name of ['CURRENT', manifest]) {
      const flip = (bytes: Buffer) => {
        bytes[9] ^= 1;
        return bytes;
      };
      await damaged(name, flip, async () => {
        const { found, files } = await read();
        expect(files.damages).toHaveLength(1);
        expect(found).toEqual(expected);
        await files.close();
      });
    }
  });
});

describe('a log', () => {
  /** Records of 100 bytes each in one block. */
  const log = Buffer.concat([1, 2, 3, 4].map((fill) => record(Buffer.alloc(100, fill))));
  const fills = (bytes: Buffer) => readLogFile('1.log', bytes).records.map((data) => data[0]);
  const damagesOf = (bytes: Buffer) => readLogFile('1.log', bytes).damages;

  it('knows the checksum that the format is defined by', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  it.each(Array.from({ length: 4 * 107 }, (_, at) => at))(
    'loses at most the record with byte %i flipped',
    (at) => {
      const bytes = Buffer.from(log);
      bytes[at] ^= 1 << (at % 8);
      const damagedFill = Math.floor(at / 107) + 1;
      const found = fills(bytes);
      expect([1, 2, 3, 4].filter((fill) => fill !== damagedFill)).toEqual(
        found.filter((fill) => fill !== damagedFill),
      );
      expect(damagesOf(bytes)).toHaveLength(1);
      expect(damagesOf(bytes)[0].isTorn).toBeUndefined();
    },
  );

  it('that was cut short is torn, not damaged', () => {
    const cut = log.subarray(0, log.length - 20);
    expect(fills(cut)).toEqual([1, 2, 3]);
    expect(damagesOf(cut)).toEqual([expect.objectContaining({ isTorn: true })]);
  });

  function record(data: Buffer): Buffer {
    const header = Buffer.alloc(7);
    header[6] = 1;
    header.writeUInt16LE(data.length, 4);
    header.writeUInt32LE(maskedCrc(crc32c(Buffer.concat([header.subarray(6), data]))), 0);
    return Buffer.concat([header, data]);
  }
});
