import type { GraphKind } from '../chart/plotOptions.js';

/** How the results of Explore are shown. */
export interface ResultLook {
  readonly tab: 'graph' | 'table' | 'heatmap' | 'stat' | 'raw';
  /** Of the graph. */
  readonly kind: GraphKind;
  readonly isLog: boolean;
  /** What the graph is compared with. */
  readonly compare: 'none' | 'day' | 'week';
  /** Whether exemplars are drawn over the graph, where there are some. */
  readonly showsExemplars: boolean;
  readonly stat: 'number' | 'gauge' | 'bars';
  /** Of table and raw answer: over the range instead of at its end. */
  readonly isOverTime: boolean;
}

export const DEFAULT_LOOK: ResultLook = {
  tab: 'graph',
  kind: 'line',
  isLog: false,
  compare: 'none',
  showsExemplars: true,
  stat: 'number',
  isOverTime: false,
};

/** How long before that was. */
export const COMPARE_SEC: Readonly<Record<ResultLook['compare'], number>> = {
  none: 0,
  day: 86_400,
  week: 604_800,
};

/** Whether that takes points over the range, not those at its end alone. */
export function asksRange({ tab, isOverTime }: ResultLook): boolean {
  return isOverTime || (tab !== 'table' && tab !== 'raw');
}

const TABS: readonly ResultLook['tab'][] = ['graph', 'table', 'heatmap', 'stat', 'raw'];
const KINDS: readonly GraphKind[] = ['line', 'area', 'stacked', 'bars'];
const COMPARISONS = Object.keys(COMPARE_SEC) as ResultLook['compare'][];
const STATS: readonly ResultLook['stat'][] = ['number', 'gauge', 'bars'];

/** What is absent or unreadable takes its default. */
export function parseLook(params: URLSearchParams): ResultLook {
  const one = <Value extends string>(name: string, choices: readonly Value[], fallback: Value) =>
    choices.find((choice) => choice === params.get(name)) ?? fallback;
  return {
    tab: one('tab', TABS, DEFAULT_LOOK.tab),
    // Links of old say it this way.
    kind: params.get('stacked') === '1' ? 'stacked' : one('kind', KINDS, DEFAULT_LOOK.kind),
    isLog: params.get('scale') === 'log',
    compare: one('compare', COMPARISONS, DEFAULT_LOOK.compare),
    showsExemplars: params.get('exemplars') !== '0',
    stat: one('stat', STATS, DEFAULT_LOOK.stat),
    isOverTime: params.get('over') === 'range',
  };
}

/** Defaults are left out. */
export function writeLook(look: ResultLook, params: URLSearchParams): void {
  if (look.tab !== DEFAULT_LOOK.tab) params.set('tab', look.tab);
  if (look.kind !== DEFAULT_LOOK.kind) params.set('kind', look.kind);
  if (look.isLog) params.set('scale', 'log');
  if (look.compare !== DEFAULT_LOOK.compare) params.set('compare', look.compare);
  if (!look.showsExemplars) params.set('exemplars', '0');
  if (look.stat !== DEFAULT_LOOK.stat) params.set('stat', look.stat);
  if (look.isOverTime) params.set('over', 'range');
}
