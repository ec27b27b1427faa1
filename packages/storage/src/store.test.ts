import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { auditSuite } from './audit/auditLog.suite.js';
import { documentsSuite } from './documents/documents.suite.js';
import { openMemoryStore } from './kv/memoryStore.js';
import { storeSuite } from './store.suite.js';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

const onDisk = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tinyobs-store-'));
  folders.push(dataDir);
  return () => Promise.resolve({ dataDir });
};
const inMemory = async () => {
  const kv = await openMemoryStore();
  return async () => {
    await kv.reopen();
    return { kv };
  };
};

for (const suite of [storeSuite, documentsSuite, auditSuite]) {
  suite('disk', onDisk);
  suite('memory', inMemory);
}
