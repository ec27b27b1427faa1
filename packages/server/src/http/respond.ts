import type { Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { constants, createGzip, gzipSync } from 'node:zlib';
import { encodeOtlpStatus } from '@tinyobs/formats';
import { TinyObsError } from '@tinyobs/model';
import { ERROR_TABLE, grpcCodeOf, influxCodeOf, statusOf } from './errorTable.js';
import { isForwarded, pathOf, type Request, type Response } from './exchange.js';
import { countError } from './observeRequest.js';
import { OTLP_CONTENT_TYPES, otlpEncodingOf } from './otlpEncoding.js';
import { requestIdOf } from './requestId.js';
import { setSecurityHeaders } from './securityHeaders.js';

/**
 * The shape of an error: Prometheus' envelope under its API's paths, plain text where it has that, the status of gRPC
 * where OTLP is taken, InfluxDB's at its paths, ours elsewhere.
 */
export type ErrorStyle = 'prometheus' | 'text' | 'otlp' | 'influx' | 'tinyobs';

/** The style of errors for a request that no route has taken. */
export function errorStyleOf(request: Request): ErrorStyle {
  return errorStyleOfPath(pathOf(request));
}

export function errorStyleOfPath(path: string): ErrorStyle {
  if (path === '/v1/metrics' || path === '/api/v1/otlp/v1/metrics') return 'otlp';
  if (path === '/write' || path === '/api/v2/write' || path === '/ping') return 'influx';
  return path.startsWith('/api/') ? 'prometheus' : 'tinyobs';
}

/** Shorter answers are not worth compressing. */
const GZIP_BYTES_MIN = 1024;

/** Up to here an answer is compressed at once, in about a millisecond; beyond that it is streamed. */
const WHOLE_BYTES_MAX = 64 * 1024;

/** Quick: most of what higher levels gain on repeated JSON is there at the first. */
const GZIP = { level: constants.Z_BEST_SPEED };

/** Bodies up to here are read to their end when they are refused. */
const DISCARDED_BYTES_MAX = 128 * 2 ** 20;

/** A client that takes nothing for so long is given up. */
export const STALL_MS = 60_000;

const JSON_TYPE = 'application/json';

export function sendJson(response: Response, status: number, json: string): void {
  response.setHeader('Cache-Control', 'no-store');
  sendWhole(response, status, JSON_TYPE, Buffer.from(json));
}

export function sendBytes(response: Response, status: number, contentType: string, bytes: Uint8Array): void {
  response.setHeader('Cache-Control', 'no-store');
  sendWhole(response, status, contentType, bytes);
}

/** Answers 200 with JSON in pieces. */
export function streamJson(response: Response, pieces: Iterable<Uint8Array>): Promise<void> {
  response.setHeader('Cache-Control', 'no-store');
  return streamText(response, JSON_TYPE, pieces);
}

/**
 * Answers 200 with UTF-8 in pieces, each made only when the client has taken what is before it; short texts are
 * sent whole. Resolves when everything is handed over, or the client went away.
 */
export async function streamText(
  response: Response,
  contentType: string,
  pieces: Iterable<Uint8Array>,
): Promise<void> {
  const iterator = pieces[Symbol.iterator]();
  const { start, isAll } = takeStart(iterator);
  if (isAll) return sendWhole(response, 200, contentType, start);
  response.statusCode = 200;
  setSecurityHeaders(response);
  response.setHeader('Content-Type', contentType);
  const compressed = takesGzip(response);
  if (response.req.method === 'HEAD') {
    response.end();
    return;
  }
  response.setTimeout(STALL_MS, () => response.destroy());
  const sink = compressed ? createGzip(GZIP) : response;
  if (compressed) sink.pipe(response);
  sink.write(start);
  for (;;) {
    if (sink.writableNeedDrain) await drained(sink, response);
    // A quick client's socket takes each piece at once: nothing else would have its turn until the last one.
    await nextTurn();
    if (response.destroyed) break;
    const { done, value } = iterator.next();
    if (done) break;
    sink.write(value);
  }
  if (response.destroyed) sink.destroy();
  else sink.end();
}

/** An answer whose bytes are sent as they are made. */
export interface ByteStream {
  /** Resolves when the client takes more, or has gone away. */
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
}

/** Answers 200 with bytes of no known length, uncompressed; the head is sent with the first of them. */
export function streamBytes(response: Response, contentType: string): ByteStream {
  const begin = (): void => {
    if (response.headersSent) return;
    response.statusCode = 200;
    setSecurityHeaders(response);
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Content-Type', contentType);
    response.setTimeout(STALL_MS, () => response.destroy());
  };
  return {
    write: async (bytes) => {
      begin();
      if (!response.write(bytes) && !response.destroyed) await drained(response, response);
    },
    end: () => {
      begin();
      response.end();
    },
  };
}

/** Resolves when the sink takes more, or the client has gone away. */
function drained(sink: Writable, response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      sink.off('drain', done);
      response.off('close', done);
      resolve();
    };
    sink.on('drain', done);
    response.on('close', done);
  });
}

export function sendText(response: Response, contentType: string, text: string, status = 200): void {
  sendWhole(response, status, contentType, Buffer.from(text));
}

