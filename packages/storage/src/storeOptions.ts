import { TinyObsError } from '@tinyobs/model';
import { RESOLUTION_RAW } from './kv/keys.js';
import type { KeyValueStore } from './kv/keyValueStore.js';
import {
  AUDIT_ENTRIES_CEILING,
  DAY_MS,
  DEFAULTS,
  EXEMPLARS_CEILING,
  HEAD_SAMPLES_CEILING,
} from './limits.js';
import type { ExpiryRule } from './retention/expiry.js';
import { FIVE_MINUTES, ONE_HOUR, RESOLUTIONS, type Resolution } from './rollup/resolution.js';
import type { StoreEventHandler } from './storeEvent.js';

export interface StoreOptions {
  /** Folder of the database; made when missing. Exactly one of `dataDir` and `kv` is given. */
  readonly dataDir?: string;
  /** An open key-value store to use instead of a folder; the store closes it. */
  readonly kv?: KeyValueStore;
  /**
   * What an acknowledged append promises. `sync` (default): it survives a power cut. `os`: it survives the
   * death of the process only, and costs no disk sync.
   */
  readonly durability?: 'sync' | 'os';
  /** Samples each of the two heads holds, 16 B each; default 2,000,000. More means fewer, larger runs. */
  readonly headSamplesMax?: number;
  /** Bytes of blocks and timestamp columns kept for the next queries; default 48 MiB. */
  readonly readCacheBytesMax?: number;
  /** Width of the windows that runs are cut by, ms, a divisor of a day; default 2 h. Changing it later is safe. */
  readonly windowMs?: number;
  readonly limits?: {
    /** Series with a sample in this or the last window, past which new series are refused; default 2M. */
    readonly series?: number;
    /** The same for the series of one metric name; default 100,000. */
    readonly seriesPerMetric?: number;
    /**
     * Series of which anything is kept, in whatever resolution; default 2M. Past it the rollups of those idle for
     * longest are dropped, and where samples alone are of as many new series are refused.
     */
    readonly indexedSeries?: number;
  };
  readonly retention?: {
    /**
     * How long samples are kept, ms; by default forever. Runs are dropped when all of their window is older, and
     * samples that are older already are refused.
     */
    readonly rawMs?: number;
    /**
     * How long rollups of 5 minutes and of an hour are kept, ms, reckoned from the time of their samples: infinite
     * for ever. When a raw window is past `rawMs`, or dropped for `sizeBytesMax`, rollups take its place, and
     * samples before its end are refused. None are made where nothing is given; 0 drops those there are.
     */
    readonly rollup5mMs?: number;
    readonly rollup1hMs?: number;
    /** Shorter limits for the series that pass the matchers; in force for answers at once. */
    readonly byMatchers?: readonly ExpiryRule[];
    /**
     * Most bytes of blocks, before the compression of the database: past it the oldest raw windows are dropped,
     * then the oldest of the rollups of 5 minutes, then of those of an hour.
     */
    readonly sizeBytesMax?: number;
  };
  /**
   * Exemplars that are kept, the newest ones: past it the oldest go, some at once; default 100,000. With 0 none are
   * kept. They are shown no longer than samples of their time and series are kept.
   */
  readonly exemplarsMax?: number;
  /** Memory that exemplars may take, in bytes, about; past it the oldest go. Default 32 MiB. */
  readonly exemplarBytesMax?: number;
  /**
   * Who follows what is committed, see `TailStore`, and how many bytes of records are kept for them on the disk beyond
   * those that are needed anyway; default 1 GiB. Past it the oldest go. Nobody costs nothing. Where the option is not
   * given, those who followed before keep their places, and all that is kept for them.
   */
  readonly tails?: { readonly names: readonly string[]; readonly sizeBytesMax?: number };
  /** Entries of the audit log that are kept, the newest ones, and up to a 64th more; default 100,000. */
  readonly auditEntriesMax?: number;
  /** Longest time an append waits for room before `store_busy`, ms; default 2,000. */
  readonly maxWaitMs?: number;
  /** Free space on the disk below which writes are refused; default 0. Reads go on. */
  readonly minFreeBytes?: number;
  /** The clock, ms since the epoch; default `Date.now`. */
  readonly now?: () => number;
  readonly onEvent?: StoreEventHandler;
}

/** Those of the options that can be changed while a store is open. */
export type ChangeableOptions = Pick<
  StoreOptions,
  'limits' | 'retention' | 'minFreeBytes' | 'exemplarsMax' | 'tails'
>;

