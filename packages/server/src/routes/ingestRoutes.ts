import { decodeJson, decodeText } from '@tinyobs/formats';
import { WriteBatch } from '@tinyobs/model';
import { requireContentType, withBody } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { Parameters } from '../http/parameters.js';
import { sendJson, sendNoContent } from '../http/respond.js';
import { type IngestContext, sendRefusals, writeDecoded } from './ingestReport.js';
import { remoteWriteRoute } from './remoteWriteRoute.js';
import type { Route } from './route.js';

export function ingestRoutes(context: IngestContext): Route[] {
  return [
    {
      methods: ['POST'],
      path: '/v1/ingest',
      errors: 'tinyobs',
      handle: (request, response) => ingestJson(request, response, context),
    },
    {
      methods: ['POST', 'PUT'],
      path: '/api/v1/import/prometheus',
      errors: 'tinyobs',
      handle: (request, response) => importText(request, response, context),
    },
    remoteWriteRoute(context),
  ];
}

async function ingestJson(request: Request, response: Response, context: IngestContext): Promise<void> {
  requireContentType(request, /^application\/([a-z0-9.+-]+\+)?json\b/i, 'application/json');
  await withBody(request, context.bodies, async (body) => {
    const batch = new WriteBatch();
    const decoded = decodeJson(body, batch, { nowMs: context.now() });
    const report = await writeDecoded(batch, 'json', decoded, context);
    if (report.refusedCount > 0) return sendRefusals(response, report);
    const message = `stored ${report.accepted} ${report.accepted === 1 ? 'sample' : 'samples'}`;
    sendJson(response, 200, JSON.stringify({ status: 'ok', count: report.accepted, message }));
  });
}

/** `timestamp` in the URL, in ms, is the time of lines that have none, as VictoriaMetrics has it. */
async function importText(request: Request, response: Response, context: IngestContext): Promise<void> {
  const parameters = new Parameters((request.url ?? '').split('?')[1] ?? '', '');
  const nowMs = parameters.limit('timestamp') || context.now();
  await withBody(request, context.bodies, async (body) => {
    const batch = new WriteBatch();
    const decoded = decodeText(body, batch, { nowMs });
    const report = await writeDecoded(batch, 'text', decoded, context);
    if (report.refusedCount > 0) return sendRefusals(response, report);
    sendNoContent(response);
  });
}
