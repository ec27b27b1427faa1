import { compareUtf8, type Matcher, type SeriesId, type TimeRange } from '@tinyobs/model';
import type { Exclusions } from '../deletion/exclusions.js';
import type { HeadView } from '../head/heads.js';
import { matchSeries } from '../index/matchSeries.js';
import { NO_SYMBOL, type SeriesIndex } from '../index/seriesIndex.js';
import type { Manifest } from '../manifest/manifest.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import { forEachStretch } from '../manifest/seriesSet.js';
import { HeadReader } from './headReader.js';
import type { QueryGuard } from './queryGuard.js';
import { SampleBuffer } from './sampleBuffer.js';

const STRIDE = 1024;

/** What a question about labels needs to see, taken in one tick. */
export interface LabelSources {
  readonly index: SeriesIndex;
  readonly visible: number;
  readonly runs: readonly Manifest[];
  readonly heads: readonly HeadView[];
  readonly exclusions: Exclusions;
}

/** Ids, ascending, of the series that pass one of the sets (no set: all) and may have samples in the range. */
export async function findSeries(
  sources: LabelSources,
  matcherSets: readonly (readonly Matcher[])[],
  range: TimeRange,
  guard: QueryGuard,
): Promise<SeriesId[]> {
  const present = await presentSeries(sources, range, guard);
  const found = new Set<number>();
  for (const matchers of matcherSets.length === 0 ? [[]] : matcherSets) {
    const ids = await matchSeries(sources.index, matchers, sources.visible, guard);
    for (let i = 0; i < ids.length; i++) {
      if (i % STRIDE === STRIDE - 1 && guard.due) await guard.pause();
      if (present.has(ids[i])) found.add(ids[i]);
    }
  }
  return matcherSets.length > 1 ? [...found].sort((a, b) => a - b) : [...found];
}

export async function findLabelNames(
  sources: LabelSources,
  matcherSets: readonly (readonly Matcher[])[],
  range: TimeRange,
  guard: QueryGuard,
): Promise<string[]> {
  const { index } = sources;
  const names = new Set<number>();
  const ids = await findSeries(sources, matcherSets, range, guard);
  for (let i = 0; i < ids.length; i++) {
    if (i % STRIDE === STRIDE - 1 && guard.due) await guard.pause();
    for (const name of index.names(ids[i])) names.add(name);
  }
  return [...names].map((symbol) => index.symbols.text(symbol)).sort(compareUtf8);
}

export async function findLabelValues(
  sources: LabelSources,
  name: string,
  matcherSets: readonly (readonly Matcher[])[],
  range: TimeRange,
  guard: QueryGuard,
): Promise<string[]> {
  const { index } = sources;
  const symbol = index.symbols.findText(name);
  if (symbol < 0) return [];
  const values = new Set<number>();
  const ids = await findSeries(sources, matcherSets, range, guard);
  for (let i = 0; i < ids.length; i++) {
    if (i % STRIDE === STRIDE - 1 && guard.due) await guard.pause();
    const value = index.valueOf(ids[i], symbol);
    if (value !== NO_SYMBOL) values.add(value);
  }
  return [...values].map((value) => index.symbols.text(value)).sort(compareUtf8);
}

/** Series that have a sample of the range in a head, or are in a run that overlaps the range. */
async function presentSeries(
  sources: LabelSources,
  range: TimeRange,
  guard: QueryGuard,
): Promise<SeriesBits> {
  const bits = new SeriesBits();
  const { rows } = sources.index;
  for (const run of sources.runs) {
    if (run.minMs > range.maxMs || run.maxMs < range.minMs) continue;
    markRun(bits, run, range, sources.exclusions);
    if (guard.due) await guard.pause();
  }
  for (const view of sources.heads) {
    if (view.head.minMs > range.maxMs || view.head.maxMs < range.minMs) continue;
    const reader = new HeadReader(view, range);
    const end = Math.min(view.head.seriesEnd, sources.visible);
    for (let id = rows.next(0), i = 1; id < end; id = rows.next(id + 1), i++) {
      if (i % STRIDE === 0 && guard.due) await guard.pause();
      if (bits.has(id) || !reader.hasSample(id)) continue;
      if (sources.exclusions.names(id) && !hasMoreThan(sources.exclusions, reader, id)) continue;
      bits.add(id);
    }
  }
  return bits;
}

/** Marks the series of a run, but for those of which everything in the range is deleted. */
function markRun(bits: SeriesBits, run: Manifest, range: TimeRange, exclusions: Exclusions): void {
  const origin = { run: run.id.run, deletedSeq: run.deletedSeq };
  const both = { minMs: Math.max(run.minMs, range.minMs), maxMs: Math.min(run.maxMs, range.maxMs) };
  forEachStretch(run.series, (start, end) => {
    if (exclusions.isEmpty) return bits.addStretch(start, end);
    for (let id = start; id < end; id++) {
      if (!exclusions.coversAll(id, origin, both)) bits.add(id);
    }
  });
}

/** Whether a series has samples in a head that are not deleted. */
function hasMoreThan(exclusions: Exclusions, reader: HeadReader, id: number): boolean {
  const samples = new SampleBuffer();
  reader.read(id, samples);
  exclusions.removeFrom(samples, id, reader.origin);
  return samples.length > 0;
}
