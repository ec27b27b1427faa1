import { encodeLabels } from '@tinyobs/model';
import { GroupReader, seriesOfGroup } from '../index/groupRecord.js';
import { numbersOf } from '../index/seriesGroups.js';
import { SeriesIndex } from '../index/seriesIndex.js';
import { isKnownKey } from '../kv/keyShapes.js';
import {
  compareKeys,
  parseSeriesGroup,
  parseWalKey,
  seriesGroupKey,
  seriesGroupRange,
  walRange,
} from '../kv/keys.js';
import { readSealed, unseal } from '../kv/seal.js';
import { SeriesBits } from '../manifest/seriesBits.js';
import { forEachStretch, type SeriesSet } from '../manifest/seriesSet.js';
import { readWalRecord } from '../wal/walRecord.js';
import { type EntryReader, type FindingHandler, forEachEntry, hexOf } from './finding.js';
import type { CatalogSurvey } from './surveyCatalog.js';
import { addSeriesOfExemplars } from './surveyExemplars.js';

/** The series of a store that count: those that are in a run or in a write-ahead record, or have exemplars. */
export class SeriesSurvey {
  readonly index = new SeriesIndex();
  /** Ids that count, and whose labels are gone. */
  readonly lost = new Set<number>();

  /** How the series is called in findings. */
  nameOf(id: number): string {
    return this.knows(id) ? this.index.labels(id).toString() : `series ${id}`;
  }

  knows(id: number): boolean {
    return this.index.rows.has(id);
  }

  /** Adds a series, unless there are no labels, or another has the same; returns whether it was added. */
  add(id: number, bytes: Uint8Array | undefined): boolean {
    if (!bytes || this.index.find(bytes, 0, bytes.length) >= 0) return false;
    this.index.add(bytes, 0, bytes.length, id);
    return true;
  }
}

interface Group {
  readonly copy: number;
  readonly group: number;
  readonly ids: SeriesSet;
}

/**
 * Reads the labels of the series that count from either copy of the groups, and from write-ahead records where both
 * are gone.
 *
 * @param options.isCatalogUncertain whether there may be runs that no manifest names: then all series with labels of
 * their own count
 */
export async function surveySeries(
  kv: EntryReader,
  catalog: CatalogSurvey,
  options: { readonly say: FindingHandler; readonly isCatalogUncertain: boolean },
): Promise<SeriesSurvey> {
  const { say } = options;
  const series = new SeriesSurvey();
  const held = new SeriesBits();
  for (const run of catalog.manifests)
    forEachStretch(run.series, (start, end) => held.addStretch(start, end));
  const named = await readNames(kv, catalog, held);
  await addSeriesOfExemplars(kv, catalog.hasExemplars, held);
  const groups = await findGroups(kv, { catalog, held }, say);
  await readGroups(kv, groups, series.index, (id) => held.has(id));
  held.forEachStretch((start, end) => {
    for (let id = start; id < end; id++) {
      if (!series.knows(id) && !series.add(id, named.get(id))) series.lost.add(id);
    }
    series.index.rows.skipTo(end);
  });
  if (options.isCatalogUncertain || isUncertain(catalog)) await addUnheld(kv, groups, series, held);
  series.index.rows.skipTo(catalog.root?.sealedSeries ?? 0);
  series.index.visible = series.index.end;
  sayLost(series.lost, say);
  return series;
}

/** Whether runs may be there that no manifest names. */
function isUncertain({ root, badManifests, manifestsMissing }: CatalogSurvey): boolean {
  return !root || badManifests.length > 0 || manifestsMissing > 0;
}

/** Adds what groups hold beside: of series with the same labels the one that came last. */
async function addUnheld(
  kv: EntryReader,
  groups: readonly Group[],
  series: SeriesSurvey,
  held: SeriesBits,
): Promise<void> {
  const others = new SeriesIndex();
  await readGroups(kv, groups, others, (id) => !held.has(id));
  for (const id of others.rows.ids(others.end).reverse()) series.add(id, encodeLabels(others.labels(id)));
}

/** The groups of which a copy is sound, in order. */
async function findGroups(
  kv: EntryReader,
  { catalog, held }: { readonly catalog: CatalogSurvey; readonly held: SeriesBits },
  say: FindingHandler,
): Promise<Group[]> {
  const copies = [await findCopies(kv, 0, say), await findCopies(kv, 1, say)];
  const there = new Set(copies.flatMap((groups) => [...groups.keys()]));
  const { root } = catalog;
  const counted = root ? numbersOf(root) : [...there].sort((a, b) => a - b);
  const groups: Group[] = [];
  let isWhole = true;
  for (const group of counted) {
    const [first, second] = copies.map((found) => found.get(group));
    const best = countOf(second?.ids, held) > countOf(first?.ids, held) ? second : (first ?? second);
    if (best) groups.push(best);
    else isWhole = false;
    if (first && second && compareKeys(first.ids, second.ids) === 0) continue;
    const message = best
      ? `one copy of series group ${group} is missing, bad or old; the other is whole`
      : `both copies of series group ${group} are missing or bad`;
    say({ severity: 'damage', kind: 'series_group', message });
  }
  if (root && isWhole) checkCounts(root, groups, there, say);
  return groups;
}

