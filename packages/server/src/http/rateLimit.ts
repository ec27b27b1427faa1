import { TinyObsError } from '@tinyobs/model';
import type { RequestHandler } from 'express';
import { MemoryStore, rateLimit } from 'express-rate-limit';
import { addressGroup } from '../access/addressGroup.js';
import type { AddressOf } from '../access/clientAddress.js';
import { keyOf } from '../access/requestKey.js';
import type { Request, Response } from './exchange.js';
import { errorStyleOf, sendError } from './respond.js';

const WINDOW_MS = 60_000;

/** Counts requests in windows of a minute: by key, and by address those that came without. */
export interface RateLimiter {
  readonly middleware: RequestHandler;
  close(): void;
}

/**
 * @param perMinute Gives the limit in force, undefined for none; a key can have a limit of its own.
 */
export function createRateLimiter(perMinute: () => number | undefined, addressOf: AddressOf): RateLimiter {
  const store = new MemoryStore();
  const limitOf = (request: Request): number | undefined => {
    const ofAll = perMinute();
    const ofKey = keyOf(request)?.limits.requestsPerMinute;
    return ofAll === undefined || ofKey === undefined ? (ofAll ?? ofKey) : Math.min(ofAll, ofKey);
  };
  const limited = rateLimit({
    windowMs: WINDOW_MS,
    limit: (request) => limitOf(request) ?? Number.POSITIVE_INFINITY,
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
  // Without a limit requests are spared the counting.
  const middleware: RateLimiter['middleware'] = (request, response, next) =>
    limitOf(request) === undefined ? next() : limited(request, response, next);
  return { middleware, close: () => store.shutdown() };
}

function refuse(request: Request, response: Response, requestsPerMinute: number | undefined): void {
  const sender = keyOf(request) ? 'with this key' : 'from this address';
  const error = new TinyObsError(
    'rate_limited',
    `more than ${requestsPerMinute} requests a minute ${sender}; wait as Retry-After says, send larger batches, or raise limits.requestsPerMinute`,
    { details: { limit: requestsPerMinute } },
  );
  sendError(response, error, errorStyleOf(request));
}
