import { encodeLabels, Labels } from '@tinyobs/model';
import { firstSeriesOf, GroupReader } from '../index/seriesGroups.js';
import { SeriesIndex } from '../index/seriesIndex.js';
import { isKnownKey } from '../kv/keyShapes.js';
import { parseSeriesGroup, seriesGroupKey, seriesGroupRange, walRange } from '../kv/keys.js';
import { unseal } from '../kv/seal.js';
import { forEachStretch } from '../manifest/seriesSet.js';
import { readWalRecord } from '../wal/walRecord.js';
import { type EntryReader, type FindingHandler, forEachEntry, hexOf, readSealed } from './finding.js';
import type { CatalogSurvey } from './surveyCatalog.js';

/** The series of a store. Ids have no gaps: those whose labels are gone have labels that stand for them. */
export class SeriesSurvey {
  readonly index = new SeriesIndex();
  /** Ids whose labels are gone. */
  readonly lost = new Set<number>();

  /** How the series is called in findings. */
  nameOf(id: number): string {
    const isKnown = id < this.index.count && !this.lost.has(id);
    return isKnown ? this.index.labels(id).toString() : `series ${id}`;
  }

  knows(id: number): boolean {
    return id < this.index.count && !this.lost.has(id);
  }

  /** Adds the next series; it is lost where there are no labels, or another has the same. */
  add(bytes: Uint8Array | undefined): void {
    const { index, lost } = this;
    if (bytes && index.find(bytes, 0, bytes.length) < 0) {
      index.add(bytes, 0, bytes.length);
      return;
    }
    lost.add(index.count);
    const stand = encodeLabels(Labels.fromObject({ __lost_series__: String(index.count) }));
    index.add(stand, 0, stand.length);
  }
}

interface Group {
  readonly copy: number;
  readonly group: number;
  readonly firstId: number;
  readonly count: number;
}

/** Reads the labels of all series from either copy of the groups, and from write-ahead records where both are gone. */
export async function surveySeries(
  kv: EntryReader,
  catalog: CatalogSurvey,
  say: FindingHandler,
): Promise<SeriesSurvey> {
  const series = new SeriesSurvey();
  const groups = await findGroups(kv, catalog, say);
  const named = await readNames(kv, groups);
  for (const group of groups) {
    while (series.index.count < group.firstId) series.add(named.get(series.index.count));
    // A group that overlaps the one before is an old version of it.
    if (group.firstId === series.index.count) await readGroup(kv, group, series);
  }
  const end = endOf(catalog, named);
  while (series.index.count < end) series.add(named.get(series.index.count));
  series.index.visible = series.index.count;
  sayLost(series.lost, say);
  return series;
}

/** The groups of which a copy is sound, in order. */
async function findGroups(kv: EntryReader, catalog: CatalogSurvey, say: FindingHandler): Promise<Group[]> {
  const copies = [await findCopies(kv, 0, say), await findCopies(kv, 1, say)];
  const count = Math.max(
    catalog.root?.seriesGroups ?? 0,
    ...copies.flatMap((groups) => [...groups.keys()]).map((group) => group + 1),
  );
  const groups: Group[] = [];
  for (let group = 0; group < count; group++) {
    const [first, second] = copies.map((found) => found.get(group));
    const best = !first || (second && second.count > first.count) ? second : first;
    if (best) groups.push(best);
    const isCounted = group < (catalog.root?.seriesGroups ?? 0);
    const isOneGone = isCounted && (!first || !second);
    if (!isOneGone && first?.count === second?.count) continue;
    const message = best
      ? `one copy of series group ${group} is missing, bad or old; the other is whole`
      : `both copies of series group ${group} are missing or bad`;
    say({ severity: 'damage', kind: 'series_group', message });
  }
  return groups;
}

async function findCopies(kv: EntryReader, copy: number, say: FindingHandler): Promise<Map<number, Group>> {
  const found = new Map<number, Group>();
  await forEachEntry(kv, seriesGroupRange({ copy, fromGroup: 0 }), (key, value) => {
    if (!isKnownKey(key)) return;
    const group = parseSeriesGroup(key);
    const reading = readSealed(key, value, firstSeriesOf);
    if (reading.problem === undefined) found.set(group, { copy, group, ...reading.value });
    else {
      const message = `copy ${copy} of series group ${group} ${reading.problem}`;
      say({ severity: 'damage', kind: 'series_group', message, key: hexOf(key) });
    }
  });
  return found;
}

async function readGroup(kv: EntryReader, group: Group, series: SeriesSurvey): Promise<void> {
  const key = seriesGroupKey(group);
  const value = await kv.get(key);
  await new GroupReader(series.index, Number.POSITIVE_INFINITY).read(unseal(key, value!));
}

/** Labels that write-ahead records give to ids that no group holds. */
async function readNames(kv: EntryReader, groups: readonly Group[]): Promise<Map<number, Uint8Array>> {
  const named = new Map<number, Uint8Array>();
  const heldEnd = Math.max(0, ...groups.map(({ firstId, count }) => firstId + count));
  const isHeld = (id: number) =>
    id < heldEnd && groups.some(({ firstId, count }) => id >= firstId && id < firstId + count);
  await forEachEntry(kv, walRange(0), (key, value) => {
    if (!isKnownKey(key)) return;
    const record = readSealed(key, value, readWalRecord);
    if (record.problem !== undefined || record.value.kind !== 'samples') return;
    const { firstId, count, bytes, starts } = record.value.newSeries;
    for (let i = 0; i < count; i++) {
      if (!isHeld(firstId + i)) named.set(firstId + i, bytes.slice(starts[i], starts[i + 1]));
    }
  });
  return named;
}

/** One more than the greatest id that anything names. */
function endOf(catalog: CatalogSurvey, named: ReadonlyMap<number, Uint8Array>): number {
  let end = catalog.root?.sealedSeries ?? 0;
  for (const id of named.keys()) end = Math.max(end, id + 1);
  for (const { series } of catalog.manifests) {
    forEachStretch(series, (_start, stretchEnd) => {
      end = Math.max(end, stretchEnd);
    });
  }
  return end;
}

function sayLost(lost: ReadonlySet<number>, say: FindingHandler): void {
  if (lost.size === 0) return;
  const ids = [...lost];
  const message = `the labels of ${lost.size} series are gone, ids ${ids[0]} to ${ids[ids.length - 1]}; what they hold is counted below`;
  say({ severity: 'damage', kind: 'series_group', message });
}
