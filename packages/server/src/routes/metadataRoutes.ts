import { unescapeName } from '@tinyobs/formats';
import { type Labels, type Matcher, type TimeRange, TinyObsError } from '@tinyobs/model';
import type { Store } from '@tinyobs/storage';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { JsonBytes } from '../http/jsonBytes.js';
import type { Parameters } from '../http/parameters.js';
import { checkSeries, type ReadLimits, readWork } from '../http/readWork.js';
import { streamJson } from '../http/respond.js';
import { mapSliced, sortSliced } from '../http/sliced.js';
import type { Route } from './route.js';

const TRUNCATED = 'results truncated due to limit';

export interface MetadataContext {
  readonly store: Store;
  readonly bodies: BodyLimits;
  readonly limits: ReadLimits;
}

/**
 * What there is to query: series, labels, metadata.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#querying-metadata
 */
export function metadataRoutes(context: MetadataContext): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      path: '/api/v1/series',
      errors: 'prometheus',
      handle: (request, response) => series(request, response, context),
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/v1/labels',
      errors: 'prometheus',
      handle: (request, response) => labelNames(request, response, context),
    },
    {
      methods: ['GET'],
      path: '/api/v1/label/:name/values',
      errors: 'prometheus',
      handle: (request, response, { name }) => labelValues(request, response, name, context),
    },
    {
      methods: ['GET'],
      path: '/api/v1/metadata',
      errors: 'prometheus',
      handle: (request, response) => metadata(request, response, context),
    },
  ];
}

async function series(
  request: Request,
  response: Response,
  { store, bodies, limits }: MetadataContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const limit = parameters.limit();
  const range = parameters.openTimeRange();
  const matcherSets = await parameters.matcherSets(clientGone(response));
  if (matcherSets.length === 0) {
    throw new TinyObsError('invalid_parameter', 'no match[] parameter provided', {
      details: { parameter: 'match[]' },
    });
  }
  if (range.maxMs < range.minMs) return sendList(response, [], 0, writeLabels);
  const read = async (signal: AbortSignal) => {
    const ids = await store.series(matcherSets, range, most(limit, limits), signal);
    checkSeries(wanted(ids.length, limit), limits);
    const labels = await mapSliced(ids, (id) => store.labels(id), signal);
    return sortSliced(labels, (a, b) => a.compare(b), signal);
  };
  const objects = await readWork(response, limits, read, selectorsOf(parameters));
  await sendList(response, objects, limit, writeLabels);
}

async function labelNames(
  request: Request,
  response: Response,
  { store, bodies, limits }: MetadataContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  await listLabels(response, parameters, limits, (matcherSets, range, count, signal) =>
    store.labelNames(matcherSets, range, count, signal),
  );
}

async function labelValues(
  request: Request,
  response: Response,
  escapedName: string,
  { store, bodies, limits }: MetadataContext,
): Promise<void> {
  const name = unescapeName(escapedName);
  const parameters = await readParameters(request, bodies);
  await listLabels(response, parameters, limits, (matcherSets, range, count, signal) =>
    store.labelValues(name, matcherSets, range, count, signal),
  );
}

async function listLabels(
  response: Response,
  parameters: Parameters,
  limits: ReadLimits,
  list: (
    matcherSets: readonly (readonly Matcher[])[],
    range: TimeRange,
    count: number,
    signal: AbortSignal,
  ) => Promise<string[]>,
): Promise<void> {
  const limit = parameters.limit();
  const range = parameters.openTimeRange();
  const matcherSets = await parameters.matcherSets(clientGone(response));
  if (range.maxMs < range.minMs) return sendList(response, [], 0, writeString);
  const read = (signal: AbortSignal) => list(matcherSets, range, most(limit, limits), signal);
  const found = await readWork(response, limits, read, selectorsOf(parameters));
  checkSeries(wanted(found.length, limit), limits);
  await sendList(response, found, limit, writeString);
}

/** One entry per metric is kept: `limit_per_metric`, of which 0 and less mean all, never leaves one out. */
async function metadata(
  request: Request,
  response: Response,
  { store, bodies }: MetadataContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const limit = parameters.wholeNumber('limit') ?? -1;
  parameters.wholeNumber('limit_per_metric');
  const metric = parameters.text('metric');
  const found = limit === 0 ? [] : await store.metadata(metric || undefined, Math.max(0, limit));
  const entries = found.map(({ metric: name, type, help, unit }) => {
    return `${JSON.stringify(name)}:${JSON.stringify([{ type, help, unit }])}`;
  });
  await streamJson(response, [Buffer.from(`{"status":"success","data":{${entries.join(',')}}}`)]);
}

/** As they were written, for the list of what runs. */
function selectorsOf(parameters: Parameters): string {
  return parameters.texts('match[]').join(' ');
}

/** One more than may be is asked for, which tells whether there are more. */
function most(limit: number, { seriesMax }: ReadLimits): number {
  return (limit === 0 ? seriesMax : Math.min(limit, seriesMax)) + 1;
}

/** How many of the items found are to be in the answer. */
function wanted(found: number, limit: number): number {
  return limit === 0 ? found : Math.min(found, limit);
}

/** At most `limit` of the items, 0 for all, saying when some were left out. */
function sendList<T>(
  response: Response,
  items: readonly T[],
  limit: number,
  write: (out: JsonBytes, item: T) => void,
): Promise<void> {
  const kept = limit > 0 && items.length > limit ? items.slice(0, limit) : items;
  return streamJson(response, listJson(kept, write, kept.length < items.length));
}

function* listJson<T>(
  items: readonly T[],
  write: (out: JsonBytes, item: T) => void,
  truncated: boolean,
): Generator<Uint8Array> {
  const out = new JsonBytes();
  out.json('{"status":"success","data":[');
  for (const [i, item] of items.entries()) {
    if (i > 0) out.json(',');
    write(out, item);
    if (out.isFull) yield out.take();
  }
  out.json(truncated ? `],"warnings":["${TRUNCATED}"]}` : ']}');
  yield out.take();
}

function writeLabels(out: JsonBytes, labels: Labels): void {
  out.labels(labels);
}

function writeString(out: JsonBytes, text: string): void {
  out.string(text);
}
