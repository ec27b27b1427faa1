import type { TinyObsError } from '@tinyobs/model';
import type { ChangeLog } from './changes/changeLog.js';
import type { ExemplarLog } from './exemplars/exemplarLog.js';
import type { IndexLimit } from './forget/indexLimit.js';
import type { Heads } from './head/heads.js';
import type { Cardinality } from './index/cardinality.js';
import type { Readers } from './index/readers.js';
import type { SeriesGroups } from './index/seriesGroups.js';
import type { SeriesGrowth } from './index/seriesGrowth.js';
import type { SeriesIndex } from './index/seriesIndex.js';
import type { KeyValueStore } from './kv/keyValueStore.js';
import type { WriteGuard } from './kv/writeGuard.js';
import type { Catalog } from './manifest/catalog.js';
import type { MetadataStore } from './metadata/metadataStore.js';
import type { Expiry } from './retention/expiry.js';
import type { StoreEventHandler } from './storeEvent.js';
import type { LiveRules } from './storeOptions.js';
import type { Tails } from './tail/tails.js';

/** What the parts of a store share. */
export interface StoreParts {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
  readonly onEvent: StoreEventHandler;
  readonly index: SeriesIndex;
  readonly heads: Heads;
  readonly metadata: MetadataStore;
  readonly exemplars: ExemplarLog;
  readonly catalog: Catalog;
  readonly groups: SeriesGroups;
  readonly cardinality: Cardinality;
  readonly growth: SeriesGrowth;
  readonly readers: Readers;
  readonly limit: IndexLimit;
  readonly rules: LiveRules;
  readonly expiry: Expiry;
  readonly changes: ChangeLog;
  readonly tails: Tails;
  readonly onCorruption: (error: TinyObsError) => void;
}
