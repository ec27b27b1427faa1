export type { AuditEntry, AuditReadOptions, AuditStore } from './audit/auditStore.js';
export type { AppendOptions } from './commit/pendingAppend.js';
export type { DocumentStore, StoredDocument } from './documents/documentStore.js';
export type { SeriesExemplars, StoredExemplar } from './exemplars/findExemplars.js';
export type { QuotaUse, SeriesQuota } from './index/cardinality.js';
export type { Created, MetricCreated } from './index/seriesGrowth.js';
export { claimFolder } from './kv/claim.js';
export type { FolderLock } from './kv/folderLock.js';
export type { DocumentKind } from './kv/keys.js';
export type {
  KeyRange,
  KeyValueBatch,
  KeyValueIterator,
  KeyValueSnapshot,
  KeyValueStore,
} from './kv/keyValueStore.js';
export { openMemoryStore } from './kv/memoryStore.js';
export type { CensusOptions, NamedCount, PairCount, SeriesCensus } from './query/seriesCensus.js';
export type { AgeHoldings, StoreHoldings, TierHoldings } from './query/storeHoldings.js';
export { openServingStore as openStore, ServingStore as Store, type WriteRefusal } from './servingStore.js';
export type { StoreEvent } from './storeEvent.js';
export type { StoreOptions } from './storeOptions.js';
export type { StoreStats } from './storeStats.js';
export type { TailRead, TailRecord, TailStore } from './tail/tailStore.js';
