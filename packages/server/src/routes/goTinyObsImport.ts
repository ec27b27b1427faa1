import { decodeExportRows, ExportSplitter, type RowsPiece } from '@tinyobs/formats';
import { TinyObsError, type WriteBatch } from '@tinyobs/model';
import { keyOf } from '../access/requestKey.js';
import { bodyChunks, requireContentType } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { sendJson } from '../http/respond.js';
import type { Sender } from '../ingest/sender.js';
import { watchedRoute } from '../ingest/watchedRoute.js';
import { inSpan } from '../tracing/spans.js';
import { type IngestContext, joinTold, sendRefusals, type Told, writeDecoded } from './ingestReport.js';
import type { Route } from './route.js';

/** Rows are stored in pieces of about so many bytes, which hold nobody up for more than some milliseconds. */
const PIECE_BYTES = 128 * 1024;
/** Longest row. */
const ROW_BYTES_MAX = 1024 * 1024;
/** Objects and a batch take so many times the bytes that they are made of. */
const DECODED_FACTOR = 4;

/** What was stored of an import so far. */
interface Imported {
  readonly told: Told;
  readonly rows: number;
  readonly batches: number;
  readonly minMs: number;
  readonly maxMs: number;
}

const NOTHING: Imported = {
  told: { accepted: 0, exemplars: 0, refusedCount: 0, code: 'invalid_row', listed: [] },
  rows: 0,
  batches: 0,
  minMs: Number.POSITIVE_INFINITY,
  maxMs: Number.NEGATIVE_INFINITY,
};

/**
 * Takes what `/v1/export` of the Go TinyObs gives, of any length, and stores it while it comes.
 *
 * Source: `pkg/export` of https://github.com/nicktill/tinyobs.
 */
export function goTinyObsImportRoute(context: IngestContext): Route {
  const route: Route = {
    methods: ['POST'],
    path: '/v1/import',
    errors: 'tinyobs',
    handle: (request, response) => importExport(request, response, context),
  };
  return watchedRoute('go_tinyobs', route, context);
}

async function importExport(request: Request, response: Response, context: IngestContext): Promise<void> {
  requireContentType(request, /^application\/([a-z0-9.+-]+\+)?json\b/i, 'application/json');
  const { told, batches, minMs, maxMs } = await storeAll(request, context);
  if (told.refusedCount > 0) return sendRefusals(response, told);
  const answer = {
    metrics_imported: told.accepted,
    batches_written: batches,
    time_range: told.accepted > 0 ? `${timeText(minMs)} to ${timeText(maxMs)}` : 'empty',
    imported_at: timeText(context.now()),
  };
  sendJson(response, 200, JSON.stringify(answer));
}

/** What of it is in memory, and no more, counts against what bodies may take. */
async function storeAll(request: Request, context: IngestContext): Promise<Imported> {
  const { budget } = context.bodies;
  const splitter = new ExportSplitter({ pieceBytes: PIECE_BYTES, rowBytesMax: ROW_BYTES_MAX });
  const sender: Sender = { protocol: 'go_tinyobs', key: keyOf(request) };
  let imported = NOTHING;
  let heldBytes = 0;
  try {
    for await (const chunk of bodyChunks(request, context.bodies)) {
      budget.take(chunk.length);
      heldBytes += chunk.length;
      for (const piece of splitter.push(chunk)) {
        const store = () => storePiece(piece, imported, sender, context);
        imported = await budget.hold(DECODED_FACTOR * piece.bytes.length, store);
      }
      budget.release(heldBytes - splitter.heldBytes);
      heldBytes = splitter.heldBytes;
    }
    splitter.end();
  } catch (error) {
    throw sayStored(error, imported.told);
  } finally {
    budget.release(heldBytes);
  }
  return imported;
}

function storePiece(
  piece: RowsPiece,
  before: Imported,
  sender: Sender,
  context: IngestContext,
): Promise<Imported> {
  return context.batches.use(async (batch) => {
    const decoded = inSpan('tinyobs.decode', () => decodeExportRows(piece, batch, before.rows));
    const told = await writeDecoded(batch, sender, decoded, context);
    return addPiece(before, batch, { told, rows: decoded.rows });
  });
}

/** The times are right where nothing is refused, where alone they are told. */
function addPiece(
  { told, rows, batches, minMs, maxMs }: Imported,
  batch: WriteBatch,
  piece: { readonly told: Told; readonly rows: number },
): Imported {
  const times = batch.times.subarray(0, batch.sampleCount);
  return {
    told: joinTold(told, piece.told),
    rows: rows + piece.rows,
    batches: batches + 1,
    minMs: times.reduce((least, timeMs) => Math.min(least, timeMs), minMs),
    maxMs: times.reduce((greatest, timeMs) => Math.max(greatest, timeMs), maxMs),
  };
}

/** An import that ends early has stored what came before. */
function sayStored(error: unknown, { accepted }: Told): unknown {
  if (!(error instanceof TinyObsError) || accepted === 0) return error;
  const message = `${error.message}; ${accepted} rows before it are stored, and sending them again changes nothing`;
  return new TinyObsError(error.code, message, {
    cause: error,
    details: { ...error.details, stored: accepted },
  });
}

function timeText(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
