import { TinyObsError } from '@tinyobs/model';
import type { LogLines } from '../logLines.js';
import { answerClosing } from '../routes/healthRoutes.js';
import type { App } from './app.js';
import { notFound } from './dispatch.js';
import { pathOf, type Request, type Response } from './exchange.js';
import { isOwnPath } from './ownPaths.js';
import { requestIdOf } from './requestId.js';
import { asTinyObsError, sendError } from './respond.js';

/** How long requests under way may take once closing has begun, ms. */
const DRAIN_TIMEOUT_MS = 10_000;

export type Handler = (request: Request, response: Response, next?: (error?: unknown) => void) => void;

export interface Entry {
  readonly handler: Handler;
  /** Refuses further requests, ends streams of events, and resolves when all under way is over, or after 10 s. */
  drained(): Promise<void>;
}

export interface HandlerOptions {
  /** See `TinyObsOptions`. */
  readonly basePath: string;
  /** Paths that are answered here, see `ownPaths`. */
  readonly paths: readonly string[];
  readonly lines: LogLines;
}

/** Makes of the app a plain handler that fits into any host. What is a host's own it gets back at once, untouched. */
export function createHandler(app: App, { paths, lines, ...options }: HandlerOptions): Entry {
  const basePath = options.basePath.replace(/\/+$/, '');
  const own = new Set(paths);
  let draining = false;
  const underWay = new Set<Response>();
  let idle: (() => void) | undefined;

  const handler: Handler = (request, response, next) => {
    const { url } = request;
    if (basePath !== '' && !stripBasePath(request, basePath)) {
      passOn(request, response, next);
      return;
    }
    if (next && !isOwnPath(pathOf(request), own)) {
      request.url = url;
      next();
      return;
    }
    if (draining) {
      answerClosing(request, response);
      return;
    }
    underWay.add(response);
    response.once('close', () => {
      underWay.delete(response);
      if (underWay.size === 0) idle?.();
    });
    // Koa begins with 404 for what nobody answers; here every answer sets what is not 200.
    response.statusCode = 200;
    const restore = rememberPrototypes(request, response);
    app(request, response, (error) => {
      restore();
      if (error) refuse(error, response, lines);
      else passOn(request, response, next);
    });
  };

  const drained = async (): Promise<void> => {
    draining = true;
    for (const response of underWay) if (isEventStream(response)) endStream(response);
    if (underWay.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, DRAIN_TIMEOUT_MS);
      idle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  };
  return { handler, drained };
}

function isEventStream(response: Response): boolean {
  return String(response.getHeader('content-type') ?? '').startsWith('text/event-stream');
}

/** An event that comes in the same instant has nowhere to go: it is an error that nobody has to hear of. */
function endStream(response: Response): void {
  response.on('error', () => undefined).end();
}

/** Takes the base path off the URL, as a mounting framework does; false when the URL is not below it. */
function stripBasePath(request: Request, basePath: string): boolean {
  const url = request.url ?? '/';
  if (!url.startsWith(basePath) || !/^[/?]?$/.test(url.charAt(basePath.length))) return false;
  request.originalUrl ??= url;
  const rest = url.slice(basePath.length);
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  return true;
}

/** Express gives requests its own prototypes; a host of another version must get back what it had. */
function rememberPrototypes(request: Request, response: Response): () => void {
  const ofRequest = Object.getPrototypeOf(request);
  const ofResponse = Object.getPrototypeOf(response);
  return () => {
    Object.setPrototypeOf(request, ofRequest);
    Object.setPrototypeOf(response, ofResponse);
  };
}

function passOn(request: Request, response: Response, next: ((error?: unknown) => void) | undefined): void {
  if (next) next();
  else notFound('tinyobs')(request, response);
}

/** Only Express itself fails here, over paths that it cannot decode. */
function refuse(error: unknown, response: Response, lines: LogLines): void {
  const status = (error as { status?: number }).status;
  const known =
    status !== undefined && status < 500
      ? new TinyObsError('invalid_parameter', 'the path is not valid percent-encoding')
      : asTinyObsError(error);
  if (known.code === 'internal') {
    const fields = { err: error, requestId: requestIdOf(response) };
    lines.error('internal', fields, 'a request failed outside its route');
  }
  sendError(response, known, 'tinyobs');
}
