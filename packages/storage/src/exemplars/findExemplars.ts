import { decodeLabels, type Exemplar, type Matcher, type SeriesId, type TimeRange } from '@tinyobs/model';
import type { Deletion } from '../deletion/deletion.js';
import { Exclusions } from '../deletion/exclusions.js';
import { matchSeries } from '../index/matchSeries.js';
import type { SeriesIndex } from '../index/seriesIndex.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import type { QueryGuard } from '../query/queryGuard.js';
import type { ExemplarFilter, ExemplarLog } from './exemplarLog.js';

const STRIDE = 256;
const EVER: TimeRange = { minMs: Number.NEGATIVE_INFINITY, maxMs: Number.POSITIVE_INFINITY };

export type StoredExemplar = Omit<Exemplar, 'series'>;

export interface SeriesExemplars {
  readonly id: SeriesId;
  /** By time, those of one time as they came. */
  readonly exemplars: readonly StoredExemplar[];
}

export interface ExemplarSources {
  readonly exemplars: ExemplarLog;
  readonly index: SeriesIndex;
  readonly visible: number;
  readonly isShown: ExemplarFilter;
}

/** What retention leaves of exemplars: they are shown as long as samples are. */
export function shownByRetention(
  expired: readonly Deletion[],
  { rawMs = Number.POSITIVE_INFINITY, nowMs }: { readonly rawMs: number | undefined; readonly nowMs: number },
): ExemplarFilter {
  const exclusions = new Exclusions(expired, EVER);
  return (series, timeMs) => timeMs >= nowMs - rawMs && !exclusions.hides(series, timeMs);
}

/**
 * The exemplars within the range of the series that pass one of the matcher sets, by ascending ids of these; at most
 * `limit`, those that came first.
 *
 * @throws TinyObsError `query_canceled`, `store_closed`, `query_execution`, `store_corrupt`
 */
export async function findExemplars(
  sources: ExemplarSources,
  matcherSets: readonly (readonly Matcher[])[],
  { range, limit }: { readonly range: TimeRange; readonly limit: number },
  guard: QueryGuard,
): Promise<SeriesExemplars[]> {
  const wanted = new SeriesBits();
  for (const matchers of matcherSets) {
    for (const id of await matchSeries(sources.index, matchers, sources.visible, guard)) wanted.add(id);
  }
  const { start, end, series, times, values, labelStarts, labels } = sources.exemplars.view();
  const bySeries = new Map<SeriesId, StoredExemplar[]>();
  let left = limit;
  for (let place = start; place < end && left > 0; place++) {
    if (place % STRIDE === 0 && guard.due) await guard.pause();
    const id = series[place];
    const timeMs = times[place];
    if (timeMs < range.minMs || timeMs > range.maxMs || !wanted.has(id)) continue;
    if (!sources.isShown(id, timeMs)) continue;
    const own = decodeLabels(labels, labelStarts[place], labelStarts[place + 1]);
    const exemplar = { labels: own, value: values[place], timeMs };
    const known = bySeries.get(id);
    if (known) known.push(exemplar);
    else bySeries.set(id, [exemplar]);
    left--;
  }
  const ids = [...bySeries.keys()].sort((a, b) => a - b);
  return ids.map((id) => ({ id, exemplars: bySeries.get(id)!.sort((a, b) => a.timeMs - b.timeMs) }));
}
