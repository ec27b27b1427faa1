import { TinyObsError } from '@tinyobs/model';
import { ipKeyGenerator, MemoryStore, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit';
import { clientAddress, pathOf, type Request, type Response } from './exchange.js';
import { sendError } from './respond.js';

const WINDOW_MS = 60_000;

/** Counts requests by address in windows of a minute. */
export interface RateLimiter {
  readonly middleware: RateLimitRequestHandler;
  close(): void;
}

export function createRateLimiter(requestsPerMinute: number): RateLimiter {
  const store = new MemoryStore();
  const middleware = rateLimit({
    windowMs: WINDOW_MS,
    limit: requestsPerMinute,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    store,
    validate: false,
    keyGenerator: (request) => ipKeyGenerator(clientAddress(request)),
    handler: (request, response) => refuse(request, response, requestsPerMinute),
  });
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
