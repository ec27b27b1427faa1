import type { DecodeResult, KnownSeries, RefusedRow } from '@tinyobs/formats';
import { type BatchPool, type ErrorCode, TinyObsError, type WriteBatch } from '@tinyobs/model';
import type { BodyLimits } from '../http/body.js';
import { ERROR_TABLE } from '../http/errorTable.js';
import type { Response } from '../http/exchange.js';
import { sendError } from '../http/respond.js';
import { refusalAdvice } from '../ingest/advice.js';
import type { IngestProblem } from '../ingest/lastHeard.js';
import { metricNameOf } from '../ingest/metricName.js';
import type { Sender } from '../ingest/sender.js';
import { countRefusals, type WriteContext, type WriteOutcome, writeSamples } from '../ingest/writeSamples.js';
import { recordingSpan } from '../tracing/spans.js';

/** Refused rows named one by one in an answer; the rest are counted. */
const REFUSALS_LISTED_MAX = 100;

/** What the routes that take samples in have in common. */
export interface IngestContext extends WriteContext {
  readonly bodies: BodyLimits;
  readonly batches: BatchPool;
  /** What decoders remember of series, from body to body. */
  readonly known: KnownSeries;
  /** Of this TinyObs, and no other. */
  readonly instanceId: string;
}

/** What became of a request whose body could be decoded. */
export interface Report {
  /** Samples stored. */
  readonly accepted: number;
  /** Exemplars kept. */
  readonly exemplars: number;
  readonly refusedCount: number;
  readonly code: ErrorCode;
  readonly listed: readonly RefusedRow[];
  /** Rows of the batch that a limit or the store refused. */
  readonly refusedRows: readonly number[];
}

/** Sends a decoded batch through the funnel and joins its refusals with the decoder's. */
export async function writeDecoded(
  batch: WriteBatch,
  sender: Sender,
  decoded: DecodeResult,
  context: IngestContext,
): Promise<Report> {
  countRefusals(decoded.refusedByCode, sender.protocol, context.metrics);
  const outcome = await writeSamples(batch, sender, context);
  const rows = bodyRows(outcome, decoded);
  const limited = describeRefusals(rows, { outcome, batch, sender }, context);
  const listed = [...decoded.refused, ...limited].sort((a, b) => a.row - b.row);
  const refusedCount = decoded.refusedCount + rows.filter(({ row }) => row >= 0).length;
  recordingSpan()?.setAttributes({
    'tinyobs.rows.accepted': outcome.accepted,
    'tinyobs.rows.refused': refusedCount,
  });
  const overloaded = outcome.refusals.codes.find((code) => ERROR_TABLE[code].status === 429);
  if (listed.length > 0) context.lastHeard.noteProblem(sender.protocol, problemOf(listed[0]));
  return {
    accepted: outcome.accepted,
    exemplars: outcome.exemplars,
    refusedCount,
    code: overloaded ?? listed[0]?.code ?? 'invalid_row',
    listed: listed.slice(0, REFUSALS_LISTED_MAX),
    refusedRows: outcome.refusals.rows,
  };
}

/** Answers a request of which rows were refused; what was valid is stored. */
export function sendRefusals(response: Response, report: Report): void {
  const { error, extra } = refusalOf(report);
  sendError(response, error, 'tinyobs', extra);
}

/** What is said of refused rows, and the fields that the answer has besides. */
export function refusalOf({ accepted, refusedCount, code, listed }: Report) {
  const stored = `${accepted} ${accepted === 1 ? 'row was' : 'rows were'} stored`;
  const first = listed[0];
  const error = new TinyObsError(
    code,
    `${refusedCount} of ${accepted + refusedCount} rows refused, ${stored}; first: row ${first.row}: ${first.message}`,
  );
  return { error, extra: { count: accepted, refusedCount, refused: listed } };
}

/** The same as InfluxDB says it: how many lines were dropped, and where the first of them is. */
export function sendInfluxRefusals(response: Response, { refusedCount, code, listed }: Report): void {
  const [{ row, message }] = listed;
  const text = `partial write: line ${row}: ${message} dropped=${refusedCount}`;
  sendError(response, new TinyObsError(code, text), 'influx', { line: row });
}

function problemOf({ code, message, ...place }: RefusedRow): IngestProblem {
  return { code, message, place };
}

/** A row of the body of which samples were refused, and the first of these. */
interface LimitedRow {
  /** -1 for samples that were made of no row. */
  readonly row: number;
  readonly refusal: number;
}

function bodyRows({ refusals }: WriteOutcome, { rowOf }: DecodeResult): LimitedRow[] {
  const found: LimitedRow[] = [];
  for (const [refusal, batchRow] of refusals.rows.entries()) {
    const row = rowOf ? rowOf(batchRow) : batchRow;
    if (found.length === 0 || found[found.length - 1].row !== row) found.push({ row, refusal });
  }
  return found;
}

function describeRefusals(
  rows: readonly LimitedRow[],
  { outcome, batch, sender }: { outcome: WriteOutcome; batch: WriteBatch; sender: Sender },
  { store, limits }: IngestContext,
): RefusedRow[] {
  if (rows.length === 0) return [];
  const { codes, series } = outcome.refusals;
  const { activeSeries } = store.stats();
  return rows.slice(0, REFUSALS_LISTED_MAX).map(({ row, refusal }) => {
    const metric = metricNameOf(batch, series[refusal], store);
    const code = codes[refusal];
    return { row, code, message: refusalAdvice(code, metric, { limits, activeSeries, key: sender.key }) };
  });
}
