import type { Request, Response } from './exchange.js';
import { sendNoContent } from './respond.js';

/** How long browsers may remember what they were told about a path, s. */
const REMEMBER_SECONDS = '600';

const METHODS = 'GET, HEAD, POST, PUT, DELETE, PATCH';

/** Headers of answers that pages may read, beside those that they always may. */
const READABLE = 'Retry-After, RateLimit, RateLimit-Policy, X-Request-Id';

/**
 * Lets pages of these origins read answers, and answers what browsers ask before they send a request (preflight).
 * Browsers are never told to send cookies or passwords of theirs along: a page of another origin acts with what it
 * puts into `Authorization` itself, or with nothing.
 *
 * @param origins Gives the list in force, none for nobody.
 */
export function cors(origins: () => readonly string[]) {
  let listed = new Set(origins());
  let from = origins();
  return (request: Request, response: Response, next: () => void): void => {
    if (origins() !== from) {
      from = origins();
      listed = new Set(from);
    }
    if (listed.size === 0) {
      next();
      return;
    }
    const { origin } = request.headers;
    // Answers differ by it, also where there is none.
    if (!listed.has('*')) response.appendHeader('Vary', 'Origin');
    if (origin === undefined || !(listed.has('*') || listed.has(origin))) {
      next();
      return;
    }
    response.setHeader('Access-Control-Allow-Origin', listed.has('*') ? '*' : origin);
    response.setHeader('Access-Control-Expose-Headers', READABLE);
    if (isPreflight(request)) answerPreflight(request, response);
    else next();
  };
}

function isPreflight({ method, headers }: Request): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Which headers a page may send is for the routes to judge: those that it asks for are allowed. */
function answerPreflight(request: Request, response: Response): void {
  const wanted = request.headers['access-control-request-headers'];
  response.setHeader('Access-Control-Allow-Methods', METHODS);
  if (wanted !== undefined) {
    response.appendHeader('Vary', 'Access-Control-Request-Headers');
    response.setHeader('Access-Control-Allow-Headers', wanted);
  }
  response.setHeader('Access-Control-Max-Age', REMEMBER_SECONDS);
  sendNoContent(response);
}
