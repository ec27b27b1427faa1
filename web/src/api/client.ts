import { get, getWithKey, serverUrl } from './request.js';
import type {
  Answer,
  ExemplarSeries,
  ExprNode,
  Grid,
  MeasuredData,
  MetadataByName,
  QueryData,
} from './types.js';

/**
 * Evaluates at one instant (Unix seconds).
 * @throws {ApiError} any code
 */
export function queryInstant(
  query: string,
  timeSec: number,
  signal: AbortSignal,
): Promise<Answer<QueryData>> {
  return get<QueryData>('query', new URLSearchParams({ query, time: String(timeSec) }), signal);
}

/**
 * Evaluates on a grid.
 * @throws {ApiError} any code
 */
export function queryRange(query: string, grid: Grid, signal: AbortSignal): Promise<Answer<QueryData>> {
  const params = new URLSearchParams({ query, ...ends(grid), step: String(grid.stepSec) });
  return get<QueryData>('query_range', params, signal);
}

/**
 * As `queryRange`, over a grid of one point as `queryInstant`, with what it cost.
 * @throws {ApiError} any code
 */
export function measureQuery(query: string, grid: Grid, signal: AbortSignal): Promise<Answer<MeasuredData>> {
  if (grid.startSec === grid.endSec) {
    const params = new URLSearchParams({ query, time: String(grid.endSec), stats: 'all' });
    return get<MeasuredData>('query', params, signal);
  }
  const params = new URLSearchParams({ query, ...ends(grid), step: String(grid.stepSec), stats: 'all' });
  return get<MeasuredData>('query_range', params, signal);
}

/**
 * The tree of a query, which is not run.
 * @throws {ApiError} `bad_data` with the place of what is wrong, any other
 */
export async function parseQuery(query: string, signal: AbortSignal): Promise<ExprNode> {
  return (await get<ExprNode>('parse_query', new URLSearchParams({ query }), signal)).data;
}

/**
 * The query in lines that are easy to read.
 * @throws {ApiError} `bad_data` with the place of what is wrong, any other
 */
export async function formatQuery(query: string, signal: AbortSignal): Promise<string> {
  return (await get<string>('format_query', new URLSearchParams({ query }), signal)).data;
}

/**
 * The exemplars of the series that a query selects, over a grid; none for one that selects nothing.
 * @throws {ApiError} any code
 */
export async function queryExemplars(
  query: string,
  grid: Grid,
  signal: AbortSignal,
): Promise<readonly ExemplarSeries[]> {
  const params = new URLSearchParams({ query, ...ends(grid) });
  return (await get<readonly ExemplarSeries[] | null>('query_exemplars', params, signal)).data ?? [];
}

/** Of which series, all where nothing is said, and over which time, all that is kept. */
export interface Selection {
  readonly matches?: readonly string[];
  readonly span?: Pick<Grid, 'startSec' | 'endSec'>;
  /** How many of them at most, all where nothing is said. */
  readonly limit?: number;
}

/** @throws {ApiError} any code */
export async function labelValues(
  label: string,
  selection: Selection,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const path = `label/${encodeURIComponent(label)}/values`;
  return (await get<readonly string[]>(path, selected(selection), signal)).data;
}

/** @throws {ApiError} any code */
export async function labelNames(selection: Selection, signal: AbortSignal): Promise<readonly string[]> {
  return (await get<readonly string[]>('labels', selected(selection), signal)).data;
}

/** @throws {ApiError} any code */
export async function metricMetadata(signal: AbortSignal): Promise<MetadataByName> {
  return (await get<MetadataByName>('metadata', new URLSearchParams(), signal)).data;
}

/** @throws {ApiError} any code */
export async function buildInfo(signal: AbortSignal): Promise<{ tinyobsVersion?: string }> {
  return (await get<{ tinyobsVersion?: string }>(BUILD_INFO, new URLSearchParams(), signal)).data;
}

/**
 * Resolves when the server lets this key read.
 * @throws {ApiError} any code
 */
export function checkKey(given: string, signal: AbortSignal): Promise<void> {
  return getWithKey(BUILD_INFO, given, signal);
}

/** The address of an API call. */
export function apiUrl(path: string): string {
  return serverUrl(`api/v1/${path}`);
}

const BUILD_INFO = 'status/buildinfo';

function ends({ startSec, endSec }: Pick<Grid, 'startSec' | 'endSec'>): { start: string; end: string } {
  return { start: String(startSec), end: String(endSec) };
}

function selected({ matches = [], span, limit }: Selection): URLSearchParams {
  const params = new URLSearchParams(matches.map((match) => ['match[]', match]));
  if (limit !== undefined) params.set('limit', String(limit));
  if (span !== undefined) for (const [name, value] of Object.entries(ends(span))) params.set(name, value);
  return params;
}
