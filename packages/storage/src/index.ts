export type {
  KeyRange,
  KeyValueBatch,
  KeyValueIterator,
  KeyValueSnapshot,
  KeyValueStore,
} from './kv/keyValueStore.js';
export { openMemoryStore } from './kv/memoryStore.js';
export { openServingStore as openStore, ServingStore as Store, type WriteRefusal } from './servingStore.js';
export type { StoreEvent } from './storeEvent.js';
export type { StoreOptions } from './storeOptions.js';
export type { StoreStats } from './storeStats.js';
