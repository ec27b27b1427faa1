import { parseDurationMs, TinyObsError } from '@tinyobs/model';
import { z } from 'zod';
import { SCOPES } from './routeAccess.js';

/** What one key may do at most, below what the configuration allows everybody. */
export const keyLimitsSchema = z
  .strictObject({
    requestsPerMinute: z.int().min(1).optional(),
    series: z.int().min(1).optional(),
    requestBytes: z.int().min(1).optional(),
  })
  .describe('Limits of this key alone; what is not here is as for everybody.');

export type KeyLimits = z.output<typeof keyLimitsSchema>;

const name = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((text) => !/\p{C}/u.test(text), 'no control characters')
  .describe('What the key is for, to know it again by; no control characters.');

const scopes = z
  .array(z.enum(SCOPES))
  .min(1)
  .transform((given) => SCOPES.filter((scope) => given.includes(scope)))
  .describe('What the key may be used for.');

/** What `POST /v1/keys` takes. */
export const newKeySchema = z.strictObject({
  name,
  scopes,
  expires: z
    .string()
    .optional()
    .describe(
      'When it ends to be valid: a duration from now such as `90d`, or a time as RFC 3339. Never by default.',
    ),
  limits: keyLimitsSchema.optional(),
});

export type NewKey = z.output<typeof newKeySchema>;

/** What `POST /v1/dashboards/{id}/panels/{panel}/grants` takes. */
export const newGrantSchema = z.strictObject({
  values: z
    .record(z.string().max(64), z.array(z.string().max(4_096)).max(500))
    .optional()
    .describe(
      'What is chosen of the variables of the dashboard, by name; `$__all` for all. Others are as they open. It cannot be changed later.',
    ),
  expires: z
    .string()
    .optional()
    .describe(
      'When it ends: a duration from now such as `90d`, or a time as RFC 3339; at most a year. `30d` by default.',
    ),
});

export const panelGrantSchema = z.strictObject({
  dashboard: z.string(),
  panel: z.string(),
  /** What is chosen of the variables of the dashboard, by name. */
  values: z.record(z.string(), z.array(z.string())),
  /** Id of the key that it was made with, with which it ends. */
  by: z.string(),
});

/** The one panel that a key may show, which has no scope then: what a link for other pages carries. */
export type PanelGrant = z.output<typeof panelGrantSchema>;

/** Persisted as JSON, sealed by the store. The key itself is nowhere: its SHA-256 is. */
export const keyRecordSchema = z.strictObject({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.enum(SCOPES)),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  createdMs: z.number(),
  expiresMs: z.number().optional(),
  revokedMs: z.number().optional(),
  limits: keyLimitsSchema.optional(),
  grant: panelGrantSchema.optional(),
});

export type KeyRecord = z.output<typeof keyRecordSchema>;

/** A key as it is listed: all but its hash, with the times as RFC 3339. */
export interface ListedKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly status: KeyStatus;
  readonly created: string;
  readonly expires?: string;
  readonly revoked?: string;
  readonly limits?: KeyLimits;
  readonly grant?: PanelGrant;
}

export type KeyStatus = 'valid' | 'expired' | 'revoked';

export function listedKey(record: KeyRecord, status: KeyStatus): ListedKey {
  const { id, scopes, limits, grant, createdMs, expiresMs, revokedMs } = record;
  return {
    id,
    name: record.name,
    scopes,
    status,
    created: new Date(createdMs).toISOString(),
    ...(expiresMs === undefined ? {} : { expires: new Date(expiresMs).toISOString() }),
    ...(revokedMs === undefined ? {} : { revoked: new Date(revokedMs).toISOString() }),
    ...(limits === undefined ? {} : { limits }),
    ...(grant === undefined ? {} : { grant }),
  };
}

export function statusOf({ expiresMs, revokedMs }: KeyRecord, nowMs: number): KeyStatus {
  if (revokedMs !== undefined) return 'revoked';
  return expiresMs !== undefined && expiresMs <= nowMs ? 'expired' : 'valid';
}

/** Ms since the epoch. @throws TinyObsError `invalid_parameter` for what is neither, or already past */
export function parseExpiry(text: string, nowMs: number): number {
  const timeMs = /^\d{4}-/.test(text) ? Date.parse(text) : nowMs + durationMs(text);
  if (Number.isFinite(timeMs) && timeMs > nowMs && timeMs <= 8.64e15) return timeMs;
  throw new TinyObsError(
    'invalid_parameter',
    `expires is ${JSON.stringify(text)}; expected: a duration from now such as 90d, or a time to come such as 2031-01-31T00:00:00Z`,
    { details: { parameter: 'expires' } },
  );
}

function durationMs(text: string): number {
  try {
    return parseDurationMs(text);
  } catch {
    return Number.NaN;
  }
}
