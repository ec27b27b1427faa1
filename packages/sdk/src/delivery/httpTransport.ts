import {
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { ANSWER_BYTES_MAX } from '../constants.js';
import type { Send, TransportAnswer } from './transport.js';

export interface HttpTransportOptions {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** For one attempt, from connecting to the last byte of the answer. */
  readonly timeoutMs: number;
}

/**
 * A transport over one keep-alive connection (flushes never overlap, so there is never need of a second).
 * Its sockets do not keep the process alive: whoever waits for a flush holds a timer of their own.
 */
export function createHttpTransport(options: HttpTransportOptions): { send: Send; close: () => void } {
  const secure = options.url.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, maxSockets: 1 })
    : new HttpAgent({ keepAlive: true, maxSockets: 1 });
  const start = secure ? requestHttps : requestHttp;
  return {
    send: (body, signal) => post({ ...options, start, agent }, body, signal),
    close: () => agent.destroy(),
  };
}

type Post = HttpTransportOptions & { start: typeof requestHttp; agent: RequestOptions['agent'] };

function post(options: Post, body: string, signal: AbortSignal): Promise<TransportAnswer> {
  const { url, start, agent, timeoutMs } = options;
  const bytes = Buffer.from(body);
  const headers = { ...options.headers, 'content-type': 'application/json', 'content-length': bytes.length };
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
    request.end(bytes);
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
