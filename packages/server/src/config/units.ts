import { isIP } from 'node:net';
import { type Matcher, parseDurationMs } from '@tinyobs/model';
import { parseSelector } from '@tinyobs/promql';
import { z } from 'zod';

/**
 * How people write values in configuration: `15s`, `1GiB`, `off`. Parsed once, here. Each has its `unit`: what it is
 * written as, or what it counts.
 */
export const OFF = 'off';

/** Before the path of a file that holds a secret. */
export const FILE_PREFIX = 'file:';

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

/** Yes or no, also as text, since the environment and flags have nothing else. */
export function flag() {
  return z.union([z.boolean(), z.stringbool()], { error: 'true or false' }).meta({ unit: 'true or false' });
}

/**
 * A text that nothing prints. That it is in a file (`file:/path`) is understood where configuration is loaded; what
 * gets here is to be the text itself, so that nobody's key is the name of a file.
 */
export function secretText(form: RegExp, expected: string) {
  return z
    .string({ error: expected })
    .regex(form, expected)
    .refine(
      (text) => !text.startsWith(FILE_PREFIX),
      `the text itself: ${FILE_PREFIX} is understood in the configuration file, the environment and flags`,
    )
    .meta({ unit: 'secret', secret: true });
}

/** A duration text such as `15s` or `1h30m`; milliseconds after parsing. */
export function duration() {
  return z
    .string({ error: 'a duration like 15s' })
    .transform((text, context) => {
      try {
        return parseDurationMs(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: messageOf(error) });
        return z.NEVER;
      }
    })
    .meta({ unit: 'duration' });
}

/** A duration or `off`; milliseconds or undefined after parsing. */
export function durationOrOff() {
  return z
    .union([off(), duration()], { error: 'a duration like 15s, or off' })
    .meta({ unit: 'duration or off' });
}

/** A size such as `32MiB`, or a plain number of bytes; bytes after parsing. */
export function size() {
  return z
    .union([z.number(), z.string()], { error: 'a size like 512KiB, 32MB or 1GiB' })
    .transform((given, context) => {
      const found = /^(\d+(?:\.\d+)?)\s*([KMGT]?i?B)?$/.exec(String(given).trim());
      const unit = found ? SIZE_UNITS[found[2] ?? 'B'] : undefined;
      if (!found || unit === undefined) {
        context.addIssue({ code: 'custom', message: 'a size like 512KiB, 32MB or 1GiB' });
        return z.NEVER;
      }
      return Math.floor(Number(found[1]) * unit);
    })
    .meta({ unit: 'size' });
}

/** A size or `off`; bytes or undefined after parsing. */
export function sizeOrOff() {
  return z.union([off(), size()], { error: 'a size like 10GiB, or off' }).meta({ unit: 'size or off' });
}

/** A size or `off`, which is none: bytes after parsing. */
export function sizeOrNone() {
  const none = z.literal(OFF).transform(() => 0);
  return z.union([none, size()], { error: 'a size like 64MiB, or off' }).meta({ unit: 'size or off' });
}

/**
 * Durations by selector, as an object or as text such as `{job="debug"}: 1d; {env="test"}: 2d`, or `off` for
 * none; matchers and milliseconds after parsing.
 */
export function durationsBySelector() {
  const given = z.union([z.record(z.string(), z.string()), z.string()], {
    error: 'durations by selector, such as {job="debug"}: 1d, or off',
  });
  return given
    .transform((value, context): { readonly matchers: readonly Matcher[]; readonly ms: number }[] => {
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
    })
    .meta({ unit: 'durations or off' });
}

function splitRule(rule: string): [selector: string, duration: string] {
  const colon = rule.lastIndexOf(':');
  return [rule.slice(0, colon).trim(), rule.slice(colon + 1).trim()];
}

/** A list, as such or as text with commas between its items, which is all that the environment and flags have. */
export function list<Item extends z.ZodType>(item: Item) {
  return z
    .preprocess((given) => (typeof given === 'string' ? splitList(given) : given), z.array(item))
    .meta({ unit: 'list' });
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

/** A list or `off`, which is an empty one. */
export function listOrOff<Item extends z.ZodType>(item: Item, { expected }: { expected: string }) {
  return z
    .union([z.literal(OFF).transform((): z.output<Item>[] => []), list(item)], {
      error: `${expected}; or off`,
    })
    .meta({ unit: 'list or off' });
}

/** The path of a file, or `off` for none; undefined after parsing. */
export function fileOrOff() {
  return z
    .union([off(), z.string().min(1)], { error: 'the path of a file, or off' })
    .meta({ unit: 'file or off' });
}

/** A duration of at least a millisecond and at most a day: longer ones overflow the timers of Node. */
export function timeout() {
  return duration()
    .refine((ms) => ms > 0 && ms <= DAY_MS, 'a duration from 1ms to 1d')
    .meta({ unit: 'duration' });
}

/** Where pages come from, exactly as browsers say it, or `*` for anywhere. */
export function origin() {
  // Ends the check there and then, so that what is said is of the list.
  return z.string().refine((text) => text === '*' || isOrigin(text), { abort: true });
}

/** An origin whose pages may have ours in a frame, or `self`; as a content security policy has it after parsing. */
export function frameAncestor() {
  return z
    .string()
    .transform((text) => (text === 'self' ? "'self'" : text))
    .refine((text) => text === "'self'" || (isOrigin(text) && POLICY_ORIGIN.test(text)), { abort: true });
}

/** Of an origin, what can be said in a policy, and ends none of its parts. */
const POLICY_ORIGIN = /^https?:\/\/[a-z0-9.-]+(?::\d+)?$/;

function isOrigin(text: string): boolean {
  if (!/^https?:[^*]+$/.test(text) || !URL.canParse(text)) return false;
  return new URL(text).origin === text;
}

/** An IP address, or a network as `10.0.0.0/8`. */
export function networkText() {
  return z.string().refine((text) => {
    const [address, bits, ...more] = text.split('/');
    const version = isIP(address);
    if (version === 0 || more.length > 0) return false;
    return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
  }, 'an IP address or a network like 10.0.0.0/8');
}

/** A whole number from 1 on, as number or text, since the environment and flags have nothing else. */
export function count(unit = 'number', max = Number.MAX_SAFE_INTEGER) {
  const expected = expectedCount(max);
  return z
    .union([z.number(), z.string()], { error: expected })
    .transform((given, context) => {
      const number = Number(given);
      if (Number.isInteger(number) && number >= 1 && number <= max) return number;
      context.addIssue({ code: 'custom', message: expected });
      return z.NEVER;
    })
    .meta({ unit });
}

/** A whole number from 1 to `max`, or `off` for none; undefined after parsing. */
export function countOrOff(unit = 'number', max = Number.MAX_SAFE_INTEGER) {
  return z
    .union([off(), count(unit, max)], { error: `${expectedCount(max)}, or off` })
    .meta({ unit: `${unit} or off` });
}

function expectedCount(max: number): string {
  return max < Number.MAX_SAFE_INTEGER ? `a whole number from 1 to ${max}` : 'a whole number of at least 1';
}

function off() {
  return z.literal(OFF).transform(() => undefined);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
