import { ApiError } from '../api/apiError.js';
import { labelNames, labelValues, metricMetadata } from '../api/client.js';
import type { MetadataByName, MetricMetadata } from '../api/types.js';

/** What was found is good for this long: names come and go rarely, and every letter typed may ask. */
const KEPT_MS = 30_000;

/** How many at most, all where nothing is said, and until when somebody wants them. */
export interface Asking {
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** Names of metrics; none while the server does not tell, as with all of these. */
export function metricNames(): Promise<readonly string[]> {
  return kept('metrics', (signal) => labelValues('__name__', {}, signal), []);
}

/** Labels of the series that a selector selects, '' for all: of several the first that the server can read. */
export function labelsOf(selectors: readonly string[], { limit, signal }: Asking = {}) {
  const ask = (until: AbortSignal) =>
    firstRead(selectors, (matches) => labelNames({ matches, limit }, until));
  return kept<readonly string[]>(JSON.stringify(['labels', selectors, limit]), ask, [], signal);
}

/** Values of a label among the series that a selector selects, as with `labelsOf`. */
export function valuesOf(label: string, selectors: readonly string[], { limit, signal }: Asking = {}) {
  const ask = (until: AbortSignal) =>
    firstRead(selectors, (matches) => labelValues(label, { matches, limit }, until));
  return kept<readonly string[]>(JSON.stringify(['values', label, selectors, limit]), ask, [], signal);
}

export function metadataByName(): Promise<MetadataByName> {
  return kept('metadata', metricMetadata, {});
}

/** Type, unit and help of a metric, or of the histogram or summary it is a part of. */
export async function metricHelp(name: string): Promise<MetricMetadata | null> {
  const all = await metadataByName();
  return all[name]?.[0] ?? all[name.replace(/_(bucket|sum|count|total)$/, '')]?.[0] ?? null;
}

/** A selector that is still being written may be one that selects nothing in particular, or that is none. */
async function firstRead<T>(
  [selector, ...wider]: readonly string[],
  ask: (matches: readonly string[]) => Promise<T>,
): Promise<T> {
  try {
    return await ask(selector === '' ? [] : [selector]);
  } catch (error) {
    const isUnread = error instanceof ApiError && error.httpStatus === 400;
    if (!isUnread || wider.length === 0) throw error;
    return firstRead(wider, ask);
  }
}

const NEVER = new AbortController().signal;

const memory = new Map<string, { readonly answer: Promise<unknown>; readonly untilMs: number }>();

/** What is asked for without an end may be waited for by others; what may be given up is theirs when it has come. */
async function kept<T>(
  what: string,
  ask: (signal: AbortSignal) => Promise<T>,
  nothing: T,
  signal?: AbortSignal,
): Promise<T> {
  const nowMs = Date.now();
  for (const [key, { untilMs }] of memory) if (untilMs < nowMs) memory.delete(key);
  const known = memory.get(what)?.answer as Promise<T> | undefined;
  const answer = known ?? ask(signal ?? NEVER);
  const keep = () => known ?? memory.set(what, { answer, untilMs: nowMs + KEPT_MS });
  if (signal === undefined) keep();
  try {
    const found = await answer;
    keep();
    return found;
  } catch (error) {
    memory.delete(what);
    // Without suggestions a query can still be written; that the server is away is the banner's to say.
    if (!(error instanceof ApiError)) throw error;
    return nothing;
  }
}
