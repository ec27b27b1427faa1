import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Labels, TinyObsError } from '@tinyobs/model';
import { type Engine, selectorsOf } from '@tinyobs/promql';
import type { Store, StoredExemplar } from '@tinyobs/storage';
import { answerTooLarge } from '../http/answerSize.js';
import type { BodyLimits } from '../http/body.js';
import { clientGone, type Request, type Response } from '../http/exchange.js';
import { readParameters } from '../http/form.js';
import { JsonBytes } from '../http/jsonBytes.js';
import { checkSeries, type ReadLimits, readWork } from '../http/readWork.js';
import { sendNoContent, streamJson } from '../http/respond.js';
import { mapSliced, sortSliced } from '../http/sliced.js';
import type { Route } from './route.js';

/** Shortest `,{"labels":{},"value":"0","timestamp":0}` there is. */
const EXEMPLAR_BYTES_MIN = 40;

export interface ExemplarContext {
  readonly store: Store;
  readonly engine: Engine;
  readonly bodies: BodyLimits;
  readonly limits: ReadLimits;
}

interface LabelledExemplars {
  readonly labels: Labels;
  readonly exemplars: readonly StoredExemplar[];
}

/**
 * The exemplars of all series that the selectors of a query select, whatever it makes of them.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/api/#querying-exemplars
 */
export function exemplarRoute(context: ExemplarContext): Route {
  return {
    methods: ['GET', 'POST'],
    path: '/api/v1/query_exemplars',
    errors: 'prometheus',
    handle: (request, response) => queryExemplars(request, response, context),
  };
}

/** A query without selectors has no exemplars to look for: Prometheus answers 204. */
async function queryExemplars(
  request: Request,
  response: Response,
  { store, engine, bodies, limits }: ExemplarContext,
): Promise<void> {
  const parameters = await readParameters(request, bodies);
  const range = parameters.openTimeRange();
  if (range.maxMs < range.minMs) {
    throw new TinyObsError('invalid_parameter', 'end timestamp must not be before start timestamp');
  }
  const text = parameters.text('query');
  const query = await engine.parse(text, { signal: clientGone(response) });
  const selectors = selectorsOf(query.expr);
  if (selectors.length === 0) return sendNoContent(response);
  const read = async (signal: AbortSignal) => {
    // One more than fit into the largest answer.
    const most = Math.ceil(limits.responseBytesMax / EXEMPLAR_BYTES_MIN);
    const found = await store.exemplars(selectors, range, most, signal);
    checkSeries(found.length, limits);
    const labelOne = ({ id, exemplars }: (typeof found)[number]) => ({ labels: store.labels(id), exemplars });
    const labelled = await mapSliced(found, labelOne, signal);
    const ordered = await sortSliced(labelled, (a, b) => a.labels.compare(b.labels), signal);
    return writeOut(ordered, limits.responseBytesMax, signal);
  };
  await streamJson(response, await readWork(response, limits, read, text));
}

/** All of the answer, so that one that is too large is refused before anything of it is sent. */
async function writeOut(
  series: readonly LabelledExemplars[],
  bytesMax: number,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of answerJson(series)) {
    bytes += piece.length;
    if (bytes > bytesMax) throw answerTooLarge(bytesMax);
    pieces.push(piece);
    await nextTurn(undefined, { signal });
  }
  return pieces;
}

function* answerJson(series: readonly LabelledExemplars[]): Generator<Uint8Array> {
  const out = new JsonBytes();
  out.json('{"status":"success","data":[');
  for (const [i, { labels, exemplars }] of series.entries()) {
    out.json(i === 0 ? '{"seriesLabels":' : ',{"seriesLabels":');
    out.labels(labels);
    out.json(',"exemplars":[');
    for (const [j, exemplar] of exemplars.entries()) {
      if (j > 0) out.json(',');
      writeExemplar(out, exemplar);
      if (out.isFull) yield out.take();
    }
    out.json(']}');
    if (out.isFull) yield out.take();
  }
  out.json(']}');
  yield out.take();
}

function writeExemplar(out: JsonBytes, { labels, value, timeMs }: StoredExemplar): void {
  out.json('{"labels":');
  out.labels(labels);
  out.json(',"value":');
  out.value(value);
  out.json(',"timestamp":');
  out.seconds(timeMs);
  out.json('}');
}
