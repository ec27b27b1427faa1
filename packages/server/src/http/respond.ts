import { type ErrorCode, TinyObsError } from '@tinyobs/model';
import { ERROR_TABLE } from './errorTable.js';
import type { Response } from './exchange.js';

/** The shape of an error: Prometheus' envelope under its API's paths, ours elsewhere. */
export type ErrorStyle = 'prometheus' | 'tinyobs';

export function sendJson(response: Response, status: number, json: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Length', Buffer.byteLength(json));
  response.end(response.req.method === 'HEAD' ? undefined : json);
}

/** Answers 200 with JSON in pieces, waiting whenever the client is slower than we are. */
export async function streamJson(response: Response, pieces: Iterable<string>): Promise<void> {
  response.statusCode = 200;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  for (const piece of pieces) {
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}

function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

export function sendText(response: Response, contentType: string, text: string): void {
  response.statusCode = 200;
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.end(response.req.method === 'HEAD' ? undefined : text);
}

export function sendNoContent(response: Response): void {
  response.statusCode = 204;
  response.end();
}

/** Answers with an error; `extra` is added to the body of our own style. */
export function sendError(
  response: Response,
  error: TinyObsError,
  style: ErrorStyle,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status, errorType, retryAfterSeconds } = ERROR_TABLE[error.code];
  if (retryAfterSeconds !== undefined) response.setHeader('Retry-After', String(retryAfterSeconds));
  const details = Object.keys(error.details).length > 0 ? { details: error.details } : {};
  const body =
    style === 'prometheus'
      ? { status: 'error', errorType, error: error.message, code: error.code, ...details }
      : { status: 'error', code: error.code, message: error.message, ...details, ...extra };
  // The rest of a body that was refused is not read: the connection cannot be used again.
  if (!response.req.complete) response.setHeader('Connection', 'close');
  sendJson(response, status, JSON.stringify(body));
}

/** Errors of our own making as they are; anything else is a defect, whose text is not for strangers. */
export function asTinyObsError(error: unknown): TinyObsError {
  if (error instanceof TinyObsError) return error;
  return new TinyObsError('internal', 'something went wrong in TinyObs; the log has the details', {
    cause: error,
  });
}

export function isServerFault(code: ErrorCode): boolean {
  return ERROR_TABLE[code].status >= 500;
}
