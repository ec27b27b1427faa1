import { ApiError } from '../../api/apiError.js';
import { labelNames, labelValues, metricMetadata } from '../../api/client.js';
import type { MetadataByName, MetricMetadata } from '../../api/types.js';
import type { MetricType } from './metricCatalog.js';

/** What was found is good for this long: names come and go rarely, and every letter typed may ask. */
const KEPT_MS = 30_000;

/** Names of metrics; none while the server does not tell, as with all of these. */
export function metricNames(): Promise<readonly string[]> {
  return kept('metrics', () => labelValues('__name__', {}, NEVER), []);
}

/** Labels of the series that a selector selects, '' for all. */
export function labelsOf(match: string): Promise<readonly string[]> {
  return kept(`labels of ${match}`, () => labelNames({ matches: match === '' ? [] : [match] }, NEVER), []);
}

/** Values of a label among the series that a selector selects, '' for all. */
export function valuesOf(label: string, match: string): Promise<readonly string[]> {
  const ask = () => labelValues(label, { matches: match === '' ? [] : [match] }, NEVER);
  return kept(`values of ${label} in ${match}`, ask, []);
}

export function metadataByName(): Promise<MetadataByName> {
  return kept('metadata', () => metricMetadata(NEVER), {});
}

/** Type, unit and help of a metric, or of the histogram or summary it is a part of. */
export async function metricHelp(name: string): Promise<MetricMetadata | null> {
  const all = await metadataByName();
  return all[name]?.[0] ?? all[name.replace(PART, '')]?.[0] ?? null;
}

/** What series of that name are: a part of a histogram is a counter unless it is the buckets. */
export async function seriesType(name: string): Promise<MetricType> {
  const part = PART.exec(name)?.[1];
  const type = (await metricHelp(name))?.type;
  if (type === 'histogram' || type === 'summary') {
    if (part === undefined) return type;
    return part === 'bucket' ? 'histogram' : 'counter';
  }
  if (type === 'counter' || type === 'gauge') return type;
  if (part === undefined) return 'unknown';
  return part === 'bucket' ? 'histogram' : 'counter';
}

const PART = /_(bucket|sum|count|total)$/;

/** What is kept may be wanted by the next letter, whoever asked for it first. */
const NEVER = new AbortController().signal;

const memory = new Map<string, { readonly answer: Promise<unknown>; readonly untilMs: number }>();

async function kept<T>(what: string, ask: () => Promise<T>, nothing: T): Promise<T> {
  const nowMs = Date.now();
  for (const [key, { untilMs }] of memory) if (untilMs < nowMs) memory.delete(key);
  const known = memory.get(what);
  if (known !== undefined) return known.answer as Promise<T>;
  const answer = ask().catch((error: unknown) => {
    // Without suggestions a query can still be written; that the server is away is the banner's to say.
    if (!(error instanceof ApiError)) throw error;
    memory.delete(what);
    return nothing;
  });
  memory.set(what, { answer, untilMs: nowMs + KEPT_MS });
  return answer;
}
