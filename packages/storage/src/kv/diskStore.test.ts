import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDiskStore } from './diskStore.js';
import { keyValueStoreSuite } from './keyValueStore.suite.js';

let root: string;
let next = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tinyobs-kv-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const freshFolder = () => join(root, String(next++));

keyValueStoreSuite('disk', () => openDiskStore({ dataDir: freshFolder() }));

describe('opening a folder', () => {
  it('refuses a folder that another handle has open', async () => {
    const dataDir = freshFolder();
    const kv = await openDiskStore({ dataDir });
    await expect(openDiskStore({ dataDir })).rejects.toMatchObject({ code: 'store_locked' });
    await kv.close();
  });

  it('refuses a path that is a file', async () => {
    const dataDir = freshFolder();
    await writeFile(dataDir, 'a file');
    await expect(openDiskStore({ dataDir })).rejects.toMatchObject({ code: 'store_unreadable' });
  });

  it('refuses a folder that cannot be made', async () => {
    const file = freshFolder();
    await writeFile(file, 'a file');
    await expect(openDiskStore({ dataDir: join(file, 'data') })).rejects.toMatchObject({
      code: 'store_unreadable',
    });
  });

  it('says what LevelDB dropped from a damaged log', async () => {
    const dataDir = freshFolder();
    const kv = await openDiskStore({ dataDir });
    const batch = kv.batch();
    batch.put(Uint8Array.of(1), new Uint8Array(1000).fill(7));
    await batch.write({ sync: true });
    await kv.close();
    await damageLog(dataDir);
    await kv.reopen();
    expect(kv.openWarnings.join()).toMatch(/checksum mismatch|corrupt/i);
    await kv.close();
  });
});

async function damageLog(dataDir: string): Promise<void> {
  const name = (await readdir(dataDir)).find((file) => file.endsWith('.log'))!;
  const log = await readFile(join(dataDir, name));
  log[500] ^= 1;
  await writeFile(join(dataDir, name), log);
}
