import { reportOutage, reportReachable } from '../state/connection.js';
import { key, reportRefusal } from '../state/session.js';
import { ApiError } from './apiError.js';
import type { Answer, Envelope, ExemplarSeries, Grid, MetadataByName, QueryData } from './types.js';

/** A query the server is still working on after this long is given up; the server has its own, shorter limit. */
const REQUEST_TIMEOUT_MS = 60_000;

/**
 * Evaluates at one instant (Unix seconds).
 * @throws {ApiError} any code
 */
export function queryInstant(
  query: string,
  timeSec: number,
  signal: AbortSignal,
): Promise<Answer<QueryData>> {
  return get<QueryData>('query', { query, time: String(timeSec) }, signal);
}

/**
 * Evaluates on a grid.
 * @throws {ApiError} any code
 */
export function queryRange(query: string, grid: Grid, signal: AbortSignal): Promise<Answer<QueryData>> {
  const { startSec, endSec, stepSec } = grid;
  const params = { query, start: String(startSec), end: String(endSec), step: String(stepSec) };
  return get<QueryData>('query_range', params, signal);
}

/**
 * The exemplars of the series that a query selects, over a grid; none for one that selects nothing.
 * @throws {ApiError} any code
 */
export async function queryExemplars(
  query: string,
  { startSec, endSec }: Grid,
  signal: AbortSignal,
): Promise<readonly ExemplarSeries[]> {
  const params = { query, start: String(startSec), end: String(endSec) };
  return (await get<readonly ExemplarSeries[] | null>('query_exemplars', params, signal)).data ?? [];
}

/** @throws {ApiError} any code */
export async function labelValues(
  label: string,
  options: { match?: string; grid?: Pick<Grid, 'startSec' | 'endSec'> },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const params: Record<string, string> = {};
  if (options.match !== undefined) params['match[]'] = options.match;
  if (options.grid !== undefined) {
    params['start'] = String(options.grid.startSec);
    params['end'] = String(options.grid.endSec);
  }
  const path = `label/${encodeURIComponent(label)}/values`;
  return (await get<readonly string[]>(path, params, signal)).data;
}

/** @throws {ApiError} any code */
export async function metricMetadata(signal: AbortSignal): Promise<MetadataByName> {
  return (await get<MetadataByName>('metadata', {}, signal)).data;
}

/** @throws {ApiError} any code */
export async function buildInfo(signal: AbortSignal): Promise<{ tinyobsVersion?: string }> {
  return (await get<{ tinyobsVersion?: string }>('status/buildinfo', {}, signal)).data;
}

/**
 * Resolves when the server lets this key read.
 * @throws {ApiError} any code
 */
export async function checkKey(given: string, signal: AbortSignal): Promise<void> {
  await readEnvelope(await fetchOrThrow(apiUrl('status/buildinfo'), signal, given));
}

/** The address of an API call, relative to the document so that any mount path works. */
export function apiUrl(path: string): string {
  return new URL(`./api/v1/${path}`, document.baseURI).href;
}

async function get<T>(path: string, params: Record<string, string>, signal: AbortSignal): Promise<Answer<T>> {
  const query = new URLSearchParams(params).toString();
  const url = apiUrl(query === '' ? path : `${path}?${query}`);
  const sentWith = key.value;
  try {
    const answer = await readEnvelope<T>(await fetchOrThrow(url, signal, sentWith));
    reportReachable();
    return answer;
  } catch (error) {
    if (error instanceof ApiError) {
      if (error.isOutage) reportOutage(error);
      else reportReachable();
      if (error.isKeyRefusal) reportRefusal(sentWith, error.message);
    }
    throw error;
  }
}

async function fetchOrThrow(url: string, signal: AbortSignal, sentWith: string | null): Promise<Response> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  try {
    return await fetch(url, {
      signal: AbortSignal.any([signal, timeout]),
      headers: {
        accept: 'application/json',
        ...(sentWith === null ? {} : { authorization: `Bearer ${sentWith}` }),
      },
    });
  } catch (error) {
    if (signal.aborted) throw error;
    const text = timeout.aborted
      ? `No answer within ${REQUEST_TIMEOUT_MS / 1000} s.`
      : 'The server does not answer.';
    throw new ApiError('unreachable', text, null, error);
  }
}

async function readEnvelope<T>(response: Response): Promise<Answer<T>> {
  if (response.status === 204) return { data: null as T, notices: [] };
  const envelope = await parseEnvelope<T>(response);
  if (envelope.status === 'success' && envelope.data !== undefined) {
    return { data: envelope.data, notices: [...(envelope.warnings ?? []), ...(envelope.infos ?? [])] };
  }
  const code = envelope.errorType ?? 'internal';
  throw new ApiError(code, envelope.error ?? `The server answered ${response.status}.`, response.status);
}

async function parseEnvelope<T>(response: Response): Promise<Envelope<T>> {
  try {
    const body: unknown = await response.json();
    if (isEnvelope<T>(body)) return body;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw notThisApi(response, error);
  }
  throw notThisApi(response);
}

function isEnvelope<T>(body: unknown): body is Envelope<T> {
  return typeof body === 'object' && body !== null && 'status' in body && typeof body.status === 'string';
}

function notThisApi(response: Response, cause?: unknown): ApiError {
  const text = `The answer (HTTP ${response.status}) does not come from the TinyObs API.`;
  return new ApiError('bad_answer', text, response.status, cause);
}
