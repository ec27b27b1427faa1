import type { Labels } from './types.js';

export interface ActiveTarget {
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  readonly scrapePool: string;
  readonly scrapeUrl: string;
  /** Empty where the last scrape went well. */
  readonly lastError: string;
  /** The year 1 before the first scrape. */
  readonly lastScrape: string;
  readonly lastScrapeDuration: number;
  readonly health: 'up' | 'down' | 'unknown';
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
}

export interface DroppedTarget {
  readonly discoveredLabels: Labels;
  readonly scrapePool: string;
}

export interface Targets {
  readonly activeTargets: readonly ActiveTarget[];
  /** Not all of them where there are many; the counts are of all. */
  readonly droppedTargets: readonly DroppedTarget[];
  readonly droppedTargetCounts: Readonly<Record<string, number>>;
}

type Counts = Readonly<Record<string, number>>;

export interface ProtocolStatus {
  readonly protocol: string;
  readonly requests: { readonly received: number; readonly refused: Counts };
  readonly samples: { readonly accepted: number; readonly refused: Counts };
  readonly exemplars: { readonly accepted: number; readonly refused: number };
  readonly lastRequest?: string;
  readonly lastAccepted?: string;
  readonly lastError?: {
    readonly code: string;
    readonly message: string;
    /** Names such as `row` and `column`. */
    readonly place?: Readonly<Record<string, string | number>>;
    readonly time: string;
  };
}

export interface IngestStatus {
  readonly since: string;
  readonly protocols: readonly ProtocolStatus[];
}

export interface ForwardDestination {
  readonly name: string;
  readonly url: string;
  readonly state: string;
  readonly lagSeconds: number;
  readonly pending: { readonly samples: number; readonly records: number };
  readonly sent: { readonly samples: number; readonly bytes: number };
  readonly dropped: Counts;
  readonly retries: number;
  readonly lastSent: string | null;
  readonly lastError: { readonly code: string; readonly message: string; readonly time: string } | null;
}

export interface Within {
  readonly count: number;
  readonly limit: number;
  readonly used: number;
}

export interface Created {
  readonly lastHour: number;
  readonly lastDay: number;
  readonly perHour: number;
}

export interface Census {
  readonly series: { readonly active: Within; readonly indexed: Within };
  readonly memory: { readonly indexBytes: number };
  readonly metrics: {
    readonly count: number;
    readonly activeSeriesLimit: number;
    readonly byActiveSeries: readonly {
      readonly metric: string;
      readonly series: number;
      readonly used: number;
    }[];
    readonly byIndexedSeries: readonly { readonly metric: string; readonly series: number }[];
  };
  readonly labels: {
    readonly count: number;
    readonly pairs: number;
    readonly byValues: readonly { readonly label: string; readonly values: number }[];
    readonly bySeries: readonly { readonly label: string; readonly series: number }[];
  };
  readonly pairs: readonly { readonly label: string; readonly value: string; readonly series: number }[];
  readonly values?: {
    readonly label: string;
    readonly count: number;
    readonly bySeries: readonly { readonly value: string; readonly series: number }[];
  };
  readonly growth: {
    readonly since: string;
    readonly series: Created;
    readonly byLastHour: readonly (Created & { readonly metric: string })[];
    readonly byLastDay: readonly (Created & { readonly metric: string })[];
  };
}

export interface WorkDone {
  readonly time: string;
  readonly seconds: number;
  readonly error?: string;
}

export type TierName = 'raw' | '5m' | '1h';

export interface ServerStatus {
  readonly disk: { readonly usedBytes: number; readonly freeBytes?: number; readonly freeBytesMin: number };
  readonly tiers: readonly {
    readonly tier: TierName;
    readonly bytes: number;
    readonly blocks: number;
    readonly samples: number;
    readonly oldest?: string;
    readonly newest?: string;
    readonly keptSeconds?: number;
  }[];
  readonly ages: readonly {
    readonly belowSeconds?: number;
    readonly bytes: Readonly<Record<TierName, number>>;
  }[];
  readonly metrics: readonly { readonly metric: string; readonly bytes: number }[];
  readonly head: { readonly samples: number; readonly samplesMax: number };
  readonly wal: { readonly records: number; readonly pendingBytes: number };
  readonly work: {
    readonly compactionProgress?: number;
    readonly compactionDueRuns: number;
    readonly rollupDueWindows: number;
    readonly deletionsWaiting: number;
    readonly windowEnd: string;
    readonly last: Readonly<Partial<Record<'flush' | 'compaction' | 'rollup' | 'expiry', WorkDone>>>;
  };
  readonly limits: readonly { readonly limit: string; readonly value: number; readonly used: number }[];
  readonly process: {
    readonly version: string;
    readonly node: string;
    readonly platform: string;
    readonly pid: number;
    readonly started: string;
    readonly memoryBytes: number;
    readonly heapBytes: number;
  };
}

export interface ConfigEntry {
  readonly key: string;
  readonly value?: unknown;
  readonly isSet: boolean;
  readonly origin?: string;
  readonly help: string;
  readonly unit: string;
  readonly isReloadable: boolean;
}

/** A query, or another read, that runs or waits. */
export interface RunningQuery {
  readonly id: string;
  readonly state: 'waiting' | 'running';
  readonly route: string;
  /** The first 1,000 characters. */
  readonly text: string;
  readonly seconds: number;
  readonly samplesRead: number;
}

/** A query, or another read, that is over. */
export interface SlowQuery extends Omit<RunningQuery, 'id' | 'state'> {
  readonly since: string;
  readonly requestId: string;
  /** Code of the error that it ended with, if with any. */
  readonly error?: string;
}

export interface Queries {
  readonly queries: readonly RunningQuery[];
  readonly slowest: readonly SlowQuery[];
}

export interface AuditEntry {
  readonly seq: number;
  readonly time: string;
  readonly key: string;
  readonly action: string;
  readonly detail?: string;
  readonly from: string;
  readonly result: string;
  readonly count?: number;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly status: 'valid' | 'expired' | 'revoked';
  readonly created: string;
  readonly expires?: string;
}

/** Who the page asks as. */
export interface Identity {
  readonly keyRequired: boolean;
  readonly scopes?: readonly string[];
}

export interface Health {
  readonly status: 'ok' | 'degraded' | 'failing';
  readonly checks: Readonly<
    Record<string, { readonly status: 'ok' | 'degraded' | 'failing'; readonly reason?: string }>
  >;
}