/** Says which groups are not those that the root counts. */
function checkCounts(
  root: NonNullable<CatalogSurvey['root']>,
  groups: readonly Group[],
  there: ReadonlySet<number>,
  say: FindingHandler,
): void {
  const counted = new Set(groups.map(({ group }) => group));
  for (const group of there) {
    if (counted.has(group) || group >= root.seriesGroups) continue;
    const message = `series group ${group} is old: the root record does not count it any more`;
    say({ severity: 'damage', kind: 'series_group', message });
  }
  const stored = groups.reduce((total, { ids }) => total + countOf(ids, undefined, root.sealedSeries), 0);
  if (stored === root.sealedSeries - root.goneSeries) return;
  const message = `the root record counts ${root.sealedSeries - root.goneSeries} series in groups, ${stored} are there: one of them is old`;
  say({ severity: 'damage', kind: 'series_group', message });
}

/** How many ids of a set are held, or below `end`; -1 without a set. */
function countOf(ids: SeriesSet | undefined, held?: SeriesBits, end = Number.POSITIVE_INFINITY): number {
  if (!ids) return -1;
  let count = 0;
  forEachStretch(ids, (start, stop) => {
    if (!held) count += Math.max(0, Math.min(stop, end) - start);
    else for (let id = start; id < stop; id++) if (held.has(id)) count++;
  });
  return count;
}

async function findCopies(kv: EntryReader, copy: number, say: FindingHandler): Promise<Map<number, Group>> {
  const found = new Map<number, Group>();
  await forEachEntry(kv, seriesGroupRange({ copy, fromGroup: 0 }), (key, value) => {
    if (!isKnownKey(key)) return;
    const group = parseSeriesGroup(key);
    const reading = readSealed(key, value, (payload) => seriesOfGroup(payload).slice());
    if (reading.problem === undefined) found.set(group, { copy, group, ids: reading.value });
    else {
      const message = `copy ${copy} of series group ${group} ${reading.problem}`;
      say({ severity: 'damage', kind: 'series_group', message, key: hexOf(key) });
    }
  });
  return found;
}

/** Adds those series of groups that are wanted. */
async function readGroups(
  kv: EntryReader,
  groups: readonly Group[],
  index: SeriesIndex,
  isWanted: (id: number) => boolean,
): Promise<void> {
  const reader = new GroupReader(index, { end: Number.POSITIVE_INFINITY, isWanted });
  let endId = 0;
  for (const { copy, group, ids } of groups) {
    let [start, end] = [Number.POSITIVE_INFINITY, 0];
    forEachStretch(ids, (from, to) => {
      start = Math.min(start, from);
      end = to;
    });
    // A group that overlaps the one before is an old version of it.
    if (start < endId) continue;
    endId = Math.max(endId, end);
    const key = seriesGroupKey({ copy, group });
    const value = await kv.get(key);
    await reader.read(unseal(key, value!));
  }
}

/** Adds the series of write-ahead records that count to those held, and returns the labels that records give to ids. */
async function readNames(
  kv: EntryReader,
  { root }: CatalogSurvey,
  held: SeriesBits,
): Promise<Map<number, Uint8Array>> {
  const named = new Map<number, Uint8Array>();
  await forEachEntry(kv, walRange(0), (key, value) => {
    if (!isKnownKey(key)) return;
    const record = readSealed(key, value, readWalRecord);
    if (record.problem !== undefined || record.value.kind !== 'samples') return;
    const { newSeries, ids, count } = record.value;
    const { firstId, bytes, starts } = newSeries;
    for (let i = 0; i < newSeries.count; i++) named.set(firstId + i, bytes.slice(starts[i], starts[i + 1]));
    if (parseWalKey(key) < (root?.walLow ?? 0)) return;
    held.addStretch(firstId, firstId + newSeries.count);
    for (let i = 0; i < count; i++) held.add(ids[i]);
  });
  return named;
}

function sayLost(lost: ReadonlySet<number>, say: FindingHandler): void {
  if (lost.size === 0) return;
  const ids = [...lost];
  const message = `the labels of ${lost.size} series are gone, ids ${ids[0]} to ${ids[ids.length - 1]}; what they hold is counted below`;
  say({ severity: 'damage', kind: 'series_group', message });
}
