import {
  DASHBOARD_LIST,
  type DashboardPlace,
  parseDashboardPlace,
  writeDashboardPlace,
} from './dashboardRoute.js';
import { type MetricSearch, NO_SEARCH, parseMetricSearch, writeMetricSearch } from './metricSearch.js';
import { type OperateView, parseOperate, writeOperate } from './operateRoute.js';
import { DEFAULT_LOOK, parseLook, type ResultLook, writeLook } from './resultLook.js';
import { DEFAULT_RANGE, formatDuration, parseDuration, RANGE_PRESETS, type TimeRange } from './timeRange.js';

/** When the page asks again: never, when the server says that there are newer samples, or every so many seconds. */
export type Refresh = 'off' | 'live' | number;

export const REFRESH_CHOICES: readonly Refresh[] = ['live', 5, 15, 60, 'off'];

/** How times are written: as the reader's clock has them, or in UTC. */
export type Zone = 'local' | 'utc';

/** What time the page speaks of, which links to other screens keep. */
export interface When {
  readonly range: TimeRange;
  readonly zone: Zone;
}

/** What time, and when it is asked for again. */
export interface Timing extends When {
  readonly refresh: Refresh;
}

export interface OverviewRoute extends Timing {
  readonly screen: 'overview';
}

/** Rows of queries by their place, which a link names by their letters. */
export interface RowMarks {
  /** Not run. */
  readonly hidden: readonly number[];
  /** Shown as choices in place of text. */
  readonly built: readonly number[];
  readonly explained: readonly number[];
}

export interface ExploreRoute extends Timing, RowMarks, ResultLook, MetricSearch {
  readonly screen: 'explore';
  /** At least one; an empty text is a row nobody has filled yet. */
  readonly queries: readonly string[];
}

export interface DashboardRoute extends Timing, DashboardPlace {
  readonly screen: 'dashboards';
}

/** The screens of who looks after the server. */
export type OperateRoute = Timing & OperateView;

/** Everything a shared link carries. The hash holds it, so any mount path and any static server will do. */
export type Route = OverviewRoute | ExploreRoute | DashboardRoute | OperateRoute;

/**
 * The overview is live from the start; a query somebody is still writing is not repeated unasked. What the server says
 * of itself does not come with samples.
 */
const DEFAULT_REFRESH: Record<Route['screen'], Refresh> = {
  overview: 'live',
  explore: 'off',
  dashboards: 'live',
  targets: 5,
  cardinality: 60,
  status: 15,
};
export const QUERIES_MAX = 8;
const SCREENS = Object.keys(DEFAULT_REFRESH) as Route['screen'][];
const ROW_MARKS = ['hidden', 'built', 'explained'] as const satisfies readonly (keyof RowMarks)[];
const NO_MARKS: RowMarks = { hidden: [], built: [], explained: [] };

