import { TinyObsError } from '@tinyobs/model';
import type { RequestHandler } from 'express';
import { ipKeyGenerator, MemoryStore, rateLimit } from 'express-rate-limit';
import { clientAddress, pathOf, type Request, type Response } from './exchange.js';
import { sendError } from './respond.js';

const WINDOW_MS = 60_000;

/** Counts requests by address in windows of a minute. */
export interface RateLimiter {
  readonly middleware: RequestHandler;
  close(): void;
}

/** `perMinute` gives the limit in force, undefined for none. */
export function createRateLimiter(perMinute: () => number | undefined): RateLimiter {
  const store = new MemoryStore();
  const limitOf = () => perMinute() ?? Number.POSITIVE_INFINITY;
  const limited = rateLimit({
    windowMs: WINDOW_MS,
    limit: limitOf,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    store,
    validate: false,
    keyGenerator: (request) => ipKeyGenerator(clientAddress(request)),
    handler: (request, response) => refuse(request, response, limitOf()),
  });
  // Without a limit requests are spared the counting.
  const middleware: RateLimiter['middleware'] = (request, response, next) =>
    perMinute() === undefined ? next() : limited(request, response, next);
  return { middleware, close: () => store.shutdown() };
}

function refuse(request: Request, response: Response, requestsPerMinute: number): void {
  const error = new TinyObsError(
    'rate_limited',
    `more than ${requestsPerMinute} requests a minute from this address; wait as Retry-After says, send larger batches, or raise limits.requestsPerMinute`,
    { details: { limit: requestsPerMinute } },
  );
  sendError(response, error, pathOf(request).startsWith('/api/') ? 'prometheus' : 'tinyobs');
}
