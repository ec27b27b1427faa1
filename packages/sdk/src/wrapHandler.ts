import type { Client } from './client.js';
import { HANDLER_FLUSH_TIMEOUT_MS_DEFAULT, HANDLER_MARGIN_MS } from './constants.js';

export interface WrapHandlerOptions {
  /** How long an answer may wait for the metrics, in milliseconds. Default 2,000. */
  readonly timeoutMs?: number;
}

/**
 * Wraps the async handler of a serverless function, so that the metrics of each call are delivered before its
 * promise settles: after that the platform may freeze the process. Where a context tells the time that remains, as
 * that of AWS Lambda does, the wait ends before it is over. The handler's outcome is left as it is.
 */
export function wrapHandler<This, Args extends unknown[], Result>(
  client: Pick<Client, 'flush'>,
  handler: (this: This, ...args: Args) => Result | Promise<Result>,
  options: WrapHandlerOptions = {},
): (this: This, ...args: Args) => Promise<Result> {
  const { timeoutMs = HANDLER_FLUSH_TIMEOUT_MS_DEFAULT } = options;
  return async function (...args) {
    try {
      return await handler.apply(this, args);
    } finally {
      const remainingMs = remainingTimeMs(args) - HANDLER_MARGIN_MS;
      await client.flush({ timeoutMs: Math.max(0, Math.min(timeoutMs, remainingMs)) });
    }
  };
}

function remainingTimeMs(args: readonly unknown[]): number {
  for (const arg of args) {
    const context = arg as { getRemainingTimeInMillis?: unknown } | null | undefined;
    const read = context?.getRemainingTimeInMillis;
    if (typeof read === 'function') return Number(read.call(context));
  }
  return Number.POSITIVE_INFINITY;
}
