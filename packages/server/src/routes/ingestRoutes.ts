import { decodeOpenMetrics, decodeText } from '@tinyobs/formats';
import type { WriteBatch } from '@tinyobs/model';
import { keyOf } from '../access/requestKey.js';
import { requireContentType, withBody } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { Parameters } from '../http/parameters.js';
import { sendJson, sendNoContent } from '../http/respond.js';
import type { Protocol } from '../ingest/protocols.js';
import { watchedRoute } from '../ingest/watchedRoute.js';
import { storedJson, writeJson } from '../ingest/writeBody.js';
import { inSpan } from '../tracing/spans.js';
import { influxRoutes } from './influxRoutes.js';
import { type IngestContext, sendRefusals, writeDecoded } from './ingestReport.js';
import { ingestStatusRoute } from './ingestStatusRoute.js';
import { type OtlpContext, otlpRoutes } from './otlpRoutes.js';
import { remoteWriteRoute } from './remoteWriteRoute.js';
import type { Route } from './route.js';
import { isOpenMetrics } from './textFormat.js';

export function ingestRoutes(context: OtlpContext): Route[] {
  const routes: readonly (readonly [protocol: Protocol, route: Route])[] = [
    [
      'json',
      {
        methods: ['POST'],
        path: '/v1/ingest',
        errors: 'tinyobs',
        handle: (request, response) => ingestJson(request, response, context),
      },
    ],
    [
      'text',
      {
        methods: ['POST', 'PUT'],
        path: '/api/v1/import/prometheus',
        errors: 'tinyobs',
        handle: (request, response) => importText(request, response, context),
      },
    ],
    ['remote_write', remoteWriteRoute(context)],
    ...otlpRoutes(context).map((route) => ['otlp', route] as const),
  ];
  return [
    ...routes.map(([protocol, route]) => watchedRoute(protocol, route, context)),
    ...influxRoutes(context),
    ingestStatusRoute(context),
  ];
}

async function ingestJson(request: Request, response: Response, context: IngestContext): Promise<void> {
  requireContentType(request, /^application\/([a-z0-9.+-]+\+)?json\b/i, 'application/json');
  await withBody(request, context.bodies, async (body) => {
    const report = await writeJson(body, { protocol: 'json', key: keyOf(request) }, context);
    if (report.refusedCount > 0) return sendRefusals(response, report);
    sendJson(response, 200, storedJson(report));
  });
}

/**
 * OpenMetrics where the content type says so, the text format otherwise. `timestamp` in the URL, in ms, is the time of
 * lines that have none, as VictoriaMetrics has it.
 */
async function importText(request: Request, response: Response, context: IngestContext): Promise<void> {
  const parameters = new Parameters((request.url ?? '').split('?')[1] ?? '', '');
  const nowMs = parameters.limit('timestamp') || context.now();
  const { known } = context;
  const decode = isOpenMetrics(request)
    ? (body: Uint8Array, batch: WriteBatch) => decodeOpenMetrics(body, batch, { nowMs })
    : (body: Uint8Array, batch: WriteBatch) => {
        known.begin(batch, context.store.numbering);
        return decodeText(body, batch, { nowMs, known });
      };
  const store = async (body: Uint8Array, batch: WriteBatch) => {
    const decoded = inSpan('tinyobs.decode', () => decode(body, batch));
    const report = await writeDecoded(batch, { protocol: 'text', key: keyOf(request) }, decoded, context);
    known.learn(batch);
    if (report.refusedCount > 0) return sendRefusals(response, report);
    sendNoContent(response);
  };
  await withBody(request, context.bodies, (body) => context.batches.use((batch) => store(body, batch)));
}
