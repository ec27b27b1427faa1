import { TinyObsError } from '@tinyobs/model';
import { MemoryStore, type RateLimitRequestHandler, rateLimit } from 'express-rate-limit';
import { addressGroup } from '../access/addressGroup.js';
import type { AddressOf } from '../access/clientAddress.js';
import { keyOf } from '../access/requestKey.js';
import type { Request, Response } from './exchange.js';
import { errorStyleOf, sendError } from './respond.js';

const WINDOW_MS = 60_000;

/** Counts requests in windows of a minute: by key, and by address those that came without. */
export interface RateLimiter {
  readonly middleware: RateLimitRequestHandler;
  close(): void;
}

/** `requestsPerMinute` is what the configuration allows; a key can have a limit of its own below it. */
export function createRateLimiter(requestsPerMinute: number, addressOf: AddressOf): RateLimiter {
  const store = new MemoryStore();
  const limitOf = (request: Request): number =>
    Math.min(requestsPerMinute, keyOf(request)?.limits.requestsPerMinute ?? requestsPerMinute);
  const middleware = rateLimit({
    windowMs: WINDOW_MS,
    limit: limitOf,
    standardHeaders: 'draft-7',
    legacyHeaders: false,
    store,
    validate: false,
    keyGenerator: (request) => {
      const key = keyOf(request);
      return key ? `key ${key.id}` : addressGroup(addressOf(request));
    },
    handler: (request, response) => refuse(request, response, limitOf(request)),
  });
  return { middleware, close: () => store.shutdown() };
}

function refuse(request: Request, response: Response, requestsPerMinute: number): void {
  const sender = keyOf(request) ? 'with this key' : 'from this address';
  const error = new TinyObsError(
    'rate_limited',
    `more than ${requestsPerMinute} requests a minute ${sender}; wait as Retry-After says, send larger batches, or raise limits.requestsPerMinute`,
    { details: { limit: requestsPerMinute } },
  );
  sendError(response, error, errorStyleOf(request));
}
