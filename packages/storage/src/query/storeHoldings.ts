import { NO_SYMBOL, type SeriesIndex } from '../index/seriesIndex.js';
import { RESOLUTION_RAW } from '../kv/keys.js';
import { DAY_MS, HOUR_MS } from '../limits.js';
import type { Manifest } from '../manifest/manifest.js';
import { forEachStretch } from '../manifest/seriesSet.js';
import { RESOLUTIONS } from '../rollup/resolution.js';
import type { QueryGuard } from './queryGuard.js';
import { TopCounts } from './topCounts.js';

/** Work between two looks at the clock. */
const STRIDE = 1024;

/** Bounds of the groups of ages, ms; what is older than the last is a group of its own. */
const AGES_MS: readonly number[] = [6 * HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, 365 * DAY_MS];

/** What is in blocks, in one resolution. Sizes here are before the compression of the key-value store. */
export interface TierHoldings {
  /** Width of the buckets of rollups, ms; 0 for the samples themselves. */
  readonly widthMs: number;
  readonly sizeBytes: number;
  readonly runs: number;
  readonly blocks: number;
  readonly samples: number;
  /** Times of the oldest and the newest, undefined where there is nothing. */
  readonly minMs: number | undefined;
  readonly maxMs: number | undefined;
}

/** What is in blocks of one group of ages: those of their newest sample. */
export interface AgeHoldings {
  /** Younger than this, ms, and not in a group before; undefined for whatever is older. */
  readonly belowMs: number | undefined;
  /** By resolution, in the order of the tiers. */
  readonly sizeBytes: readonly number[];
}

/** What takes room in blocks. */
export interface StoreHoldings {
  /** The samples first, then rollups, the finest first. */
  readonly tiers: readonly TierHoldings[];
  readonly ages: readonly AgeHoldings[];
  /**
   * The metrics that take most. A run's bytes are divided by its series, since blocks are shared by metrics: a metric
   * whose values pack better than others takes less in truth.
   */
  readonly metrics: readonly { readonly name: string; readonly sizeBytes: number }[];
}

export interface HoldingsOptions {
  readonly runs: readonly Manifest[];
  readonly index: SeriesIndex;
  readonly nowMs: number;
  /** Metrics that are listed. */
  readonly listed: number;
}

/** Adds up what runs take: by resolution, age and metric. */
export async function addUpHoldings(options: HoldingsOptions, guard: QueryGuard): Promise<StoreHoldings> {
  const { runs, nowMs } = options;
  const tiers = [{ id: RESOLUTION_RAW, widthMs: 0 }, ...RESOLUTIONS];
  const byTier = tiers.map(({ id }) => runs.filter((run) => run.id.resolution === id));
  return {
    tiers: tiers.map(({ widthMs }, tier) => tierOf(widthMs, byTier[tier])),
    ages: [...AGES_MS, undefined].map((belowMs, place) => {
      const fromMs = AGES_MS[place - 1] ?? Number.NEGATIVE_INFINITY;
      const isOf = ({ maxMs }: Manifest) =>
        nowMs - maxMs >= fromMs && nowMs - maxMs < (belowMs ?? Number.POSITIVE_INFINITY);
      return { belowMs, sizeBytes: byTier.map((some) => sumOf(some.filter(isOf), 'sizeBytes')) };
    }),
    metrics: await largestMetrics(options, guard),
  };
}

function tierOf(widthMs: number, runs: readonly Manifest[]): TierHoldings {
  const isEmpty = runs.length === 0;
  return {
    widthMs,
    runs: runs.length,
    sizeBytes: sumOf(runs, 'sizeBytes'),
    blocks: sumOf(runs, 'blocks'),
    samples: sumOf(runs, 'samples'),
    minMs: isEmpty
      ? undefined
      : runs.reduce((min, run) => Math.min(min, run.minMs), Number.POSITIVE_INFINITY),
    maxMs: isEmpty
      ? undefined
      : runs.reduce((max, run) => Math.max(max, run.maxMs), Number.NEGATIVE_INFINITY),
  };
}

async function largestMetrics(
  { runs, index, listed }: HoldingsOptions,
  guard: QueryGuard,
): Promise<StoreHoldings['metrics']> {
  const bytes = new Map<number, number>();
  for (const { series, seriesCount, sizeBytes } of runs) {
    const stretches: [start: number, end: number][] = [];
    forEachStretch(series, (start, end) => stretches.push([start, end]));
    const share = sizeBytes / Math.max(1, seriesCount);
    for (const [start, end] of stretches) {
      for (let id = start; id < end; id++) {
        if (id % STRIDE === 0 && guard.due) await guard.pause();
        const metric = index.metricOf(id);
        if (metric !== NO_SYMBOL) bytes.set(metric, (bytes.get(metric) ?? 0) + share);
      }
    }
  }
  const top = new TopCounts(listed);
  for (const [metric, size] of bytes) top.offer(Math.round(size), metric);
  return top.sorted().map(({ item, count }) => ({ name: index.symbols.text(item), sizeBytes: count }));
}

function sumOf(runs: readonly Manifest[], field: 'sizeBytes' | 'blocks' | 'samples'): number {
  return runs.reduce((total, run) => total + run[field], 0);
}
