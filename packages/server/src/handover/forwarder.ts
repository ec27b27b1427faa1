import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http';
import type { TinyObsError } from '@tinyobs/model';
import type { App } from '../http/app.js';
import { bodyOfHost } from '../http/body.js';
import { clientAddress, isForwarded, type Request, type Response } from '../http/exchange.js';
import { REQUEST_ID, requestIdOf } from '../http/requestId.js';
import { sendError } from '../http/respond.js';
import { errorAnswer, type WriteAnswer } from '../ingest/hostWrites.js';
import { addTraceHeaders } from '../tracing/requestSpan.js';
import { CLIENT_ADDRESS, ORIGINAL_URL, WRITE } from './forwarded.js';
import { post } from './post.js';

/** Headers that concern one connection only, and those of a body that a host has decoded. */
const OF_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'expect'];
const OF_BODY = ['content-length', 'content-encoding'];

/** A write that is not answered in so long may be repeated, ms. */
const WRITE_TIMEOUT_MS = 10_000;

export interface ForwarderOptions {
  readonly socketPath: string;
  readonly peer: Peer;
}

/** Who answers at the other end. */
export interface Peer {
  /** Why it cannot answer, undefined as far as is known. */
  readonly failure: TinyObsError | undefined;
  /** What to say when a connection to it fails. */
  readonly unreachable: (cause: unknown) => TinyObsError;
}

/** Hands requests over to the thread or process that has the engine, and its answers back. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(options: ForwarderOptions) {
    this.#options = options;
  }

  readonly app: App = (request, response) => this.#forward(request, response);

  close(): void {
    this.#agent.destroy();
  }

  /** Hands a write of the host over. Never rejects. */
  async write(body: Uint8Array): Promise<WriteAnswer> {
    const { socketPath, peer } = this.#options;
    if (peer.failure) return errorAnswer(peer.failure);
    try {
      return await post({ socketPath, agent: this.#agent, path: WRITE, timeoutMs: WRITE_TIMEOUT_MS }, body);
    } catch (cause) {
      return errorAnswer(peer.failure ?? peer.unreachable(cause));
    }
  }

  #forward(request: Request, response: Response): void {
    const { socketPath, peer } = this.#options;
    if (peer.failure) {
      sendError(response, peer.failure, 'tinyobs');
      return;
    }
    const body = bodyOfHost(request);
    const sent = send({
      socketPath,
      agent: this.#agent,
      method: request.method,
      path: request.url,
      headers: { ...headersFor(request, body), [REQUEST_ID]: requestIdOf(response) },
    });
    sent.once('response', (answer) => passBack(answer, response));
    sent.once('error', (cause) => {
      if (response.destroyed) return;
      sendError(response, peer.failure ?? peer.unreachable(cause), 'tinyobs');
    });
    response.once('close', () => sent.destroy());
    if (body) sent.end(body);
    else request.pipe(sent);
  }
}

function headersFor(request: Request, body: Uint8Array | undefined): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = { ...request.headers };
  for (const name of OF_CONNECTION) delete headers[name];
  if (body) {
    for (const name of OF_BODY) delete headers[name];
    headers['content-length'] = body.length;
  }
  headers[ORIGINAL_URL] = request.originalUrl ?? request.url ?? '/';
  headers[CLIENT_ADDRESS] = clientAddress(request);
  addTraceHeaders(headers);
  return headers;
}

function passBack(answer: IncomingMessage, response: Response): void {
  response.statusCode = answer.statusCode ?? 502;
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined && !OF_CONNECTION.includes(name)) response.setHeader(name, value);
  }
  // Whoever answers before the body is there does not want the rest of it. A request that was forwarded to here keeps
  // its connection, as in `sendError`.
  if (!response.req.complete && !isForwarded(response.req)) response.setHeader('Connection', 'close');
  answer.once('error', () => response.destroy());
  answer.pipe(response);
}
