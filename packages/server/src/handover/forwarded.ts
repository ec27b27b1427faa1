import type { Request } from '../http/exchange.js';

/**
 * Headers of our own on the way between threads and processes: whatever a client sends under these names is replaced.
 * They carry what a request there cannot have: the URL before the host took the mount off it, and the client.
 */
export const ORIGINAL_URL = 'x-tinyobs-original-url';
export const CLIENT_ADDRESS = 'x-tinyobs-client-address';

/** Where a host's own writes go; told from a client's request, whatever its path, by having no `ORIGINAL_URL`. */
export const WRITE = '/write';

/** Whether a request is a client's, handed over, and none of our own. */
export function isOfClient({ headers }: Request): boolean {
  return headers[ORIGINAL_URL] !== undefined;
}

/** The request of a client as the host had it. */
export function restored(request: Request): Request {
  const { headers } = request;
  request.originalUrl = String(headers[ORIGINAL_URL]);
  request.clientAddress = String(headers[CLIENT_ADDRESS]);
  delete headers[ORIGINAL_URL];
  delete headers[CLIENT_ADDRESS];
  return request;
}
