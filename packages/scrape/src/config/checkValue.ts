import type { z } from 'zod';
import { type RemoteWriteConfig, remoteWritesSchema } from './remoteWriteConfig.js';
import {
  type GlobalConfig,
  globalConfigSchema,
  type ScrapeConfig,
  scrapeConfigsSchema,
  type TargetGroupConfig,
  targetGroupSchema,
} from './scrapeConfig.js';
import { list } from './values.js';

/** Something that is wrong, and where below the value that was checked. */
export interface ValueProblem {
  readonly path: readonly (string | number)[];
  /** A sentence that holds nothing of the value, which may be a secret. */
  readonly message: string;
}

export type Checked<T> =
  | { readonly value: T; readonly problems?: undefined }
  | { readonly problems: readonly ValueProblem[]; readonly value?: undefined };

export function checkGlobalConfig(given: unknown): Checked<GlobalConfig> {
  return check(globalConfigSchema, given);
}

export function checkScrapeConfigs(given: unknown): Checked<ScrapeConfig[]> {
  return check(scrapeConfigsSchema, given);
}

/** Destinations are told apart by their names; those without one by their URLs. */
export function checkRemoteWrites(given: unknown): Checked<RemoteWriteConfig[]> {
  const checked = check(remoteWritesSchema, given);
  if (checked.problems) return checked;
  const keys = checked.value.map(({ name, url }) => name ?? url);
  const twice = keys.findIndex((key, i) => keys.indexOf(key) < i);
  if (twice < 0) return checked;
  const message =
    'expected a name that no other destination has; where there are several of one URL each needs one';
  return { problems: [{ path: [twice, 'name'], message }] };
}

const targetGroupsSchema = list(targetGroupSchema);

/** Groups of targets as files and HTTP answers of discovery have them. */
export function checkTargetGroups(given: unknown): Checked<TargetGroupConfig[]> {
  return check(targetGroupsSchema, given);
}

function check<T>(schema: z.ZodType<T>, given: unknown): Checked<T> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return { value: parsed.data };
  return {
    problems: parsed.error.issues.map(({ code, path, message }) => ({
      path: path.map((part) => (typeof part === 'number' ? part : String(part))),
      message: code === 'unrecognized_keys' ? message : `expected ${message}`,
    })),
  };
}

/** A place as people write it, such as `scrape_configs[1].job_name`. */
export function placeOf(path: readonly (string | number)[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : i === 0 ? part : `.${part}`))
    .join('');
}
