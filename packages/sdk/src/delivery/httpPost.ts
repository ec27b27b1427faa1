import {
  Agent as HttpAgent,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { ANSWER_BYTES_MAX } from '../constants.js';
import type { TransportAnswer, TransportTarget } from './transport.js';

/**
 * Posts bodies over one keep-alive connection (flushes never overlap, so there is never need of a second). Its sockets
 * do not keep the process alive: whoever waits for a flush holds a timer of their own.
 */
export class HttpPost {
  readonly #target: TransportTarget;
  readonly #agent: HttpAgent;
  readonly #start: typeof requestHttp;

  constructor(target: TransportTarget) {
    const secure = target.url.protocol === 'https:';
    const options = { keepAlive: true, maxSockets: 1 };
    this.#target = target;
    this.#agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
    this.#start = secure ? requestHttps : requestHttp;
  }

  /** Resolves with the answer, whatever its status; rejects when there is none in time. */
  send(
    body: Uint8Array,
    { headers, signal }: { headers: Readonly<Record<string, string>>; signal: AbortSignal },
  ): Promise<TransportAnswer> {
    const { url, headers: always, timeoutMs } = this.#target;
    const options: RequestOptions = {
      method: 'POST',
      agent: this.#agent,
      headers: { ...always, ...headers, 'content-length': body.length },
      signal,
    };
    return new Promise((resolve, reject) => {
      const request = this.#start(url, options);
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
      request.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
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
