import { parseDurationMs, TinyObsError } from '@tinyobs/model';

/** Prometheus holds durations in signed 64-bit nanoseconds. */
const DURATION_MS_MAX = Number(2n ** 63n / 1_000_000n);

const SIMPLE_ESCAPES: ReadonlyMap<string, number> = new Map([
  ['a', 7],
  ['b', 8],
  ['f', 12],
  ['n', 10],
  ['r', 13],
  ['t', 9],
  ['v', 11],
  ['\\', 92],
]);

/** A number or duration without sign; undefined when it is not one. A duration's value is in seconds. */
export function parseNumber(written: string): { value: number; isDuration: boolean } | undefined {
  const text = written.toLowerCase();
  if (text === 'inf') return { value: Number.POSITIVE_INFINITY, isDuration: false };
  if (text === 'nan') return { value: Number.NaN, isDuration: false };
  if (/^[0-9]+(?:ms|[smhdwy])/.test(text)) {
    const durationMs = readDurationMs(text);
    return durationMs === undefined ? undefined : { value: durationMs / 1000, isDuration: true };
  }
  const digits = text.replaceAll('_', '');
  const value = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return Number.isNaN(value) ? undefined : { value, isDuration: false };
}

/** Undefined for what is no duration, and for more than Prometheus can hold. */
function readDurationMs(text: string): number | undefined {
  try {
    return parseDurationMs(text);
  } catch (error) {
    if (error instanceof TinyObsError) return undefined;
    throw error;
  }
}

/** Whole milliseconds of seconds, cut as Prometheus cuts its nanoseconds; undefined when out of bounds. */
export function secondsToMs(seconds: number): number | undefined {
  const wholeMs = Math.trunc(Math.round(seconds * 1e9) / 1e6);
  return Math.abs(wholeMs) <= DURATION_MS_MAX ? wholeMs : undefined;
}

/**
 * The text of a quoted literal, escapes as in Go; undefined when it is not closed or has a bad escape.
 * Source: https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
 */
export function parseString(written: string): string | undefined {
  const quote = written[0];
  if (written.length < 2 || !written.endsWith(quote)) return undefined;
  const body = written.slice(1, -1);
  if (quote === '`') return body.replaceAll('\r', '');
  if (!body.includes('\\')) return body;
  return decodeEscapes(body, quote);
}

/** Escapes may name single bytes of UTF-8, so the text is put together as bytes. */
function decodeEscapes(body: string, quote: string): string | undefined {
  const encoder = new TextEncoder();
  const bytes: number[] = [];
  let at = 0;
  while (at < body.length) {
    const slash = body.indexOf('\\', at);
    if (slash < 0) break;
    if (slash > at) for (const byte of encoder.encode(body.slice(at, slash))) bytes.push(byte);
    const escaped = readEscape(body, slash + 1, quote);
    if (!escaped) return undefined;
    if ('byte' in escaped) bytes.push(escaped.byte);
    else for (const byte of encoder.encode(escaped.text)) bytes.push(byte);
    at = escaped.end;
  }
  for (const byte of encoder.encode(body.slice(at))) bytes.push(byte);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes));
}

type Escaped = { readonly end: number } & ({ readonly byte: number } | { readonly text: string });

function readEscape(body: string, at: number, quote: string): Escaped | undefined {
  const kind = body[at];
  const simple = kind === quote ? quote.charCodeAt(0) : SIMPLE_ESCAPES.get(kind);
  if (simple !== undefined) return { byte: simple, end: at + 1 };
  const octal = /^[0-7]{3}/.exec(body.slice(at, at + 3));
  if (octal) {
    const value = Number.parseInt(octal[0], 8);
    return value > 255 ? undefined : { byte: value, end: at + 3 };
  }
  const width = kind === 'x' ? 2 : kind === 'u' ? 4 : kind === 'U' ? 8 : 0;
  const digits = body.slice(at + 1, at + 1 + width);
  if (width === 0 || !new RegExp(`^[0-9a-fA-F]{${width}}$`).test(digits)) return undefined;
  const value = Number.parseInt(digits, 16);
  const end = at + 1 + width;
  if (kind === 'x') return { byte: value, end };
  if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return undefined;
  return { text: String.fromCodePoint(value), end };
}
