import {
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { ANSWER_BYTES_MAX } from '../constants.js';
import type { Transport, TransportAnswer, TransportTarget } from './transport.js';

/** The time of the app is worth more than the last bytes. Compresses on another thread. */
const compress = (body: string) => promisify(gzip)(body, { level: constants.Z_BEST_SPEED });

/**
 * A transport over one keep-alive connection (flushes never overlap, so there is never need of a second).
 * Its sockets do not keep the process alive: whoever waits for a flush holds a timer of their own.
 */
export function createHttpTransport(target: TransportTarget): Transport {
  const secure = target.url.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 1 })
    : new HttpAgent({ keepAlive: true, maxSockets: 1 });
  const start = secure ? requestHttps : requestHttp;
  return {
    pack: compress,
    send: (packed, signal) => post({ ...target, start, agent }, packed, signal),
    close: () => agent.destroy(),
  };
}

type Post = TransportTarget & { start: typeof requestHttp; agent: RequestOptions['agent'] };

function post(options: Post, packed: Uint8Array, signal: AbortSignal): Promise<TransportAnswer> {
  const { url, start, agent, timeoutMs } = options;
  const headers = {
    ...options.headers,
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    'content-length': packed.length,
  };
  return new Promise((resolve, reject) => {
    const request = start(url, { method: 'POST', agent, headers, signal });
    const timer = setTimeout(() => {
      request.destroy(new Error(`no answer within ${timeoutMs} ms`));
    }, timeoutMs).unref();
    const settle = (end: () => void) => {
      clearTimeout(timer);
      end();
    };
    request.on('socket', (socket) => socket.unref());
    request.on('error', (error) => settle(() => reject(error)));
    request.on('response', (response) => {
      readAnswer(response).then(
        (answer) => settle(() => resolve(answer)),
        (error) => settle(() => reject(error)),
      );
    });
    request.end(packed);
  });
}

async function readAnswer(response: IncomingMessage): Promise<TransportAnswer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > ANSWER_BYTES_MAX) throw new Error(`the answer is longer than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks).toString();
  return { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body };
}
