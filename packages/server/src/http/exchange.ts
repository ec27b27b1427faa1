import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A request as a host's framework may have left it: with a body it has already parsed, and with the path it
 * was mounted under.
 */
export interface Request extends IncomingMessage {
  body?: unknown;
  originalUrl?: string;
  /** Address of the client, where the request came by way of another thread. */
  clientAddress?: string;
}

export type Response = ServerResponse;

/** Path of the request below where TinyObs is mounted, without the query. */
export function pathOf(request: Request): string {
  const url = request.url ?? '/';
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

/** Address of whoever sent the request, '' when the connection is gone. */
export function clientAddress(request: Request): string {
  return request.clientAddress ?? request.socket.remoteAddress ?? '';
}

/** Whether another thread of ours handed the request over. */
export function isForwarded(request: Request): boolean {
  return request.clientAddress !== undefined;
}

/** A signal that aborts when the client goes away before it was answered. */
export function clientGone(response: Response): AbortSignal {
  return abortedWhenGone(response).signal;
}

/** As `clientGone`, and others can end the work, too. */
export function abortedWhenGone(response: Response): AbortController {
  const controller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller;
}
