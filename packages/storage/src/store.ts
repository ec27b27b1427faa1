import type { Queryable, Verdicts, WriteBatch } from '@tinyobs/model';
import type { StoreOptions } from './storeOptions.js';
import type { StoreStats } from './storeStats.js';

export interface Store extends Queryable {
  append(batch: WriteBatch): Promise<Verdicts>;
  flush(): Promise<void>;
  close(): Promise<void>;
  stats(): StoreStats;
}

export declare function openStore(options: StoreOptions): Promise<Store>;