export function sendNoContent(response: Response): void {
  sendEmpty(response, 204);
}

/** Answers with a status alone. */
export function sendEmpty(response: Response, status: number): void {
  response.statusCode = status;
  setSecurityHeaders(response);
  response.end();
}

/**
 * Answers with an error; `extra` is added to the body of our own style and InfluxDB's. What is our fault names the request's id, by
 * which the log tells more.
 */
export function sendError(
  response: Response,
  error: TinyObsError,
  style: ErrorStyle,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  countError(response, error.code);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { retryAfterSeconds } = ERROR_TABLE[error.code];
  const status = statusOf(error.code, style);
  const requestId = status >= 500 ? requestIdOf(response) : undefined;
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
  // The rest of a long body is not read: the connection cannot be used again. Between threads it is, since a
  // connection that breaks while the other thread sends takes the answer with it.
  if (!isForwarded(response.req) && !endsSoon(response.req)) response.setHeader('Connection', 'close');
  if (style === 'text') {
    const about = requestId === undefined ? '' : `request ${requestId}\n`;
    sendText(response, 'text/plain; charset=utf-8', `${error.message}\n${about}`, status);
    return;
  }
  if (style === 'otlp') {
    const about = requestId === undefined ? '' : ` (request ${requestId})`;
    sendOtlpStatus(response, status, `${error.code}: ${error.message}${about}`);
    return;
  }
  if (style === 'influx') {
    sendInfluxError(response, error, { status, extra: { requestId, ...extra } });
    return;
  }
  sendJson(response, status, JSON.stringify({ ...errorBody(error, style), requestId, ...extra }));
}

/** `error` is what clients of InfluxDB 1 read, `code` and `message` what those of 2 do. */
function sendInfluxError(
  response: Response,
  { code, message }: TinyObsError,
  { status, extra }: { status: number; extra: object },
): void {
  const text = `${code}: ${message}`;
  const body = { code: influxCodeOf(status), message: text, error: text, ...extra };
  sendJson(response, status, JSON.stringify(body));
}

/** An error in the encoding of the request, which is JSON where it had none of the two. */
function sendOtlpStatus(response: Response, httpStatus: number, message: string): void {
  const status = { code: grpcCodeOf(httpStatus), message };
  if (otlpEncodingOf(response.req) === 'protobuf') {
    sendBytes(response, httpStatus, OTLP_CONTENT_TYPES.protobuf, encodeOtlpStatus(status));
  } else {
    sendJson(response, httpStatus, JSON.stringify(status));
  }
}

/** Whether what is left of the body is worth reading, so that a client that is still sending gets its answer. */
function endsSoon({ complete, headers }: Request): boolean {
  const isChunked = headers['transfer-encoding'] !== undefined;
  return complete || (!isChunked && Number(headers['content-length'] ?? 0) <= DISCARDED_BYTES_MAX);
}

/** What an error is in JSON. */
export function errorBody(error: TinyObsError, style: 'prometheus' | 'tinyobs'): object {
  const { code, message } = error;
  const details = Object.keys(error.details).length > 0 ? { details: error.details } : {};
  if (style === 'tinyobs') return { status: 'error', code, message, ...details };
  return { status: 'error', errorType: ERROR_TABLE[code].errorType, error: message, code, ...details };
}

/** Errors of our own making as they are; anything else is a defect, whose text is not for strangers. */
export function asTinyObsError(error: unknown): TinyObsError {
  if (error instanceof TinyObsError) return error;
  return new TinyObsError('internal', 'something went wrong in TinyObs; the log has the details', {
    cause: error,
  });
}

function sendWhole(response: Response, status: number, contentType: string, body: Uint8Array): void {
  response.statusCode = status;
  setSecurityHeaders(response);
  response.setHeader('Content-Type', contentType);
  const worth = body.length >= GZIP_BYTES_MIN && body.length <= WHOLE_BYTES_MAX;
  const bytes =
    worth && !response.hasHeader('Content-Encoding') && takesGzip(response) ? gzipSync(body, GZIP) : body;
  response.setHeader('Content-Length', bytes.length);
  response.end(response.req.method === 'HEAD' ? undefined : bytes);
}

/** The first bytes, and whether they are all. */
function takeStart(pieces: Iterator<Uint8Array>): { start: Uint8Array; isAll: boolean } {
  let start: Uint8Array = new Uint8Array(0);
  while (start.length <= WHOLE_BYTES_MAX / 2) {
    const { done, value } = pieces.next();
    if (done) return { start, isAll: true };
    start = start.length === 0 ? value : Buffer.concat([start, value]);
  }
  return { start, isAll: false };
}

/** Whether the answer is to be compressed; says so in the headers. */
function takesGzip(response: Response): boolean {
  response.appendHeader('Vary', 'Accept-Encoding');
  const accepted = String(response.req.headers['accept-encoding'] ?? '');
  const gzip = /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q\s*=\s*([0-9.]+))?\s*(?=,|$)/i.exec(accepted);
  if (!gzip || Number(gzip[1] ?? 1) === 0) return false;
  response.setHeader('Content-Encoding', 'gzip');
  return true;
}
