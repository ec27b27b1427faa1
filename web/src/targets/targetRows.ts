import type { ActiveTarget, DroppedTarget, Targets } from '../api/operateTypes.js';
import type { Labels, QueryData } from '../api/types.js';
import { hasWords } from '../state/hasWords.js';
import type { HealthChoice, TargetsView } from '../state/operateRoute.js';

/** A target as the screen lists it: one that is scraped, or one that relabelling dropped. */
export type TargetRow =
  | (ActiveTarget & { readonly samples: number | null })
  | (DroppedTarget & { readonly health: 'dropped' });

/** How many targets a pool has, by health. */
export interface PoolCounts {
  readonly pool: string;
  readonly up: number;
  readonly down: number;
  readonly unknown: number;
  readonly dropped: number;
}

/** The series in which each scrape says how many samples there were. */
export const SAMPLES_METRIC = 'scrape_samples_post_metric_relabeling';

/** Targets with the samples of their last scrape: what needs somebody first, then by pool and address. */
export function targetRows(
  { activeTargets, droppedTargets }: Targets,
  samples: QueryData,
): readonly TargetRow[] {
  const byLabels = samplesByLabels(samples);
  return [
    ...activeTargets.map((target) => ({ ...target, samples: byLabels.get(keyOf(target.labels)) ?? null })),
    ...droppedTargets.map((target) => ({ ...target, health: 'dropped' as const })),
  ].sort(
    (a, b) =>
      URGENCY.indexOf(a.health) - URGENCY.indexOf(b.health) ||
      a.scrapePool.localeCompare(b.scrapePool) ||
      nameOf(a).localeCompare(nameOf(b)),
  );
}

const URGENCY: readonly TargetRow['health'][] = ['down', 'unknown', 'up', 'dropped'];

/** Where a target is. */
export function nameOf(row: TargetRow): string {
  return row.health === 'dropped' ? (row.discoveredLabels['__address__'] ?? '(no address)') : row.scrapeUrl;
}

/** What a target is told from all others by, in addresses of the page, too. */
export function idOf(row: TargetRow): string {
  return `${row.scrapePool} ${nameOf(row)}`;
}

function samplesByLabels(data: QueryData): ReadonlyMap<string, number> {
  if (data.resultType !== 'vector') return new Map();
  return new Map(data.result.map(({ metric, value }) => [keyOf(metric), Number(value[1])]));
}

function keyOf(labels: Labels): string {
  const pairs = Object.entries(labels).filter(([name]) => name !== '__name__');
  return JSON.stringify(pairs.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The pools by name; dropped targets are counted where only some of them are listed. */
export function poolCounts({ activeTargets, droppedTargetCounts }: Targets): readonly PoolCounts[] {
  const names = new Set([
    ...activeTargets.map(({ scrapePool }) => scrapePool),
    ...Object.keys(droppedTargetCounts),
  ]);
  return [...names].sort().map((pool) => {
    const own = activeTargets.filter(({ scrapePool }) => scrapePool === pool);
    const count = (health: ActiveTarget['health']) => own.filter((one) => one.health === health).length;
    const dropped = droppedTargetCounts[pool] ?? 0;
    return { pool, up: count('up'), down: count('down'), unknown: count('unknown'), dropped };
  });
}

/** How many there are of each health, of all pools or of one. */
export function countsOf(pools: readonly PoolCounts[], pool: string): Readonly<Record<HealthChoice, number>> {
  const some = pools.filter((one) => pool === '' || one.pool === pool);
  const sum = (health: Exclude<HealthChoice, 'all'>) => some.reduce((total, one) => total + one[health], 0);
  const [up, down, unknown, dropped] = [sum('up'), sum('down'), sum('unknown'), sum('dropped')];
  return { all: up + down + unknown + dropped, up, down, unknown, dropped };
}

/** Whether the filters of the screen let a target through; a text is looked for word by word. */
export function isShown(
  row: TargetRow,
  { health, pool, text }: Pick<TargetsView, 'health' | 'pool' | 'text'>,
): boolean {
  if (health !== 'all' && row.health !== health) return false;
  if (pool !== '' && row.scrapePool !== pool) return false;
  if (text === '') return true;
  const labels = { ...row.discoveredLabels, ...(row.health === 'dropped' ? {} : row.labels) };
  const told = [
    nameOf(row),
    row.scrapePool,
    row.health === 'dropped' ? '' : row.lastError,
    ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
  ];
  return hasWords(told, text);
}

/** What relabelling made of a label. */
export interface LabelChange {
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
  readonly change: 'kept' | 'changed' | 'new' | 'dropped';
}

/** Labels before and after relabelling: first those that the series have. */
export function labelChanges(before: Labels, after: Labels): readonly LabelChange[] {
  const names = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  const changes = names.map((name): LabelChange => {
    const [was, is] = [before[name] ?? null, after[name] ?? null];
    const change = is === null ? 'dropped' : was === null ? 'new' : was === is ? 'kept' : 'changed';
    return { name, before: was, after: is, change };
  });
  return changes.sort(
    (a, b) => Number(a.after === null) - Number(b.after === null) || (a.name < b.name ? -1 : 1),
  );
}
