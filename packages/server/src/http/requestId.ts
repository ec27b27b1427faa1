import { randomBytes } from 'node:crypto';
import { keyIdOf } from '../access/apiKey.js';
import type { Response } from './exchange.js';

export const REQUEST_ID = 'x-request-id';

/**
 * What is taken from a client, but for keys; anything else could not be told apart in a log, or forges lines there.
 */
const GIVEN = /^[A-Za-z0-9._-]{1,64}$/;

/** Tells processes apart, and what one of them was asked cannot be guessed from another's ids. */
const prefix = randomBytes(9).toString('base64url');
let made = 0;

/** A text that nothing else in any process is known by. */
export function uniqueId(): string {
  made++;
  return `${prefix}-${made.toString(36)}`;
}

/**
 * The id of the request that is answered by `response`: the client's own where it fits, else one is made. It is said
 * in the header `X-Request-Id` of the answer, where a host may have put one before.
 */
export function requestIdOf(response: Response): string {
  const known = response.getHeader(REQUEST_ID);
  if (typeof known === 'string') return known;
  const given = response.req.headers[REQUEST_ID];
  const isTaken = typeof given === 'string' && GIVEN.test(given) && keyIdOf(given) === undefined;
  const id = isTaken ? given : uniqueId();
  if (!response.headersSent) response.setHeader(REQUEST_ID, id);
  return id;
}
