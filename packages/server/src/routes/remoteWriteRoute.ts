import { decodeRemoteWrite, remoteWriteSizeBytes } from '@tinyobs/formats';
import { TinyObsError, WriteBatch } from '@tinyobs/model';
import { requireContentType, withBody } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { sendNoContent } from '../http/respond.js';
import { type IngestContext, type Report, sendRefusals, writeDecoded } from './ingestReport.js';
import type { Route } from './route.js';

/** Series index, row, time and value. */
const SAMPLE_BYTES = 24;

/**
 * Prometheus remote write 1.0. Senders repeat a request that was answered 5xx and drop one answered 4xx, so
 * whatever is wrong with the request itself is 4xx, and what is valid in it is stored all the same.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec/
 */
export function remoteWriteRoute(context: IngestContext): Route {
  return {
    methods: ['POST'],
    path: '/api/v1/write',
    errors: 'tinyobs',
    handle: (request, response) => remoteWrite(request, response, context),
  };
}

async function remoteWrite(request: Request, response: Response, context: IngestContext): Promise<void> {
  requireVersion1(request);
  const report = await withBody(request, context.bodies, (body) => storeBody(body, context), 'snappy');
  if (report.refusedCount > 0) sendRefusals(response, report);
  else sendNoContent(response);
}

/** The body counts against the budget decompressed too, and what is decoded from it until it is stored. */
function storeBody(body: Uint8Array, context: IngestContext): Promise<Report> {
  const { budget, sizeBytesMax } = context.bodies;
  return budget.hold(remoteWriteSizeBytes(body, { sizeBytesMax }), () => {
    const batch = new WriteBatch();
    const decoded = decodeRemoteWrite(body, batch, { sizeBytesMax });
    return budget.hold(batch.arenaLength + batch.sampleCount * SAMPLE_BYTES, () =>
      writeDecoded(batch, 'remote_write', decoded, context),
    );
  });
}

function requireVersion1(request: Request): void {
  requireContentType(request, /^application\/x-protobuf\b/i, 'application/x-protobuf');
  const message = /;\s*proto="?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  if (message === undefined || message === 'prometheus.WriteRequest') return;
  throw new TinyObsError(
    'unsupported_media_type',
    `${message} is not taken here, only remote write 1.0; send prometheus.WriteRequest (in Prometheus: protobuf_message: prometheus.WriteRequest)`,
  );
}
