import {
  type Matcher,
  parseDurationMs,
  type RollupChoice,
  type TimeRange,
  TinyObsError,
} from '@tinyobs/model';
import { parseMatchers } from '@tinyobs/promql';

/** Times that Prometheus takes for "always" where a request names none. */
export const ALL_TIME: TimeRange = { minMs: -8.64e15, maxMs: 8.64e15 };

/** The first and the last time that Prometheus has, as its clients write them. */
const FIRST_TIME = '-292273086-05-16T16:47:06Z';
const LAST_TIME = '292277025-08-18T07:12:54.999999999Z';

/** Prometheus counts durations in signed 64-bit nanoseconds. */
const DURATION_SECONDS_MAX = 2 ** 63 / 1e9;

/** Buckets of a step at least that `max_source_resolution=auto` takes. */
const AUTO_BUCKETS_PER_STEP = 5;

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[-+](?:[01]\d|2[0-3]):[0-5]\d)$/;

/**
 * The parameters of one API request, from the query and the form together. Every HTTP parameter is parsed
 * here. Texts are those of Prometheus.
 *
 * @throws TinyObsError `invalid_parameter` from every method, naming the parameter.
 */
export class Parameters {
  readonly #values: URLSearchParams;

  constructor(query: string, form: string) {
    // Of a parameter that both have, that of the form counts.
    this.#values = new URLSearchParams(form);
    for (const [name, value] of new URLSearchParams(query)) this.#values.append(name, value);
  }

  /** '' when absent. */
  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  texts(name: string): string[] {
    return this.#values.getAll(name);
  }

  /** Seconds (with decimals) or RFC 3339; ms. */
  timeMs(name: string, fallbackMs: number): number {
    const text = this.text(name);
    if (text === '') return fallbackMs;
    const timeMs = parseTimeMs(text);
    if (timeMs !== undefined) return timeMs;
    throw invalid(name, `invalid time value for '${name}': ${notATime(text)}`);
  }

  /** As `timeMs`, and RFC 3339 may be without a zone, for UTC. */
  timeOrUtcMs(name: string, fallbackMs: number): number {
    const utcMs = parseTimeMs(`${this.text(name)}Z`);
    return utcMs ?? this.timeMs(name, fallbackMs);
  }

  requiredTimeMs(name: string): number {
    const timeMs = parseTimeMs(this.text(name));
    if (timeMs === undefined) throw invalid(name, notATime(this.text(name)));
    return timeMs;
  }

