import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openMemoryStore } from './kv/memoryStore.js';
import { storeSuite } from './store.suite.js';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

storeSuite('disk', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tinyobs-store-'));
  folders.push(dataDir);
  return () => Promise.resolve({ dataDir });
});

storeSuite('memory', async () => {
  const kv = await openMemoryStore();
  return async () => {
    await kv.reopen();
    return { kv };
  };
});
