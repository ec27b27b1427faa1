import type { TransportAnswer } from './transport.js';

/** What an answer of `POST /v1/ingest` means for the batch that was sent. */
export type Verdict =
  /** The server has dealt with every row; those refused, by code. Sending again would change nothing. */
  | { readonly kind: 'settled'; readonly refused: ReadonlyMap<string, number>; readonly message: string }
  /** Worth another attempt; where nobody has looked at it, once somebody may have opened the way. */
  | { readonly kind: 'retry'; readonly isDenied?: boolean; readonly message: string };

/**
 * Statuses that say nothing of the batch: the key or the address is wrong, or what stands before the server answers in
 * its place, as it does by redirects, which are not followed.
 */
const DENIED: readonly number[] = [401, 403, 404, 405, 407];

/** Reads an answer; every answer that is not the server's word on single rows falls back on its status. */
export function readVerdict(answer: TransportAnswer, rowCount: number): Verdict {
  const { status } = answer;
  if (status >= 200 && status < 300) return { kind: 'settled', refused: new Map(), message: '' };
  const body = parseBody(answer.body);
  const code = errorCode(body['code'], `http_${status}`);
  const message = `${status} ${code}: ${typeof body['message'] === 'string' ? body['message'] : 'no message'}`;
  if (status < 500 && Array.isArray(body['refused'])) {
    return { kind: 'settled', refused: countRefused(body, { rowCount, code }), message };
  }
  if (status === 429 || status === 408 || status >= 500) return { kind: 'retry', message };
  if (status < 400 || DENIED.includes(status)) {
    return { kind: 'retry', isDenied: true, message: `${message}; check key, address and proxies` };
  }
  return { kind: 'settled', refused: new Map([[code, rowCount]]), message };
}

/** A server may name only the first of many refused rows; the rest are counted under the code of the whole. */
function countRefused(
  body: Record<string, unknown>,
  batch: { rowCount: number; code: string },
): Map<string, number> {
  const refused = new Map<string, number>();
  const stored = typeof body['count'] === 'number' ? body['count'] : undefined;
  const named = (body['refused'] as unknown[]).slice(0, batch.rowCount);
  for (const row of named) {
    const given =
      typeof row === 'object' && row !== null ? (row as Record<string, unknown>)['code'] : undefined;
    const code = errorCode(given, batch.code);
    refused.set(code, (refused.get(code) ?? 0) + 1);
  }
  const unnamed = stored === undefined ? 0 : batch.rowCount - stored - named.length;
  if (unnamed > 0) refused.set(batch.code, (refused.get(batch.code) ?? 0) + unnamed);
  return refused;
}

function parseBody(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // Not from a TinyObs server (a proxy's error page): an empty body makes the status alone decide.
    return {};
  }
}

/** Codes become label values, so only what looks like one is taken. */
function errorCode(value: unknown, otherwise: string): string {
  return typeof value === 'string' && /^[a-z][a-z0-9_]{0,63}$/.test(value) ? value : otherwise;
}
