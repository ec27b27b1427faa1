export type {
  KeyRange,
  KeyValueBatch,
  KeyValueIterator,
  KeyValueSnapshot,
  KeyValueStore,
} from './kv/keyValueStore.js';
export { openMemoryStore } from './kv/memoryStore.js';
export { type RepairOptions, type RepairReport, repairStore } from './repair/repairStore.js';
export { openServingStore as openStore, ServingStore as Store } from './servingStore.js';
export type { StoreEvent } from './storeEvent.js';
export type { StoreOptions } from './storeOptions.js';
export type { StoreStats } from './storeStats.js';
export type { Finding, FindingKind, Loss } from './verify/finding.js';
export type { FolderSurveyOptions, Progress } from './verify/surveyFolder.js';
export { type VerifyReport, verifyStore } from './verify/verifyStore.js';
