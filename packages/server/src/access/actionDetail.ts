import type { Request } from '../http/exchange.js';

const details = new WeakMap<Request, string>();

/** Says in the audit log what exactly an action was about, where its path does not: nothing secret. */
export function setActionDetail(request: Request, detail: string): void {
  details.set(request, detail);
}

export function actionDetailOf(request: Request): string | undefined {
  return details.get(request);
}
