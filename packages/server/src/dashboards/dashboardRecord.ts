import { TinyObsError } from '@tinyobs/model';
import { z } from 'zod';
import { givenDashboardSchema } from './dashboardSchema.js';

const savedSchema = z.strictObject({
  version: z.int().min(1),
  savedMs: z.number(),
  /** Id of the key it was saved with, `none` where nobody is asked for one. */
  by: z.string(),
  /** What an earlier version did not know yet has its default. */
  dashboard: givenDashboardSchema,
});

/** A dashboard as it was saved once. */
export type Saved = z.output<typeof savedSchema>;

/** Persisted as JSON, sealed by the store: a dashboard with the versions that are kept of it, the newest last. */
const recordSchema = z.strictObject({
  format: z.literal(1),
  versions: z.array(savedSchema).min(1),
});

export function encodeRecord(versions: readonly Saved[]): Uint8Array {
  const record: z.input<typeof recordSchema> = { format: 1, versions: [...versions] };
  return new TextEncoder().encode(JSON.stringify(record));
}

/** @throws TinyObsError `store_corrupt` for what this version does not write */
export function decodeRecord(id: string, bytes: Uint8Array): readonly Saved[] {
  const parsed = recordSchema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data.versions;
  throw new TinyObsError('store_corrupt', `the record of dashboard ${id} is not what this version writes`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
