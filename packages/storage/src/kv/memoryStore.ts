import { MemoryLevel } from 'memory-level';
import type { KeyValueStore } from './keyValueStore.js';
import { LevelStore } from './levelStore.js';

/** A key-value store in memory, gone with the process: for tests, and where nothing is to be kept. */
export async function openMemoryStore(): Promise<KeyValueStore> {
  const level = new MemoryLevel<Uint8Array, Uint8Array>({
    storeEncoding: 'view',
    keyEncoding: 'view',
    valueEncoding: 'view',
  });
  const store = new LevelStore(level, {
    keepsArrays: true,
    compactRange: () => Promise.resolve(),
    approximateSize: () => Promise.resolve(0),
    open: async () => {
      await level.open();
      return [];
    },
  });
  await store.reopen();
  return store;
}