/** Reads `#/explore?q=…&range=1h`; what is absent or unreadable takes its default, so an old link still opens. */
export function parseRoute(hash: string): Route {
  const [path, search] = splitOnce(hash.replace(/^#?\/?/, ''), '?');
  const params = new URLSearchParams(search);
  const [first, second] = splitOnce(path, '/');
  const screen = SCREENS.find((name) => name === first) ?? 'overview';
  const timing = parseTiming(params, DEFAULT_REFRESH[screen]);
  if (screen === 'overview') return { screen, ...timing };
  if (screen === 'dashboards') return { screen, ...timing, ...parseDashboardPlace(second, params) };
  if (screen !== 'explore') return { ...parseOperate(screen, params), ...timing };
  const queries = params.getAll('q').slice(0, QUERIES_MAX);
  return {
    screen,
    ...timing,
    queries: queries.length > 0 ? queries : [''],
    ...parseMarks(params, Math.max(1, queries.length)),
    ...parseLook(params),
    ...parseMetricSearch(params),
  };
}

/** The inverse of `parseRoute`; defaults are left out to keep links short. */
export function formatRoute(route: Route): string {
  const params = new URLSearchParams();
  if (route.screen === 'explore') {
    const isBlank = route.queries.length === 1 && route.queries[0] === '';
    if (!isBlank) for (const query of route.queries) params.append('q', query);
    for (const mark of ROW_MARKS) if (route[mark].length > 0) params.set(mark, formatRows(route[mark]));
    writeLook(route, params);
    writeMetricSearch(route, params);
  } else if (route.screen === 'dashboards') writeDashboardPlace(route, params);
  else if (route.screen !== 'overview') writeOperate(route, params);
  writeTiming(route, params, DEFAULT_REFRESH[route.screen]);
  const search = params.toString();
  const path = pathOf(route);
  return search === '' ? path : `${path}?${search}`;
}

/** A link into Explore with those queries, over the time the reader is looking at. */
export function exploreHref(queries: readonly string[], { range, zone }: When): string {
  return formatRoute({
    screen: 'explore',
    queries,
    range,
    zone,
    refresh: DEFAULT_REFRESH.explore,
    ...NO_MARKS,
    ...DEFAULT_LOOK,
    ...NO_SEARCH,
  });
}

/** A link to a dashboard as it opens, or to the list of all where the id is ''. */
export function dashboardHref(id: string, { range, zone }: When): string {
  const refresh = DEFAULT_REFRESH.dashboards;
  return formatRoute({ screen: 'dashboards', ...DASHBOARD_LIST, id, range, zone, refresh });
}

/** The other screen over the same time, for the navigation. */
export function screenHref(screen: Route['screen'], when: When): string {
  if (screen === 'explore') return exploreHref([''], when);
  if (screen === 'dashboards') return dashboardHref('', when);
  const timing = { range: when.range, zone: when.zone, refresh: DEFAULT_REFRESH[screen] };
  if (screen === 'overview') return formatRoute({ screen, ...timing });
  return formatRoute({ ...parseOperate(screen, new URLSearchParams()), ...timing });
}

/** A link into one of the screens of who looks after the server, such as a metric in Cardinality. */
export function operateHref(view: OperateView, { range, zone }: When): string {
  return formatRoute({ ...view, range, zone, refresh: DEFAULT_REFRESH[view.screen] });
}

/** What is absent or unreadable takes its default, of `refresh` the one given. */
export function parseTiming(params: URLSearchParams, refresh: Refresh): Timing {
  return {
    range: parseRange(params),
    zone: params.get('zone') === 'utc' ? 'utc' : 'local',
    refresh: parseRefresh(params.get('refresh'), refresh),
  };
}

/** The inverse of `parseTiming`. */
export function writeTiming(timing: Timing, params: URLSearchParams, refresh: Refresh): void {
  writeRange(timing.range, params);
  if (timing.zone !== 'local') params.set('zone', timing.zone);
  if (timing.refresh !== refresh) params.set('refresh', formatRefresh(timing.refresh));
}

/** A, B, C, … as shown beside queries and in legends. */
export function rowLetter(row: number): string {
  return String.fromCharCode(65 + row);
}

function parseMarks(params: URLSearchParams, rowCount: number): RowMarks {
  const rows = (mark: keyof RowMarks) => {
    const letters = params.get(mark) ?? '';
    return Array.from({ length: rowCount }, (_, row) => row).filter((row) =>
      letters.includes(rowLetter(row)),
    );
  };
  return { hidden: rows('hidden'), built: rows('built'), explained: rows('explained') };
}

function formatRows(rows: readonly number[]): string {
  return rows.map(rowLetter).join('');
}

function parseRange(params: URLSearchParams): TimeRange {
  const startSec = Number(params.get('from') ?? Number.NaN);
  const endSec = Number(params.get('to') ?? Number.NaN);
  if (Number.isFinite(startSec) && Number.isFinite(endSec) && startSec < endSec) {
    return { kind: 'fixed', startSec, endSec };
  }
  const seconds = parseDuration(params.get('range') ?? '');
  return seconds === null ? DEFAULT_RANGE : { kind: 'last', seconds };
}

function writeRange(range: TimeRange, params: URLSearchParams): void {
  if (range.kind === 'fixed') {
    params.set('from', String(range.startSec));
    params.set('to', String(range.endSec));
  } else if (DEFAULT_RANGE.kind !== 'last' || range.seconds !== DEFAULT_RANGE.seconds) {
    const preset = RANGE_PRESETS.find(({ seconds }) => seconds === range.seconds);
    params.set('range', preset?.text ?? formatDuration(range.seconds));
  }
}

function parseRefresh(text: string | null, fallback: Refresh): Refresh {
  return REFRESH_CHOICES.find((choice) => formatRefresh(choice) === text) ?? fallback;
}

export function formatRefresh(refresh: Refresh): string {
  return typeof refresh === 'number' ? formatDuration(refresh) : refresh;
}

function pathOf(route: Route): string {
  if (route.screen === 'overview') return '#/';
  if (route.screen === 'dashboards' && route.id !== '') return `#/${route.screen}/${route.id}`;
  return `#/${route.screen}`;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
