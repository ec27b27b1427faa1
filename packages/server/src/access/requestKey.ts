import type { Request } from '../http/exchange.js';
import type { KeyLimits, PanelGrant } from './keyRecord.js';
import type { Scope } from './routeAccess.js';

/** The key that a request came with, known and valid. */
export interface RequestKey {
  readonly id: string;
  readonly scopes: readonly Scope[];
  readonly limits: KeyLimits;
  /** Of a key for one panel alone. */
  readonly grant?: PanelGrant;
}

const keys = new WeakMap<Request, RequestKey>();

/** Undefined where nobody is asked for a key, and for what is open to all. */
export function keyOf(request: Request): RequestKey | undefined {
  return keys.get(request);
}

export function setKeyOf(request: Request, key: RequestKey): void {
  keys.set(request, key);
}
