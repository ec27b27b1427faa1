import { type Matcher, parseDurationMs } from '@tinyobs/model';
import { parseSelector } from '@tinyobs/promql';
import { z } from 'zod';

/** How people write amounts in configuration: `15s`, `1GiB`, `off`. Parsed once, here. */
export const OFF = 'off';

const DAY_MS = 86_400_000;

const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** A duration text such as `15s` or `1h30m`; milliseconds after parsing. */
export function duration() {
  return z.string().transform((text, context) => {
    try {
      return parseDurationMs(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
      return z.NEVER;
    }
  });
}

/** A duration or `off`; milliseconds or undefined after parsing. */
export function durationOrOff() {
  return z.union([z.literal(OFF).transform(() => undefined), duration()], {
    error: 'a duration like 15s, or off',
  });
}

/** A size such as `32MiB`, or a plain number of bytes; bytes after parsing. */
export function size() {
  return z.union([z.number(), z.string()]).transform((given, context) => {
    const found = /^(\d+(?:\.\d+)?)\s*([KMGT]?i?B)?$/.exec(String(given).trim());
    const unit = found ? SIZE_UNITS[found[2] ?? 'B'] : undefined;
    if (!found || unit === undefined) {
      context.addIssue({ code: 'custom', message: 'a size like 512KiB, 32MB or 1GiB' });
      return z.NEVER;
    }
    return Math.floor(Number(found[1]) * unit);
  });
}

/** A size or `off`; bytes or undefined after parsing. */
export function sizeOrOff() {
  return z.union([z.literal(OFF).transform(() => undefined), size()], {
    error: 'a size like 10GiB, or off',
  });
}

/** A size or `off`, which is none: bytes after parsing. */
export function sizeOrNone() {
  return z.union([z.literal(OFF).transform(() => 0), size()], { error: 'a size like 64MiB, or off' });
}

/**
 * Durations by selector, as an object or as text such as `{job="debug"}: 1d; {env="test"}: 2d`, or `off` for
 * none; matchers and milliseconds after parsing.
 */
export function durationsBySelector() {
  const given = z.union([z.record(z.string(), z.string()), z.string()]);
  return given.transform(
    (value, context): { readonly matchers: readonly Matcher[]; readonly ms: number }[] => {
      if (value === OFF) return [];
      try {
        const pairs = typeof value === 'string' ? value.split(';').map(splitRule) : Object.entries(value);
        return pairs.map(([selector, text]) => ({
          matchers: parseSelector(selector),
          ms: parseDurationMs(text),
        }));
      } catch (error) {
        context.addIssue({ code: 'custom', message: messageOf(error) });
        return z.NEVER;
      }
    },
  );
}

function splitRule(rule: string): [selector: string, duration: string] {
  const colon = rule.lastIndexOf(':');
  return [rule.slice(0, colon).trim(), rule.slice(colon + 1).trim()];
}

/** A list, as such or as text with commas between its items, which is all that the environment and flags have. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.preprocess((given) => (typeof given === 'string' ? splitList(given) : given), z.array(item));
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** A list or `off`, which is an empty one. */
export function listOrOff<Item extends z.ZodType>(item: Item, { expected }: { expected: string }) {
  return z.union([z.literal(OFF).transform((): z.output<Item>[] => []), list(item)], {
    error: `${expected}; or off`,
  });
}

/** The path of a file, or `off` for none; undefined after parsing. */
export function fileOrOff() {
  return z.union([z.literal(OFF).transform(() => undefined), z.string().min(1)], {
    error: 'the path of a file, or off',
  });
}

/** A duration of at least a millisecond and at most a day: longer ones overflow the timers of Node. */
export function timeout() {
  return duration().refine((ms) => ms > 0 && ms <= DAY_MS, 'a duration from 1ms to 1d');
}

/** Where pages come from, exactly as browsers say it, or `*` for anywhere. */
export function origin() {
  // Ends the check there and then, so that what is said is of the list.
  return z.string().refine((text) => text === '*' || isOrigin(text), { abort: true });
}

function isOrigin(text: string): boolean {
  if (!/^https?:[^*]+$/.test(text) || !URL.canParse(text)) return false;
  return new URL(text).origin === text;
}

/** A whole number of at least 1. Text is taken too, since the environment and flags have nothing else. */
export function count() {
  return z.coerce.number({ error: 'a whole number of at least 1' }).int().min(1);
}

/** A whole number of at least 1, or `off` for none; undefined after parsing. */
export function countOrOff() {
  return z.union([z.literal(OFF).transform(() => undefined), count()], {
    error: 'a whole number of at least 1, or off',
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