  /** Seconds (with decimals) or a duration such as 15s; ms, above 0. */
  requiredStepMs(name: string): number {
    const stepMs = this.#duration(name);
    if (stepMs > 0) return stepMs;
    throw invalid(
      name,
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }

  /** Seconds (with decimals) or a duration, of either sign; ms, undefined when absent. */
  durationMs(name: string): number | undefined {
    return this.text(name) === '' ? undefined : this.#duration(name);
  }

  /**
   * `max_source_resolution`, the coarsest rollups that may answer, which do wherever they can: a duration, 0 for
   * none; or `auto`, for buckets of up to a fifth of the step where there are such. Undefined when absent.
   * Source: https://thanos.io/tip/components/query.md/#auto-downsampling
   */
  rollups(stepMs: number): RollupChoice | undefined {
    const name = 'max_source_resolution';
    if (this.text(name) === 'auto') {
      return { maxMs: Number.POSITIVE_INFINITY, preferredMs: stepMs / AUTO_BUCKETS_PER_STEP };
    }
    const maxMs = this.durationMs(name);
    if (maxMs === undefined) return undefined;
    if (maxMs < 0) throw invalid(name, 'it must not be negative');
    return { maxMs, preferredMs: maxMs };
  }

  /** A whole number, 0 when absent; 0 means no limit. */
  limit(name = 'limit'): number {
    const text = this.text(name);
    if (text === '') return 0;
    if (!/^[-+]?\d+$/.test(text) || !Number.isSafeInteger(Number(text))) {
      throw invalid(name, `${JSON.stringify(text)} is not a whole number`);
    }
    if (Number(text) < 0) throw invalid(name, `${name} must be non-negative`);
    return Number(text);
  }

  /** A whole number, undefined when absent. */
  wholeNumber(name: string): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    const value = Number(text);
    if (/^[-+]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
    throw new TinyObsError('invalid_parameter', `${name} must be a number`, { details: { parameter: name } });
  }

  /** `limit` of lists: from 1 to `max`. Texts are those of Prometheus. */
  listed({ fallback, max }: { readonly fallback: number; readonly max: number }): number {
    const listed = this.wholeNumber('limit') ?? fallback;
    if (listed >= 1 && listed <= max) return listed;
    const message = listed < 1 ? 'limit must be a positive number' : `limit must not exceed ${max}`;
    throw new TinyObsError('invalid_parameter', message, { details: { parameter: 'limit' } });
  }

  /** Whether something is asked for; absent, `0`, `f`, `false` and `no` mean that it is not. */
  flag(name: string): boolean {
    return !/^(|0|f|false|no)$/i.test(this.text(name));
  }

  /** `start` and `end`, open where not given. An end before the start is refused. */
  timeRange(): TimeRange {
    const range = this.openTimeRange();
    return range.maxMs < range.minMs ? refuseOrder() : range;
  }

  /** As `timeRange`, but an end before the start is a range with nothing in it. */
  openTimeRange(): TimeRange {
    return { minMs: this.timeMs('start', ALL_TIME.minMs), maxMs: this.timeMs('end', ALL_TIME.maxMs) };
  }

  requiredTimeRange(): TimeRange {
    const range = { minMs: this.requiredTimeMs('start'), maxMs: this.requiredTimeMs('end') };
    return range.maxMs < range.minMs ? refuseOrder() : range;
  }

  /**
   * The selectors of `match[]`; none when absent. The signal stops reading them.
   *
   * @throws TinyObsError also for one that all series pass, and `query_canceled`
   */
  async matcherSets(signal: AbortSignal, name = 'match[]'): Promise<(readonly Matcher[])[]> {
    const sets = await this.anyMatcherSets(signal, name);
    if (sets.every((matchers) => matchers.some((matcher) => !matcher.matchesEmpty))) return sets;
    throw invalid(name, `${name} must contain at least one non-empty matcher`);
  }

  /** As `matcherSets`, also with selectors that all series pass. */
  async anyMatcherSets(signal: AbortSignal, name = 'match[]'): Promise<(readonly Matcher[])[]> {
    const sets: (readonly Matcher[])[] = [];
    for (const selector of this.texts(name)) {
      sets.push(await naming(name, () => parseMatchers(selector, signal)));
    }
    return sets;
  }

  #duration(name: string): number {
    const text = this.text(name);
    if (NUMBER.test(text)) {
      const seconds = Number(text);
      if (Math.abs(seconds) < DURATION_SECONDS_MAX)
        return Math.trunc(Number((seconds * 1000).toPrecision(15)));
      throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid duration. It overflows int64`);
    }
    try {
      return parseDurationMs(text);
    } catch (cause) {
      throw invalid(name, `cannot parse ${JSON.stringify(text)} to a valid duration`, cause);
    }
  }
}

/** What stops the reading of a text, whatever it says. */
const STOPPED: ReadonlySet<string> = new Set(['query_canceled', 'query_timeout']);

/** Says which parameter an error about a query's text is about, as Prometheus does. */
export async function naming<T>(name: string, parse: () => Promise<T>): Promise<T> {
  try {
    return await parse();
  } catch (cause) {
    if (!(cause instanceof TinyObsError) || STOPPED.has(cause.code)) throw cause;
    throw new TinyObsError(cause.code, `invalid parameter ${JSON.stringify(name)}: ${cause.message}`, {
      cause,
      details: { parameter: name, ...cause.details },
    });
  }
}

export function invalid(name: string, reason: string, cause?: unknown): TinyObsError {
  return new TinyObsError('invalid_parameter', `invalid parameter ${JSON.stringify(name)}: ${reason}`, {
    cause,
    details: { parameter: name },
  });
}

function refuseOrder(): never {
  throw invalid('end', 'end timestamp must not be before start time');
}

function parseTimeMs(text: string): number | undefined {
  if (NUMBER.test(text)) {
    const timeMs = Math.round(Number(text) * 1000);
    return Math.abs(timeMs) <= ALL_TIME.maxMs ? timeMs : undefined;
  }
  if (text === FIRST_TIME) return ALL_TIME.minMs;
  if (text === LAST_TIME) return ALL_TIME.maxMs;
  const parts = RFC_3339.exec(text);
  if (!parts) return undefined;
  // A day that its month does not have would be taken for one of the next.
  const days = new Date(Date.UTC(Number(parts[1]), Number(parts[2]), 0)).getUTCDate();
  const timeMs = Number(parts[3]) <= days ? Date.parse(text) : Number.NaN;
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function notATime(text: string): string {
  return `cannot parse ${JSON.stringify(text)} to a valid timestamp`;
}