/** What is kept and what is refused, with every default filled in; may change while a store is open. */
export interface StoreRules {
  readonly seriesMax: number;
  readonly seriesPerMetricMax: number;
  readonly indexedSeriesMax: number;
  readonly exemplarsMax: number;
  /** `names` is undefined where those who followed before do. */
  readonly tails: { readonly names: readonly string[] | undefined; readonly sizeBytesMax: number };
  readonly retention: {
    readonly rawMs: number | undefined;
    /** See `RetentionPlanOptions`. */
    readonly keptMs: ReadonlyMap<number, number>;
    /** Those that are made. */
    readonly rollups: readonly Resolution[];
    readonly byMatchers: readonly ExpiryRule[];
    readonly sizeBytesMax: number | undefined;
  };
}

/** The rules in force. Whoever needs them reads them when they are needed, once for work that must not mix them. */
export interface LiveRules {
  readonly current: StoreRules;
}

/** The other options with every default filled in. */
export interface StoreSettings {
  readonly sync: boolean;
  readonly headSamplesMax: number;
  readonly readCacheBytesMax: number;
  readonly windowMs: number;
  readonly exemplarBytesMax: number;
  readonly auditEntriesMax: number;
  readonly maxWaitMs: number;
  readonly minFreeBytes: number;
  readonly now: () => number;
  readonly onEvent: StoreEventHandler;
}

/** @throws TinyObsError `config_invalid` */
export function storeSettings(options: StoreOptions): StoreSettings {
  const settings: StoreSettings = {
    sync: (options.durability ?? 'sync') === 'sync',
    headSamplesMax: options.headSamplesMax ?? DEFAULTS.headSamplesMax,
    readCacheBytesMax: options.readCacheBytesMax ?? DEFAULTS.readCacheBytesMax,
    windowMs: options.windowMs ?? DEFAULTS.windowMs,
    exemplarBytesMax: options.exemplarBytesMax ?? DEFAULTS.exemplarBytesMax,
    auditEntriesMax: options.auditEntriesMax ?? DEFAULTS.auditEntriesMax,
    maxWaitMs: options.maxWaitMs ?? DEFAULTS.maxWaitMs,
    minFreeBytes: options.minFreeBytes ?? 0,
    now: options.now ?? Date.now,
    onEvent: options.onEvent ?? (() => undefined),
  };
  requireWhole('headSamplesMax', settings.headSamplesMax, HEAD_SAMPLES_CEILING);
  requireWhole('windowMs', settings.windowMs, DAY_MS);
  requireWhole('auditEntriesMax', settings.auditEntriesMax, AUDIT_ENTRIES_CEILING);
  if (DAY_MS % settings.windowMs !== 0) {
    throw new TinyObsError('config_invalid', `windowMs must divide a day, ${settings.windowMs} does not`);
  }
  return settings;
}

/** @throws TinyObsError `config_invalid` */
export function storeRules(options: ChangeableOptions): StoreRules {
  const { limits, retention, exemplarsMax = DEFAULTS.exemplarsMax, tails } = options;
  requireWhole('exemplarsMax', exemplarsMax, EXEMPLARS_CEILING, 0);
  return {
    seriesMax: limits?.series ?? DEFAULTS.limits.series,
    seriesPerMetricMax: limits?.seriesPerMetric ?? DEFAULTS.limits.seriesPerMetric,
    indexedSeriesMax: limits?.indexedSeries ?? DEFAULTS.limits.indexedSeries,
    exemplarsMax,
    tails: tailRules(tails),
    retention: {
      ...keptBy(retention),
      byMatchers: retention?.byMatchers ?? [],
      sizeBytesMax: retention?.sizeBytesMax,
    },
  };
}

function tailRules(tails: StoreOptions['tails']): StoreRules['tails'] {
  if (tails === undefined) return { names: undefined, sizeBytesMax: Number.POSITIVE_INFINITY };
  return { names: tails.names, sizeBytesMax: tails.sizeBytesMax ?? DEFAULTS.tailBytesMax };
}

function keptBy({ rawMs, rollup5mMs, rollup1hMs }: NonNullable<StoreOptions['retention']> = {}) {
  const keptMs = new Map<number, number>();
  if (rawMs !== undefined) keptMs.set(RESOLUTION_RAW, rawMs);
  if (rollup5mMs !== undefined) keptMs.set(FIVE_MINUTES.id, rollup5mMs);
  if (rollup1hMs !== undefined) keptMs.set(ONE_HOUR.id, rollup1hMs);
  return { rawMs, keptMs, rollups: RESOLUTIONS.filter(({ id }) => (keptMs.get(id) ?? 0) > 0) };
}

function requireWhole(option: string, value: number, max: number, min = 1): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new TinyObsError(
    'config_invalid',
    `${option} must be a whole number from ${min} to ${max}, not ${value}`,
  );
}
