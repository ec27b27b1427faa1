import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  decodeReadRequest,
  encodeReadResponse,
  encodeSnappyPart,
  ReadChunksEncoder,
  type ReadQuery,
  type ReadRequest,
  type ReadResponseType,
  ReadSamplesEncoder,
  type SnappyPart,
} from '@tinyobs/formats';
import { Matcher, TinyObsError } from '@tinyobs/model';
import type { QueryMemory } from '@tinyobs/promql';
import { answerTooLarge } from '../http/answerSize.js';
import { type BodyLimits, withBody } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import type { SharedQueryMemory } from '../http/queryMemory.js';
import { type ReadLimits, readWork } from '../http/readWork.js';
import { sendBytes, streamBytes } from '../http/respond.js';
import { readSeries, type SeriesSource } from '../query/readSeries.js';
import type { Route } from './route.js';

/** Longest request, decompressed: names and values of matchers. */
const REQUEST_BYTES_MAX = 2 ** 20;

const CHUNKS_TYPE = 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse';

export interface RemoteReadContext {
  readonly store: SeriesSource;
  readonly bodies: BodyLimits;
  readonly limits: ReadLimits;
  readonly memory: SharedQueryMemory;
}

/**
 * Prometheus remote read: raw samples of the selected series, stale markers among them.
 * Source: prompb/remote.proto and storage/remote/read_handler.go of Prometheus.
 */
export function remoteReadRoute(context: RemoteReadContext): Route {
  return {
    methods: ['POST'],
    path: '/api/v1/read',
    errors: 'text',
    handle: (request, response) => remoteRead(request, response, context),
  };
}

async function remoteRead(request: Request, response: Response, context: RemoteReadContext): Promise<void> {
  const { bodies, limits, memory } = context;
  const sizeBytesMax = Math.min(bodies.sizeBytesMax, REQUEST_BYTES_MAX);
  const decode = async (body: Uint8Array) => decodeReadRequest(body, { sizeBytesMax });
  const asked = await withBody(request, bodies, decode, 'snappy');
  const type = responseTypeOf(asked);
  const gone = clientGone(response);
  const queries: SelectedQuery[] = [];
  for (const query of asked.queries) queries.push({ query, matchers: await matchersOf(query, gone) });
  const text = queries.map(textOf).join(' ');
  const answer = type === 'chunks' ? answerChunks : answerSamples;
  await readWork(
    response,
    limits,
    (signal) => memory.lend((lent) => answer(response, queries, context, lent, signal)),
    text,
  );
}

interface SelectedQuery {
  readonly query: ReadQuery;
  readonly matchers: readonly Matcher[];
}

/** The first that the client names and TinyObs has; samples where it names none, as Prometheus does it. */
function responseTypeOf({ accepted, namesTypes }: ReadRequest): ReadResponseType {
  if (!namesTypes) return 'samples';
  if (accepted.length > 0) return accepted[0];
  throw new TinyObsError(
    'invalid_parameter',
    'none of the accepted response types is known here; accept SAMPLES or STREAMED_XOR_CHUNKS',
  );
}

/** @throws TinyObsError `invalid_parameter`, `query_parse` */
async function matchersOf({ matchers }: ReadQuery, signal: AbortSignal): Promise<Matcher[]> {
  const made: Matcher[] = [];
  for (const { name, type, value } of matchers) {
    if (name === '') throw new TinyObsError('invalid_parameter', 'a matcher has no label name');
    const steps = Matcher.inSteps(name, type, value);
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done) {
        made.push(step.value);
        break;
      }
      await nextTurn(undefined, { signal });
    }
  }
  return made;
}

function textOf({ query, matchers }: SelectedQuery): string {
  const selector = `{${matchers.join(',')}}`;
  return query.func === '' ? selector : `${query.func}(${selector})`;
}

/** Sends frames as they are made: not more is in memory than some series, each once. */
async function answerChunks(
  response: Response,
  queries: readonly SelectedQuery[],
  { store, limits }: RemoteReadContext,
  memory: QueryMemory,
  signal: AbortSignal,
): Promise<void> {
  const encoder = new ReadChunksEncoder();
  const send = streamBytes(response, CHUNKS_TYPE);
  for (const [number, { query, matchers }] of queries.entries()) {
    const selection = { matchers, range: rangeOf(query), number };
    for await (const frame of readSeries(selection, { store, limits, memory, encoder }, signal)) {
      await send.write(frame);
    }
  }
  send.end();
}

/** All series in one message, which begins with its length: nothing is sent before all is read. */
async function answerSamples(
  response: Response,
  queries: readonly SelectedQuery[],
  { store, limits }: RemoteReadContext,
  memory: QueryMemory,
  signal: AbortSignal,
): Promise<void> {
  const encoder = new ReadSamplesEncoder();
  const results: SnappyPart[][] = [];
  let sizeBytes = 0;
  for (const [number, { query, matchers }] of queries.entries()) {
    const selection = { matchers, range: rangeOf(query), number };
    const parts: SnappyPart[] = [];
    results.push(parts);
    for await (const series of readSeries(selection, { store, limits, memory, encoder }, signal)) {
      sizeBytes += series.length;
      if (sizeBytes > limits.responseBytesMax) throw answerTooLarge(limits.responseBytesMax);
      const part = encodeSnappyPart(series);
      // Once more when the parts are joined.
      memory.reserve(2 * part.elements.length);
      parts.push(part);
    }
  }
  response.setHeader('Content-Encoding', 'snappy');
  sendBytes(response, 200, 'application/x-protobuf', encodeReadResponse(results));
}

function rangeOf({ startMs, endMs }: ReadQuery) {
  return { minMs: startMs, maxMs: endMs };
}
