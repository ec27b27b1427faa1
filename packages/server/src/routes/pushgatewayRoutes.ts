import { decodePush, readGroupingKey } from '@tinyobs/formats';
import { TinyObsError } from '@tinyobs/model';
import { keyOf } from '../access/requestKey.js';
import { withBody } from '../http/body.js';
import { pathOf, type Request, type Response } from '../http/exchange.js';
import { sendEmpty, streamJson } from '../http/respond.js';
import { watchedRoute } from '../ingest/watchedRoute.js';
import type { PushedGroups } from '../pushgateway/pushedGroups.js';
import { listedGroup, pushgatewayGroup } from '../pushgateway/pushgatewayJson.js';
import { inSpan } from '../tracing/spans.js';
import { type IngestContext, sendRefusals } from './ingestReport.js';
import type { Route } from './route.js';
import { isOpenMetrics } from './textFormat.js';

/** What is behind them is read from the path as it was sent: a value may hold an encoded slash. */
const PATHS = ['/metrics/job/*group', '/metrics/job@base64/*group'];

/**
 * What clients of a Pushgateway call.
 * Source: https://github.com/prometheus/pushgateway/blob/master/README.md#api
 */
export function pushgatewayRoutes(
  context: IngestContext,
  groups: PushedGroups,
  ttlMs: () => number | undefined,
): Route[] {
  const changing = PATHS.map(
    (path): Route => ({
      methods: ['PUT', 'POST', 'DELETE'],
      path,
      errors: 'tinyobs',
      handle: (request, response) => change(request, response, groups, context),
    }),
  );
  return [
    ...changing.map((route) => watchedRoute('pushgateway', route, context)),
    {
      methods: ['GET'],
      path: '/api/v1/metrics',
      errors: 'prometheus',
      handle: (_request, response) =>
        streamJson(response, listPieces('{"status":"success","data":[', groups.list(), pushgatewayGroup)),
    },
    {
      methods: ['GET'],
      path: '/v1/pushgateway/groups',
      errors: 'tinyobs',
      handle: (_request, response) =>
        streamJson(
          response,
          listPieces('{"status":"ok","groups":[', groups.list(), (group) => listedGroup(group, ttlMs())),
        ),
    },
  ];
}

function* listPieces<T>(
  start: string,
  items: readonly T[],
  shown: (item: T) => object,
): Generator<Uint8Array> {
  yield Buffer.from(start);
  for (const [i, item] of items.entries())
    yield Buffer.from((i > 0 ? ',' : '') + JSON.stringify(shown(item)));
  yield Buffer.from(']}');
}

async function change(
  request: Request,
  response: Response,
  groups: PushedGroups,
  { bodies }: IngestContext,
): Promise<void> {
  const key = readGroupingKey(pathOf(request));
  const requestKey = keyOf(request);
  if (request.method === 'DELETE') {
    await groups.remove(key);
    sendEmpty(response, 202);
    return;
  }
  refuseProtobuf(request);
  const options = { isOpenMetrics: isOpenMetrics(request) };
  const kind = request.method === 'PUT' ? 'replace' : 'merge';
  await withBody(request, bodies, async (body) => {
    const { families, problem } = inSpan('tinyobs.decode', () => decodePush(body, key, options));
    if (problem) {
      await groups.noteFailure(key, requestKey);
      throw problem;
    }
    const report = await groups.push(key, families, { kind, requestKey });
    if (report.refusedCount > 0) return sendRefusals(response, report);
    sendEmpty(response, 200);
  });
}

/** @throws TinyObsError `unsupported_media_type` */
function refuseProtobuf(request: Request): void {
  const contentType = request.headers['content-type'] ?? '';
  if (!/^\s*application\/(?:vnd\.google\.protobuf|x-protobuf)\b/i.test(contentType)) return;
  throw new TinyObsError(
    'unsupported_media_type',
    `Content-Type ${contentType} is not read here; push the text format (text/plain; version=0.0.4) or OpenMetrics, which every client library can write`,
  );
}
