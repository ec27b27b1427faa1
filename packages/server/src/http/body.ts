import type { Readable } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';
import { TinyObsError } from '@tinyobs/model';
import { keyOf } from '../access/requestKey.js';
import { recordingSpan } from '../tracing/spans.js';
import type { Request } from './exchange.js';

/** Bytes of request bodies, and of what is made of them, in memory at a time, over all requests (S6). */
export class BodyBudget {
  readonly #bytesMax: number;
  #bytesUsed = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get bytesMax(): number {
    return this.#bytesMax;
  }

  get bytesUsed(): number {
    return this.#bytesUsed;
  }

  /** @throws TinyObsError `store_busy` when the bodies in memory leave no room. */
  take(sizeBytes: number): void {
    if (this.#bytesUsed + sizeBytes > this.#bytesMax) {
      throw new TinyObsError(
        'store_busy',
        'too many large requests at a time; send this one again a little later',
      );
    }
    this.#bytesUsed += sizeBytes;
  }

  release(sizeBytes: number): void {
    this.#bytesUsed -= sizeBytes;
  }

  /** Counts what is made of a body until what `use` returned settles. @throws TinyObsError `store_busy` */
  async hold<T>(sizeBytes: number, use: () => Promise<T>): Promise<T> {
    this.take(sizeBytes);
    try {
      return await use();
    } finally {
      this.release(sizeBytes);
    }
  }
}

/** Limits on the bodies of all requests of one server. */
export interface BodyLimits {
  /** Longest body after decompression. */
  readonly sizeBytesMax: number;
  readonly budget: BodyBudget;
  /** The key whose limit `sizeBytesMax` is; undefined when it is that of the server. */
  readonly keyId?: string;
}

/** The limits on the body of one request: its key may narrow them. */
export function bodyLimitsOf(request: Request, limits: BodyLimits): BodyLimits {
  const key = keyOf(request);
  const sizeBytesMax = key?.limits.requestBytes ?? Number.POSITIVE_INFINITY;
  return sizeBytesMax < limits.sizeBytesMax ? { ...limits, sizeBytesMax, keyId: key?.id } : limits;
}

/**
 * Reads a request's body, decompressing gzip and deflate, and gives it to `use`; its bytes count against the
 * budget until what `use` returned settles. A body that the host's framework has parsed already is taken from
 * `request.body`.
 *
 * @param keptEncoding The one encoding the body may have instead, for `use` to decode.
 * @throws TinyObsError `body_too_large`, `unsupported_encoding`, `malformed_body`, `store_busy`
 */
export async function withBody<T>(
  request: Request,
  limits: BodyLimits,
  use: (body: Uint8Array) => Promise<T>,
  keptEncoding?: string,
): Promise<T> {
  const held = { bytes: 0 };
  const own = bodyLimitsOf(request, limits);
  try {
    const parsed = bodyOfHost(request);
    if (parsed && parsed.length > own.sizeBytesMax) throw tooLarge(own);
    const body = parsed ?? (await readBody(request, own, held, keptEncoding));
    recordingSpan()?.setAttribute('tinyobs.body.bytes', body.length);
    return await use(body);
  } finally {
    limits.budget.release(held.bytes);
  }
}

/** Longest piece of a body that is read in pieces. */
const CHUNK_BYTES_MAX = 64 * 1024;

/**
 * A body of any length, but for what the request's key allows, in pieces that are read as they are asked for;
 * decompressed as by `withBody`. Pieces do not count against the budget.
 *
 * @throws TinyObsError `body_too_large`, `unsupported_encoding`, `malformed_body`
 */
export async function* bodyChunks(request: Request, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  const key = keyOf(request);
  const { requestBytes: sizeBytesMax = Number.POSITIVE_INFINITY } = key?.limits ?? {};
  const own = { ...limits, sizeBytesMax, keyId: key?.id };
  let sizeBytes = 0;
  let isRead = false;
  try {
    for await (const chunk of chunksOf(request, own)) {
      sizeBytes += chunk.length;
      if (sizeBytes > sizeBytesMax) throw tooLarge(own);
      for (let at = 0; at < chunk.length; at += CHUNK_BYTES_MAX)
        yield chunk.subarray(at, at + CHUNK_BYTES_MAX);
    }
    isRead = true;
  } catch (cause) {
    throw unreadable(cause);
  } finally {
    recordingSpan()?.setAttribute('tinyobs.body.bytes', sizeBytes);
    if (!isRead) discardRest(request);
  }
}

function chunksOf(request: Request, limits: BodyLimits): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  const parsed = bodyOfHost(request);
  // The answer goes the same way as what is read: it must not be closed where reading ends early.
  return parsed ? [parsed] : decompressed(request, limits, undefined).iterator({ destroyOnReturn: false });
}

