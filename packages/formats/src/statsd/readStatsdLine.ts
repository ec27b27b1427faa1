import type { ErrorCode } from '@tinyobs/model';

/** What a line of StatsD or DogStatsD is about. */
export type StatsdKind = 'counter' | 'gauge' | 'timer' | 'histogram' | 'set';

const KINDS: ReadonlyMap<string, StatsdKind> = new Map([
  ['c', 'counter'],
  ['g', 'gauge'],
  ['ms', 'timer'],
  ['h', 'histogram'],
  ['d', 'histogram'],
  ['s', 'set'],
]);

/** What is there but is no metric: DogStatsD's events and checks. */
export type SkippedKind = 'event' | 'service_check';

/** One line, as texts of it; read into the same object again and again. */
export class StatsdLine {
  name = '';
  kind: StatsdKind = 'counter';
  /** Without `#`; '' for none. */
  tags = '';
  /** One value, or several between colons. */
  values = '';
  /** How many of those that happened are sent, above 0 and at most 1. */
  rate = 1;
  skipped: SkippedKind | undefined;
  failedCode: ErrorCode = 'invalid_text_line';
  expected = '';

  /**
   * Reads a line without its line break. False where it cannot be read, as `failedCode` and `expected` say, or where
   * it is `skipped`. Fields that later versions of DogStatsD added, such as those of containers and times, are passed
   * over.
   *
   * Source: https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/
   */
  read(line: string): boolean {
    this.skipped = undefined;
    if (line.startsWith('_e{')) return this.#skip('event');
    if (line.startsWith('_sc|')) return this.#skip('service_check');
    const bar = line.indexOf('|');
    const colon = line.indexOf(':');
    if (colon < 1 || bar < colon) return this.#fail('invalid_text_line', '<name>:<value>|<type>');
    this.name = line.slice(0, colon);
    this.values = line.slice(colon + 1, bar);
    const typeEnd = endOf(line, bar + 1);
    const kind = KINDS.get(line.slice(bar + 1, typeEnd));
    if (kind === undefined) return this.#fail('invalid_text_line', 'one of the types c, g, ms, h, d and s');
    this.kind = kind;
    this.tags = '';
    this.rate = 1;
    for (let at = typeEnd + 1; at < line.length; ) {
      const end = endOf(line, at);
      if (line[at] === '#') this.tags = line.slice(at + 1, end);
      else if (line[at] === '@' && !this.#readRate(line.slice(at + 1, end))) return false;
      at = end + 1;
    }
    return true;
  }

  #readRate(text: string): boolean {
    const rate = readStatsdNumber(text);
    if (rate === undefined || rate <= 0 || rate > 1) {
      return this.#fail('invalid_value', 'a sample rate above 0 and at most 1');
    }
    this.rate = rate;
    return true;
  }

  #skip(kind: SkippedKind): false {
    this.skipped = kind;
    return false;
  }

  #fail(code: ErrorCode, expected: string): false {
    this.failedCode = code;
    this.expected = expected;
    return false;
  }
}

const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;

/** Undefined for what is no finite number. */
export function readStatsdNumber(text: string): number | undefined {
  if (!NUMBER.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function endOf(line: string, at: number): number {
  const end = line.indexOf('|', at);
  return end < 0 ? line.length : end;
}
