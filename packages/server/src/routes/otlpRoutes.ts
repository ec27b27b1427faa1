import {
  decodeOtlpJson,
  decodeOtlpProtobuf,
  encodeOtlpResponse,
  type OtlpPartialSuccess,
  type OtlpResult,
} from '@tinyobs/formats';
import { TinyObsError, type WriteBatch } from '@tinyobs/model';
import { keyOf } from '../access/requestKey.js';
import type { Config } from '../config/schema.js';
import { type BodyLimits, bodyLimitsOf, tooLarge, withBody } from '../http/body.js';
import type { Request, Response } from '../http/exchange.js';
import { OTLP_CONTENT_TYPES, type OtlpEncoding, otlpEncodingOf } from '../http/otlpEncoding.js';
import { sendBytes, sendJson } from '../http/respond.js';
import { DeltaSums } from '../ingest/deltas/deltaSums.js';
import type { Sender } from '../ingest/sender.js';
import { inSpan } from '../tracing/spans.js';
import { type IngestContext, type Report, writeDecoded } from './ingestReport.js';
import type { Route } from './route.js';

/** Where SDKs send to by themselves, and where Prometheus takes OTLP. */
const PATHS = ['/v1/metrics', '/api/v1/otlp/v1/metrics'];

/** Series index, row, time and value. */
const SAMPLE_BYTES = 24;

/** What adding up one sample of a delta point takes until it is stored, beside its labels. */
const DELTA_SAMPLE_BYTES = 200;

/** Series and samples take more than the text they were made of, labels of resources most of all. */
const BATCH_PER_BODY = 2;

const DECODERS = { json: decodeOtlpJson, protobuf: decodeOtlpProtobuf };

export interface OtlpContext extends IngestContext {
  /** Memory for the sums of delta points. */
  readonly deltaSumsBytesMax: number;
  readonly otlp: Config['otlp'];
}

/**
 * Metrics over OTLP/HTTP. What is wrong with some points is said beside 200, since senders repeat or drop a request as
 * a whole; errors are those that they know how to deal with.
 *
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
export function otlpRoutes(context: OtlpContext): Route[] {
  const sums = new DeltaSums(context.store, context.deltaSumsBytesMax);
  return PATHS.map((path) => ({
    methods: ['POST'],
    path,
    errors: 'otlp',
    handle: (request, response) => ingestOtlp(request, response, sums, context),
  }));
}

async function ingestOtlp(
  request: Request,
  response: Response,
  sums: DeltaSums,
  context: OtlpContext,
): Promise<void> {
  const encoding = requireEncoding(request);
  const limits = bodyLimitsOf(request, context.bodies);
  const sender: Sender = { protocol: 'otlp', key: keyOf(request) };
  const store = (body: Uint8Array, batch: WriteBatch) => {
    const { translationStrategy, promoteResourceAttributes, promoteScopeMetadata } = context.otlp;
    const options = {
      strategy: translationStrategy,
      promoteResourceAttributes,
      promoteScopeMetadata,
      batchBytesMax: BATCH_PER_BODY * limits.sizeBytesMax,
    };
    const decoded = inSpan('tinyobs.decode', () => DECODERS[encoding](body, batch, options));
    return limits.budget.hold(workBytes(batch, decoded, limits), () =>
      storeDecoded({ batch, decoded, sender, limits }, sums, context),
    );
  };
  const report = await withBody(request, context.bodies, (body) =>
    context.batches.use((batch) => store(body, batch)),
  );
  answer(response, encoding, partialSuccessOf(report));
}

/** A body that was decoded. */
interface Decoded {
  readonly batch: WriteBatch;
  readonly decoded: OtlpResult;
  readonly sender: Sender;
  readonly limits: BodyLimits;
}

async function storeDecoded(
  { batch, decoded, sender, limits }: Decoded,
  sums: DeltaSums,
  context: OtlpContext,
): Promise<Report> {
  const { deltas } = decoded;
  if (deltas.count === 0) return writeDecoded(batch, sender, decoded, context);
  const sizeBytes = () => workBytes(batch, decoded, limits);
  const heldBytes = sizeBytes();
  const given = { batch, deltas, checkSize: sizeBytes };
  const { report, duplicates } = await sums.write(given, () =>
    limits.budget.hold(Math.max(0, sizeBytes() - heldBytes), () =>
      writeDecoded(batch, sender, decoded, context),
    ),
  );
  context.metrics.otlpDuplicates.inc(duplicates);
  return report;
}

/** What a decoded body takes until it is stored. @throws TinyObsError `body_too_large` when there is never room for it */
function workBytes(batch: WriteBatch, { deltas }: OtlpResult, limits: BodyLimits): number {
  const sampleBytes = deltas.count === 0 ? SAMPLE_BYTES : SAMPLE_BYTES + DELTA_SAMPLE_BYTES;
  const sizeBytes = batch.arenaLength + batch.sampleCount * sampleBytes;
  if (sizeBytes > limits.budget.bytesMax / 2) throw tooLarge(limits);
  return sizeBytes;
}

function requireEncoding(request: Request): OtlpEncoding {
  const encoding = otlpEncodingOf(request);
  if (encoding) return encoding;
  const type = request.headers['content-type'];
  throw new TinyObsError(
    'unsupported_media_type',
    `${type === undefined ? 'a request without Content-Type' : `Content-Type ${type}`} is not known here; send ${OTLP_CONTENT_TYPES.protobuf} or ${OTLP_CONTENT_TYPES.json}`,
  );
}

/** What to say of points that were refused; nothing when none was. */
function partialSuccessOf({ accepted, refusedCount, listed }: Report): OtlpPartialSuccess | undefined {
  if (listed.length === 0) return undefined;
  const [{ row, code, message }] = listed;
  const place = row >= 0 ? `data point ${row}: ` : '';
  return {
    rejectedDataPoints: refusedCount,
    errorMessage: `${refusedCount} data points refused, ${accepted} samples stored; first: ${place}${code}: ${message}`,
  };
}

/** Numbers of 64 bits are strings in protobuf's JSON. */
function answer(response: Response, encoding: OtlpEncoding, partial: OtlpPartialSuccess | undefined): void {
  if (encoding === 'protobuf') {
    sendBytes(response, 200, OTLP_CONTENT_TYPES.protobuf, encodeOtlpResponse(partial));
    return;
  }
  const partialSuccess = partial && { ...partial, rejectedDataPoints: String(partial.rejectedDataPoints) };
  sendJson(response, 200, JSON.stringify({ partialSuccess }));
}
