import { Agent, type IncomingMessage, type OutgoingHttpHeaders, request as send } from 'node:http';
import { TinyObsError } from '@tinyobs/model';
import type { App } from '../http/app.js';
import { bodyOfHost } from '../http/body.js';
import { clientAddress, type Request, type Response } from '../http/exchange.js';
import { REQUEST_ID, requestIdOf } from '../http/requestId.js';
import { asTinyObsError, sendError } from '../http/respond.js';
import { addTraceHeaders } from '../tracing/requestSpan.js';
import { CLIENT_ADDRESS, ORIGINAL_URL } from './threadMessages.js';

/** Headers that concern one connection only, and those of a body that a host has decoded. */
const OF_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'expect'];
const OF_BODY = ['content-length', 'content-encoding'];

export interface ForwarderOptions {
  readonly socketPath: string;
  readonly thread: { readonly failure: TinyObsError | undefined };
}

/** Hands requests over to the engine's thread and its answers back. */
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

  #forward(request: Request, response: Response): void {
    const { socketPath, thread } = this.#options;
    if (thread.failure) {
      sendError(response, thread.failure, 'tinyobs');
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
      sendError(response, thread.failure ?? unreachable(cause), 'tinyobs');
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
  // Whoever answers before the body is there does not want the rest of it.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  answer.once('error', () => response.destroy());
  answer.pipe(response);
}

function unreachable(cause: unknown): TinyObsError {
  const { message } = asTinyObsError(cause);
  return new TinyObsError('engine_ended', `the thread of TinyObs does not answer: ${message}`, { cause });
}
