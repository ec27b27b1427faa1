import { formatDuration, type RollupColumns, type SeriesBatch, TinyObsError } from '@tinyobs/model';

/** The buckets of a batch; undefined where it has none. */
export function bucketsOf(batch: SeriesBatch): RollupColumns | undefined {
  const { rollups, count } = batch;
  if (!rollups) return undefined;
  for (let i = 0; i < count; i++) if (rollups.lengths[i] > 0) return rollups;
  return undefined;
}

/** Where raw samples begin, ms. */
export function rollupsEnd({ spans }: RollupColumns): number {
  return spans.length > 0 ? spans[spans.length - 1].endMs : Number.NEGATIVE_INFINITY;
}

/** Width of the buckets that answer at a time, ms; 0 where raw samples do. */
export function widthAt({ spans }: RollupColumns, timeMs: number): number {
  for (const { endMs, widthMs } of spans) if (timeMs < endMs) return widthMs;
  return 0;
}

/**
 * Refuses what buckets do not tell.
 *
 * @throws TinyObsError `query_needs_raw`
 */
export function refuseRollups(rollups: RollupColumns, what: string, advice: string): never {
  const before = rawFrom(rollups);
  throw new TinyObsError(
    'query_needs_raw',
    `${what} cannot be answered before ${before}: raw samples are gone, and of rollups of ${widthsOf(rollups)} it cannot be made; ${advice}`,
    { details: { rawFrom: before } },
  );
}

/** What a result says that is made of them. */
export function rollupsNote(rollups: RollupColumns): string {
  return `before ${rawFrom(rollups)} this is made of rollups of ${widthsOf(rollups)}: raw samples are gone`;
}

function rawFrom(rollups: RollupColumns): string {
  return new Date(rollupsEnd(rollups)).toISOString();
}

function widthsOf({ spans }: RollupColumns): string {
  return [...new Set(spans.map(({ widthMs }) => formatDuration(widthMs)))].join(' and ');
}

export const USE_OTHERS =
  'ask for later times only, for rate, increase, delta, or count, sum, avg, min, max, first, last and ' +
  'present_over_time, or take a subquery such as metric[1d:1h]';
