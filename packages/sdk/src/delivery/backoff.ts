import { BACKOFF_BASE_MS, BACKOFF_CAP_MS, RETRY_AFTER_MS_MAX } from '../constants.js';

/**
 * How long to wait after failed attempt number `attempt` (from 1): exponential with full jitter, so that many
 * clients of a server that comes back do not return in step; at least what the server asked for.
 */
export function backoffMs(options: { attempt: number; random: () => number; retryAfterMs?: number }): number {
  const ceilingMs = Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** (options.attempt - 1));
  const jitteredMs = options.random() * ceilingMs;
  return Math.max(jitteredMs, Math.min(options.retryAfterMs ?? 0, RETRY_AFTER_MS_MAX));
}

/** Milliseconds from now that a `Retry-After` header asks for (seconds or an HTTP date, RFC 9110 10.2.3). */
export function parseRetryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1_000;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? undefined : Math.max(0, dateMs - nowMs);
}
