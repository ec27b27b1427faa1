import {
  type DecodeResult,
  decodeRemoteWrite,
  decodeRemoteWrite2,
  remoteWriteSizeBytes,
} from '@tinyobs/formats';
import { FORWARDED_BY_HEADER } from '@tinyobs/forward';
import { TinyObsError, type WriteBatch } from '@tinyobs/model';
import { keyOf } from '../access/requestKey.js';
import { type BodyLimits, bodyLimitsOf, tooLarge, withBody } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { sendNoContent } from '../http/respond.js';
import type { Sender } from '../ingest/sender.js';
import { inSpan } from '../tracing/spans.js';
import { type IngestContext, type Report, sendRefusals, writeDecoded } from './ingestReport.js';
import { type RemoteWriteVersion, setWritten, versionOf } from './remoteWriteVersion.js';
import type { Route } from './route.js';

/** Series index, row, time and value. */
const SAMPLE_BYTES = 24;

/**
 * Prometheus remote write 1.0 and 2.0. Senders repeat a request that was answered 5xx and drop one answered 4xx, so
 * whatever is wrong with the request itself is 4xx, and what is valid in it is stored all the same.
 *
 * Source: https://prometheus.io/docs/specs/prw/remote_write_spec/ and
 * https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/
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
  refuseOwn(request, context);
  const version = versionOf(request);
  if (version === '2.0') setWritten(response, { samples: 0, exemplars: 0 });
  const sender: Sender = { protocol: 'remote_write', key: keyOf(request) };
  const limits = bodyLimitsOf(request, context.bodies);
  const store = (body: Uint8Array) =>
    context.batches.use(async (batch) => {
      const report = await storeBody({ body, version, batch, sender, limits }, context);
      if (version === '1.0') context.known.learn(batch);
      return report;
    });
  const report = await withBody(request, context.bodies, store, 'snappy');
  if (version === '2.0') setWritten(response, { samples: report.accepted, exemplars: report.exemplars });
  if (report.refusedCount > 0) sendRefusals(response, report);
  else sendNoContent(response);
}

/** What is sent on comes back by remote write where a destination is this TinyObs itself: it would never end. */
function refuseOwn(request: Request, { instanceId }: IngestContext): void {
  if (request.headers[FORWARDED_BY_HEADER.toLowerCase()] !== instanceId) return;
  throw new TinyObsError(
    'invalid_parameter',
    'these samples are sent by the TinyObs that receives them: take its own address out of remote_write',
  );
}

/** A body on its way into a batch. */
interface Decoding {
  readonly body: Uint8Array;
  readonly version: RemoteWriteVersion;
  readonly batch: WriteBatch;
  readonly sender: Sender;
  readonly limits: BodyLimits;
}

/** The body counts against the budget decompressed too, and what is decoded from it until it is stored. */
function storeBody(decoding: Decoding, context: IngestContext): Promise<Report> {
  const { body, batch, sender, limits } = decoding;
  const { budget } = limits;
  return budget.hold(decompressedBytes(body, limits), () => {
    const decoded = inSpan('tinyobs.decode', () => decode(decoding, context));
    return budget.hold(batch.arenaLength + batch.sampleCount * SAMPLE_BYTES, () =>
      writeDecoded(batch, sender, decoded, context),
    );
  });
}

/** What version 2.0 has of labels is references to other texts in each body: by it no series is known again. */
function decode({ body, version, batch, limits }: Decoding, { store, known }: IngestContext): DecodeResult {
  const { sizeBytesMax } = limits;
  if (version === '2.0') return decodeRemoteWrite2(body, batch, { sizeBytesMax });
  known.begin(batch, store.numbering);
  return decodeRemoteWrite(body, batch, { sizeBytesMax, known });
}

/** The size that a body declares. @throws TinyObsError `body_too_large`, `malformed_body` */
function decompressedBytes(body: Uint8Array, limits: BodyLimits): number {
  try {
    return remoteWriteSizeBytes(body, limits);
  } catch (cause) {
    // The decoder does not know what the limit is called.
    if (cause instanceof TinyObsError && cause.code === 'body_too_large') throw tooLarge(limits, cause);
    throw cause;
  }
}
