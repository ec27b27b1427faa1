export { openMemoryStore } from './kv/memoryStore.js';
export { openStore, type Store } from './store.js';
export type { StoreEvent } from './storeEvent.js';
export type { StoreOptions } from './storeOptions.js';
export type { StoreStats } from './storeStats.js';
