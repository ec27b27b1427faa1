import { type DecodeResult, decodeJson, decodeText, type RefusedRow } from '@tinyobs/formats';
import { type ErrorCode, TinyObsError, WriteBatch } from '@tinyobs/model';
import type { Config } from '../config/schema.js';
import { type BodyLimits, withBody } from '../http/body.js';
import { ERROR_TABLE } from '../http/errorTable.js';
import type { Request, Response } from '../http/exchange.js';
import { Parameters } from '../http/parameters.js';
import { sendError, sendJson } from '../http/respond.js';
import { refusalAdvice } from '../ingest/advice.js';
import { countRefusals, type WriteContext, type WriteOutcome, writeSamples } from '../ingest/writeSamples.js';
import type { Route } from './route.js';

/** Refused rows named one by one in an answer; the rest are counted. */
const REFUSALS_LISTED_MAX = 100;

export interface IngestContext extends WriteContext {
  readonly bodies: BodyLimits;
}

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
  ];
}

async function ingestJson(request: Request, response: Response, context: IngestContext): Promise<void> {
  requireContentType(request, /^application\/([a-z0-9.+-]+\+)?json\b/i, 'application/json');
  await withBody(request, context.bodies, async (body) => {
    const batch = new WriteBatch();
    const decoded = decodeJson(body, batch, { nowMs: context.now() });
    const report = await write(batch, 'json', decoded, context);
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
    const report = await write(batch, 'text', decoded, context);
    if (report.refusedCount > 0) return sendRefusals(response, report);
    response.statusCode = 204;
    response.end();
  });
}

interface Report {
  readonly accepted: number;
  readonly refusedCount: number;
  readonly code: ErrorCode;
  readonly listed: readonly RefusedRow[];
}

/** Sends a decoded batch through the funnel and joins its refusals with the decoder's. */
async function write(
  batch: WriteBatch,
  protocol: string,
  decoded: DecodeResult,
  context: IngestContext,
): Promise<Report> {
  countRefusals(decoded.refusedByCode, protocol, context.metrics);
  const outcome = await writeSamples(batch, protocol, context);
  const limited = describeRefusals(outcome, batch, context.limits);
  const listed = [...decoded.refused, ...limited].sort((a, b) => a.row - b.row);
  const overloaded = outcome.refusals.codes.find((code) => ERROR_TABLE[code].status === 429);
  return {
    accepted: outcome.accepted,
    refusedCount: decoded.refusedCount + outcome.refusals.rows.length,
    code: overloaded ?? listed[0]?.code ?? 'invalid_row',
    listed: listed.slice(0, REFUSALS_LISTED_MAX),
  };
}

function describeRefusals(outcome: WriteOutcome, batch: WriteBatch, limits: Config['limits']): RefusedRow[] {
  const { rows, codes, series } = outcome.refusals;
  return rows.slice(0, REFUSALS_LISTED_MAX).map((row, index) => {
    const metric = batch.labelsOf(series[index]).metricName;
    return { row, code: codes[index], message: refusalAdvice(codes[index], limits, metric) };
  });
}

function sendRefusals(response: Response, { accepted, refusedCount, code, listed }: Report): void {
  const stored = `${accepted} ${accepted === 1 ? 'row was' : 'rows were'} stored`;
  const first = listed[0];
  const error = new TinyObsError(
    code,
    `${refusedCount} of ${accepted + refusedCount} rows refused, ${stored}; first: row ${first.row}: ${first.message}`,
  );
  sendError(response, error, 'tinyobs', { count: accepted, refusedCount, refused: listed });
}

function requireContentType(request: Request, accepted: RegExp, advice: string): void {
  const contentType = request.headers['content-type'];
  if (contentType !== undefined && !accepted.test(contentType)) {
    throw new TinyObsError(
      'unsupported_media_type',
      `Content-Type ${contentType} is not known here; send ${advice}`,
    );
  }
}
