import { createServer, type RequestListener, type Server } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Request, Response } from '../http/exchange.js';
import type { TinyObs } from '../options.js';
import { isOfClient, restored, WRITE } from './forwarded.js';

/** Answers a request of our own. */
export type OwnRoute = (request: Request, response: Response) => void;

/** What an engine takes by a socket. */
export interface EngineEntry extends Pick<TinyObs, 'handler'> {
  /** Stores what a host writes. Never rejects. */
  readonly write: (body: Uint8Array) => ReturnType<TinyObs['write']>;
  /** Further requests of our own, by path. */
  readonly routes?: Readonly<Record<string, OwnRoute>>;
}

/** A server for forwarders, which close their connections themselves. */
export function socketServer(listener: RequestListener): Server {
  return createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, listener);
}

/** The other end of forwarders: requests of clients go to the handler, our own to where they belong. */
export function engineListener({ handler, write, routes = {} }: EngineEntry): RequestListener {
  return (request: Request, response) => {
    const path = request.url ?? '';
    if (isOfClient(request)) handler(restored(request), response);
    else if (path === WRITE) void answerWrite(request, response, write);
    else if (Object.hasOwn(routes, path)) routes[path](request, response);
    else response.writeHead(404).end();
  };
}

async function answerWrite(request: Request, response: Response, write: EngineEntry['write']): Promise<void> {
  let body: Uint8Array;
  try {
    body = await buffer(request);
  } catch {
    // Whoever wrote went away and hears of it there: nothing was stored.
    response.destroy();
    return;
  }
  const answer = await write(body);
  const headers = answer.retryAfter === undefined ? {} : { 'retry-after': answer.retryAfter };
  response.writeHead(answer.status, headers).end(answer.body);
}
