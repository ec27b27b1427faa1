import { type Matcher, parseDurationMs, type TimeRange, TinyObsError } from '@tinyobs/model';
import { parseSelector } from '@tinyobs/promql';

/** Times that Prometheus takes for "always" where a request names none. */
export const ALL_TIME: TimeRange = { minMs: -8.64e15, maxMs: 8.64e15 };

/**
 * The parameters of one API request, from the query and the form together. Every HTTP parameter is parsed
 * here.
 *
 * @throws TinyObsError `invalid_parameter` from every method, naming the parameter.
 */
export class Parameters {
  readonly #values: URLSearchParams;

  constructor(query: string, form: string) {
    this.#values = new URLSearchParams(query);
    for (const [name, value] of new URLSearchParams(form)) this.#values.append(name, value);
  }

  text(name: string): string | undefined {
    return this.#values.get(name) ?? undefined;
  }

  required(name: string): string {
    const value = this.#values.get(name);
    if (value === null || value === '') throw invalid(name, 'is missing');
    return value;
  }

  /** Seconds (with decimals) or RFC 3339; ms. */
  timeMs(name: string, fallbackMs: number): number {
    const text = this.#values.get(name);
    return text === null || text === '' ? fallbackMs : parseTimeMs(name, text);
  }

  requiredTimeMs(name: string): number {
    return parseTimeMs(name, this.required(name));
  }

  /** Seconds (with decimals) or a duration such as 15s; ms, above 0. */
  requiredDurationMs(name: string): number {
    const durationMs = parseSecondsOrDurationMs(name, this.required(name));
    if (durationMs <= 0) {
      throw invalid(
        name,
        'zero or negative query resolution step widths are not accepted. Try a positive integer',
      );
    }
    return durationMs;
  }

  /** As `requiredDurationMs`, undefined when absent. */
  durationMs(name: string): number | undefined {
    return this.text(name) ? this.requiredDurationMs(name) : undefined;
  }

  /** A whole number, 0 when absent; 0 means no limit. */
  limit(name = 'limit'): number {
    const text = this.#values.get(name);
    if (text === null || text === '') return 0;
    if (!/^\d+$/.test(text))
      throw invalid(name, `is ${JSON.stringify(text)}; expected a whole number, 0 for no limit`);
    return Number(text);
  }

  /** The times `start` and `end`, open where not given. */
  timeRange(): TimeRange {
    return ordered({
      minMs: this.timeMs('start', ALL_TIME.minMs),
      maxMs: this.timeMs('end', ALL_TIME.maxMs),
    });
  }

  requiredTimeRange(): TimeRange {
    return ordered({ minMs: this.requiredTimeMs('start'), maxMs: this.requiredTimeMs('end') });
  }

  /** The selectors of `match[]`, or of `match`; none when absent. */
  matcherSets(): (readonly Matcher[])[] {
    return [...this.#values.getAll('match[]'), ...this.#values.getAll('match')].map(parseSelector);
  }
}

function ordered(range: TimeRange): TimeRange {
  if (range.maxMs < range.minMs) throw invalid('end', 'end timestamp must not be before start time');
  return range;
}

function parseTimeMs(name: string, text: string): number {
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) {
    const timeMs = Math.round(Number(text) * 1000);
    if (Math.abs(timeMs) <= ALL_TIME.maxMs) return timeMs;
  }
  if (/^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[-+]\d{2}:\d{2})$/.test(text)) {
    const timeMs = Date.parse(text);
    if (!Number.isNaN(timeMs)) return timeMs;
  }
  throw invalid(
    name,
    `cannot parse ${JSON.stringify(text)} to a valid timestamp; write Unix seconds or RFC 3339`,
  );
}

function parseSecondsOrDurationMs(name: string, text: string): number {
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) {
    const durationMs = Math.round(Number(text) * 1000);
    if (Number.isSafeInteger(durationMs)) return durationMs;
  }
  try {
    return parseDurationMs(text);
  } catch (cause) {
    throw invalid(
      name,
      `cannot parse ${JSON.stringify(text)} to a valid duration; write 15, 15s or 5m`,
      cause,
    );
  }
}

function invalid(name: string, reason: string, cause?: unknown): TinyObsError {
  return new TinyObsError('invalid_parameter', `invalid parameter "${name}": ${reason}`, {
    cause,
    details: { parameter: name },
  });
}
