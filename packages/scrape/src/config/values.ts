import { isLegacyLabelName, nearestName, parseDurationMs } from '@tinyobs/model';
import { z } from 'zod';

/** How values are written in a configuration of Prometheus. A YAML file may have read all of them as text. */

/** Node's timers overflow past this, and nobody scrapes once in three weeks. */
const DURATION_MS_MAX = 7 * 86_400_000;

const SIZE_UNITS = ['B', 'K', 'M', 'G', 'T'];

/**
 * A mapping with these keys. Those of Prometheus that are not supported here are told from those that nobody knows;
 * where they are empty, they are left out.
 */
export function section<Shape extends z.ZodRawShape>(
  shape: Shape,
  unsupported: readonly string[] = [],
): z.ZodType<z.output<z.ZodObject<Shape>>, z.input<z.ZodObject<Shape>>> {
  const object = z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(key, Object.keys(shape), unsupported)).join('; ')
        : 'a mapping of keys to values',
  });
  // Taking empty keys away does not change what may be given.
  return z.preprocess((given) => withoutEmpty(given, unsupported), object) as unknown as ReturnType<
    typeof section<Shape>
  >;
}

function unknownKey(key: string, known: readonly string[], unsupported: readonly string[]): string {
  if (unsupported.includes(key)) return `${key} is not supported by TinyObs; take it out`;
  const near = nearestName(key, [...known]);
  return `unknown key ${key}; ${near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`}`;
}

/** `key:` with nothing behind it is as if it were not there. */
function withoutEmpty(given: unknown, unsupported: readonly string[]): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const entries = Object.entries(given).filter(
    ([key, value]) => value !== null && value !== undefined && !(unsupported.includes(key) && isEmpty(value)),
  );
  return Object.fromEntries(entries);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item, { error: 'a list' });
}

export function text(expected = 'text; write it in quotes') {
  return z.string({ error: expected });
}

export function flag() {
  return z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })], {
    error: 'true or false',
  });
}

/** A duration such as 15s; milliseconds. */
export function duration() {
  return z.string({ error: 'a duration like 15s' }).transform((given, context) => {
    try {
      const ms = parseDurationMs(given);
      if (ms <= DURATION_MS_MAX) return ms;
      context.addIssue({ code: 'custom', message: 'a duration of at most 7d' });
    } catch {
      context.addIssue({ code: 'custom', message: 'a duration like 15s' });
    }
    return z.NEVER;
  });
}

/** A number of things, 0 for any number. */
export function limit() {
  const expected = 'a whole number, 0 for no limit';
  return z.union([z.number(), z.string()], { error: expected }).transform((given, context) => {
    const number = Number(given);
    if (String(given).trim() !== '' && Number.isSafeInteger(number) && number >= 0) return number;
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

/** A size such as 10MB; bytes. Prometheus counts all units by 1024. */
export function size() {
  const expected = 'a size like 512KB or 10MB, 0 for no limit';
  return z.union([z.number(), z.string()], { error: expected }).transform((given, context) => {
    const found = /^(\d+(?:\.\d+)?)\s*(?:([KMGT]?)i?B)?$/i.exec(String(given).trim());
    if (found) {
      const power = found[2] ? SIZE_UNITS.indexOf(found[2].toUpperCase()) : 0;
      return Math.floor(Number(found[1]) * 1024 ** power);
    }
    context.addIssue({ code: 'custom', message: expected });
    return z.NEVER;
  });
}

export function labelName() {
  return z
    .string({ error: 'a label name' })
    .refine(isLegacyLabelName, 'a label name of letters, digits and _, not beginning with a digit');
}

/** Values by label name. */
export function labelMap() {
  return z.record(labelName(), text(), { error: 'label values by label name' });
}

export function httpUrl() {
  return z
    .string({ error: 'a URL' })
    .refine(isHttpUrl, 'a URL with http or https, and no user in it: use basic_auth');
}

function isHttpUrl(given: string): boolean {
  if (!URL.canParse(given)) return false;
  const { protocol, username, password } = new URL(given);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}
