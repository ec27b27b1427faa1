import type { Request } from '../http/exchange.js';

/** What a key may be used for. */
export type Scope = 'ingest' | 'read' | 'admin';

/** Limits of one key, beside those of the server. */
export interface KeyLimits {
  readonly requestsPerMinute?: number;
  /** Active series that it may have brought in. */
  readonly series?: number;
  /** Longest body after decompression. */
  readonly requestBytes?: number;
}

/** The key that a request came with, known and valid. */
export interface RequestKey {
  readonly id: string;
  readonly scopes: readonly Scope[];
  readonly limits: KeyLimits;
}

const keys = new WeakMap<Request, RequestKey>();

/** Undefined where nobody is asked for a key, and for what is open to all. */
export function keyOf(request: Request): RequestKey | undefined {
  return keys.get(request);
}

export function setKeyOf(request: Request, key: RequestKey): void {
  keys.set(request, key);
}
