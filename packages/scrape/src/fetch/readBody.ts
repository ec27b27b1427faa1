import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TinyObsError } from '@tinyobs/model';
import { ANSWER_BYTES_MAX, ANSWER_SHOWN_BYTES } from '../limits.js';

/** Bytes of bodies in memory over all that is read at a time. */
export interface BytesBudget {
  /** @throws TinyObsError `store_busy` where there is no room */
  take(sizeBytes: number): void;
  release(sizeBytes: number): void;
}

export interface BodyLimit {
  /** Most bytes, before and after decompression. */
  readonly bytesMax: number;
  readonly budget: BytesBudget;
}

/** A body whose bytes count against the budget until it is released. */
export interface HeldBody {
  readonly bytes: Uint8Array;
  release(): void;
}

/**
 * Reads the body of an answer to its end, decompressed.
 *
 * @throws TinyObsError `scrape_limit`, `scrape_malformed`, `store_busy`, or what the connection ends with
 */
export async function readBody(
  response: IncomingMessage,
  { bytesMax, budget }: BodyLimit,
): Promise<HeldBody> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  let heldBytes = 0;
  const release = (): void => {
    budget.release(heldBytes);
    heldBytes = 0;
  };
  try {
    if (Number(response.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
    await readAll(decompressed(response, bytesMax), (chunk) => {
      sizeBytes += chunk.length;
      if (sizeBytes > bytesMax) throw tooLarge(bytesMax);
      budget.take(chunk.length);
      heldBytes += chunk.length;
      chunks.push(chunk);
    });
  } catch (error) {
    release();
    response.destroy();
    throw error;
  }
  return { bytes: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, sizeBytes), release };
}

/** The first bytes of an answer as text; the rest is read to its end where it is short, so that its connection serves again. */
export async function readStart(response: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  await readAll(response, (chunk) => {
    sizeBytes += chunk.length;
    if (sizeBytes > ANSWER_BYTES_MAX) {
      throw new TinyObsError('scrape_malformed', `the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    }
    chunks.push(chunk);
  });
  return Buffer.concat(chunks, sizeBytes).toString('utf8', 0, ANSWER_SHOWN_BYTES).trim();
}

function readAll(stream: Readable, take: (chunk: Uint8Array) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.on('data', (chunk: Uint8Array) => {
      try {
        take(chunk);
      } catch (error) {
        stream.destroy();
        reject(error);
      }
    });
    stream.once('end', resolve);
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('the connection ended in the middle of the answer')));
  });
}

function decompressed(response: IncomingMessage, bytesMax: number): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return response;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new TinyObsError(
      'scrape_malformed',
      `the answer has the encoding ${encoding}, which nobody asked for`,
    );
  }
  const gunzip = createGunzip();
  // Any number of compressed bytes can stand for none.
  let sizeBytes = 0;
  response.on('data', (chunk: Uint8Array) => {
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax) gunzip.destroy(tooLarge(bytesMax));
  });
  // Errors reach the reader by way of the last stream.
  return pipeline(response, gunzip, () => undefined);
}

function tooLarge(bytesMax: number): TinyObsError {
  return new TinyObsError(
    'scrape_limit',
    `the answer is longer than ${bytesMax} bytes; raise body_size_limit of the job, limits.requestBytes or memory.max`,
  );
}
