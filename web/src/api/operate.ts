import type {
  ApiKey,
  AuditEntry,
  Census,
  ConfigEntry,
  ForwardDestination,
  Health,
  Identity,
  IngestStatus,
  Queries,
  ServerStatus,
  Targets,
} from './operateTypes.js';
import { get, getAt, getOwn, send } from './request.js';
import type { Labels } from './types.js';

// What the screens of who looks after the server ask for. All throw ApiError; `scope_missing` says that it takes a key
// for administrators.

export async function targets(signal: AbortSignal): Promise<Targets> {
  return (await get<Targets>('targets', new URLSearchParams(), signal)).data;
}

export function ingestStatus(signal: AbortSignal): Promise<IngestStatus> {
  return getOwn<IngestStatus>('ingest/status', new URLSearchParams(), signal);
}

export async function forwardDestinations(signal: AbortSignal): Promise<readonly ForwardDestination[]> {
  const answer = await getOwn<{ destinations: readonly ForwardDestination[] }>(
    'forward/status',
    new URLSearchParams(),
    signal,
  );
  return answer.destinations;
}

/** The API lists no more of a kind. */
export const CENSUS_MAX = 10_000;

interface CensusRequest {
  /** Entries of each list. */
  readonly limit: number;
  readonly metric?: string;
  readonly label?: string;
  readonly match?: string;
}

/** Counts series: all, or those of a metric or a selector; with the values of a label. */
export function census({ limit, metric, label, match }: CensusRequest, signal: AbortSignal): Promise<Census> {
  const params = new URLSearchParams({ limit: String(limit) });
  if (metric) params.set('metric', metric);
  if (label) params.set('label', label);
  if (match) params.set('match[]', match);
  return getOwn<Census>('cardinality', params, signal);
}

/** Labels of some series that a selector selects. */
export async function someSeries(
  match: string,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Labels[]> {
  const params = new URLSearchParams({ 'match[]': match, limit: String(limit) });
  return (await get<readonly Labels[]>('series', params, signal)).data;
}

/** Takes away all samples of the series that a selector selects. */
export function deleteSeries(match: string, signal: AbortSignal): Promise<void> {
  return send('POST', 'api/v1/admin/tsdb/delete_series', new URLSearchParams({ 'match[]': match }), signal);
}

/** Gives back the space of what was deleted. */
export function cleanTombstones(signal: AbortSignal): Promise<void> {
  return send('POST', 'api/v1/admin/tsdb/clean_tombstones', undefined, signal);
}

export function serverStatus(signal: AbortSignal): Promise<ServerStatus> {
  return getOwn<ServerStatus>('status', new URLSearchParams(), signal);
}

/** How it is, check by check. */
export function health(signal: AbortSignal): Promise<Health> {
  return getAt<Health>('health', signal);
}

export async function configKeys(signal: AbortSignal): Promise<readonly ConfigEntry[]> {
  return (await getOwn<{ keys: readonly ConfigEntry[] }>('config', new URLSearchParams(), signal)).keys;
}

/** What runs and waits, and what took longest of late. */
export function queries(signal: AbortSignal): Promise<Queries> {
  return getOwn<Queries>('queries', new URLSearchParams(), signal);
}

export function cancelQuery(id: string, signal: AbortSignal): Promise<void> {
  return send('DELETE', `v1/queries/${encodeURIComponent(id)}`, undefined, signal);
}

interface AuditWanted {
  /** Words that entries have, '' for all entries. */
  readonly search: string;
  /** Entries with smaller numbers; undefined for the newest. */
  readonly before: number | undefined;
  readonly limit: number;
}

/** Entries of the audit log, newest first. */
export async function auditEntries(
  { search, before, limit }: AuditWanted,
  signal: AbortSignal,
): Promise<readonly AuditEntry[]> {
  const params = new URLSearchParams({ limit: String(limit), search });
  if (before !== undefined) params.set('before', String(before));
  return (await getOwn<{ entries: readonly AuditEntry[] }>('audit', params, signal)).entries;
}

export async function apiKeys(signal: AbortSignal): Promise<readonly ApiKey[]> {
  return (await getOwn<{ keys: readonly ApiKey[] }>('keys', new URLSearchParams(), signal)).keys;
}

export function identity(signal: AbortSignal): Promise<Identity> {
  return getAt<Identity>('v1/whoami', signal, 'keyRequired');
}