function unreadable(cause: unknown): TinyObsError {
  if (cause instanceof TinyObsError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TinyObsError('malformed_body', `the body could not be read: ${reason}`, { cause });
}

async function readBody(
  request: Request,
  limits: BodyLimits,
  held: { bytes: number },
  keptEncoding: string | undefined,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    const declared = Number(request.headers['content-length'] ?? 0);
    if (declared > limits.sizeBytesMax) throw tooLarge(limits);
    await readAll(decompressed(request, limits, keptEncoding), (chunk) => {
      sizeBytes += chunk.length;
      if (sizeBytes > limits.sizeBytesMax) throw tooLarge(limits);
      limits.budget.take(chunk.length);
      held.bytes += chunk.length;
      chunks.push(chunk);
    });
  } catch (cause) {
    discardRest(request);
    throw unreadable(cause);
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, sizeBytes);
}

/**
 * Hands every chunk to `take`; resolves at the end, and rejects with what `take` throws, with an error of the
 * stream, or when it closes before its end. An iterator over the stream would make promises for every chunk.
 */
function readAll(stream: Readable, take: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Uint8Array): void => {
      try {
        take(chunk);
      } catch (error) {
        stream.off('data', onData);
        reject(error);
      }
    };
    stream.on('data', onData);
    stream.once('end', resolve);
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the client went away')));
  });
}

function decompressed(request: Request, limits: BodyLimits, keptEncoding: string | undefined): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (keptEncoding !== undefined) {
    if (encoding === keptEncoding || encoding === 'identity') return request;
    throw unknownEncoding(encoding, keptEncoding);
  }
  switch (encoding) {
    case 'identity':
    case '':
      return request;
    case 'gzip':
    case 'x-gzip':
      return piped(request, createGunzip(), limits);
    case 'deflate':
      return piped(request, createInflate(), limits);
    default:
      throw unknownEncoding(encoding, 'gzip, deflate or no encoding');
  }
}

function unknownEncoding(encoding: string, advice: string): TinyObsError {
  return new TinyObsError(
    'unsupported_encoding',
    `Content-Encoding ${encoding} is not known here; send ${advice}`,
  );
}

/**
 * `pipe` does not carry errors over: an aborted upload must end the reading too. Compressed bytes count by themselves,
 * since there can be any number of them that decompress to nothing.
 */
function piped(request: Request, inflater: ReturnType<typeof createGunzip>, limits: BodyLimits): Readable {
  let sizeBytes = 0;
  request.on('data', (chunk: Uint8Array) => {
    sizeBytes += chunk.length;
    if (sizeBytes > limits.sizeBytesMax) inflater.destroy(tooLarge(limits));
  });
  request.once('error', (error) => inflater.destroy(error));
  request.once('aborted', () => inflater.destroy(new Error('the client went away')));
  return request.pipe(inflater);
}

/** A client that is still sending reads its answer only if what it sends is taken. */
function discardRest(request: Request): void {
  request.unpipe();
  request.resume();
}

/** The body where the host's framework has read it already. */
export function bodyOfHost(request: Request): Uint8Array | undefined {
  if (request.body === undefined || !(request.readableEnded || request.complete)) return undefined;
  return bytesOf(request.body, request.headers['content-type'] ?? '');
}

/** What a body parser made of the bytes, turned back: Express' json, text, raw and urlencoded are covered. */
function bytesOf(body: unknown, contentType: string): Uint8Array {
  if (body instanceof Uint8Array) return body;
  if (typeof body === 'string') return Buffer.from(body);
  if (contentType.startsWith('application/x-www-form-urlencoded')) {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(body as Record<string, string | string[]>)) {
      for (const one of Array.isArray(value) ? value : [value]) form.append(name, one);
    }
    return Buffer.from(form.toString());
  }
  return Buffer.from(JSON.stringify(body));
}

/** The error of a body that is larger than `sizeBytesMax`, before or after decompression. */
export function tooLarge({ sizeBytesMax, keyId }: BodyLimits, cause?: TinyObsError): TinyObsError {
  const limit =
    keyId === undefined
      ? 'limits.requestBytes and memory.max'
      : `the limit "requestBytes" of the key ${keyId}`;
  return new TinyObsError(
    'body_too_large',
    `the body, as it was sent or decompressed, is larger than ${sizeBytesMax} bytes; send smaller batches, or raise ${limit}`,
    { cause, details: { limitBytes: sizeBytesMax } },
  );
}

/** A request that names no type is taken at its path's word. @throws TinyObsError `unsupported_media_type` */
export function requireContentType(request: Request, accepted: RegExp, advice: string): void {
  const contentType = request.headers['content-type'];
  if (contentType !== undefined && !accepted.test(contentType)) {
    throw new TinyObsError(
      'unsupported_media_type',
      `Content-Type ${contentType} is not known here; send ${advice}`,
    );
  }
}
