import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../random.js';
import { importText, startTestServer, type TestServer } from '../testServer.js';

const SCHEDSTAT = '/proc/thread-self/schedstat';

const T0 = 1_700_000_000;
const SERIES = 20_000;

/** Answers take a second at most on a quiet machine; only a query that nothing stops takes so long. */
const HANG_MS = 20_000;

/** Most processor time between two turns of the event loop, ms. */
const STRETCH_MS_MAX = 150;

/** Series of their own whose values make regular expressions remember much. */
const MIXED_SERIES = 2000;

type Parameters = Readonly<Record<string, string>>;

const at = { time: `${T0 + 60}` };
const hour = { start: `${T0 - 3600}`, end: `${T0 + 60}`, step: '1' };
const minutes = { start: `${T0}`, end: `${T0 + 60}`, step: '5' };
const replaced = (by: string, pattern: string) => `label_replace(mixed, "d", "${by}", "long", "${pattern}")`;
const nested = (depth: number, wrap: (inner: string) => string, core: string): string => {
  let text = core;
  for (let level = 0; level < depth; level++) text = wrap(text);
  return text;
};
const TEN_DIGITS = 'label_replace(one, "d", "0123456789", "", "")';
const doubled = (depth: number) =>
  nested(depth, (inner) => `label_replace(${inner}, "d", "$1$1", "d", "(.*)")`, TEN_DIGITS);
const joined = (depth: number) =>
  nested(depth, (inner) => `label_join(${inner}, "d", "", "d", "d")`, TEN_DIGITS);

/** With the status of each: a 5xx would be a defect. */
const HOSTILE: readonly (readonly [what: string, path: string, parameters: Parameters, status: number])[] = [
  ['500k parentheses', 'query', { query: `${'('.repeat(500_000)}1${')'.repeat(500_000)}`, ...at }, 400],
  ['60k open parentheses', 'query', { query: '('.repeat(60_000), ...at }, 400],
  ['20k braces', 'query', { query: '{'.repeat(20_000), ...at }, 400],
  ['100k additions', 'query', { query: `1${'+1'.repeat(100_000)}`, ...at }, 400],
  ['30k additions', 'query', { query: `1${'+1'.repeat(30_000)}`, ...at }, 400],
  ['60k signs', 'query', { query: `${'-'.repeat(60_000)}1`, ...at }, 400],
  ['20k powers', 'query', { query: `1${'^1'.repeat(20_000)}`, ...at }, 400],
  ['5,000 or', 'query', { query: `load${' or load'.repeat(5000)}`, ...at }, 400],
  ['5 MB of text', 'query', { query: `sum(${'x'.repeat(5_000_000)})`, ...at }, 400],
  ['5 MB in a string', 'query', { query: `up{a="${'x'.repeat(5_000_000)}"}`, ...at }, 400],
  ['5 MB of match[]', 'series', { 'match[]': `{a="${'x'.repeat(5_000_000)}"}` }, 400],
  ['64 KB of matchers', 'query', { query: `{${'a=~"b.*c",'.repeat(6000)}id="1"}`, ...at }, 200],
  ['64 KB of matchers in match[]', 'series', { 'match[]': `{${'a!~"b.*c",'.repeat(6000)}id="1"}` }, 200],
  [
    '64 KB of large regexes',
    'query',
    { query: `load{${'a=~"(a{200}){4}",'.repeat(3500)}id="1"}`, timeout: '0.3', ...at },
    503,
  ],
  ['900 functions', 'query', { query: nested(900, (q) => `abs(${q})`, 'one'), ...at }, 200],
  ['900 label_replace that double', 'query', { query: doubled(900), ...at }, 422],
  ['25 label_replace that double', 'query', { query: doubled(25), ...at }, 422],
  ['60 label_join that double', 'query', { query: joined(60), ...at }, 422],
  ['a subquery of a millisecond', 'query', { query: 'max_over_time(load[10y:1ms])', ...at }, 422],
  ['a subquery of a number', 'query', { query: 'max_over_time(vector(1)[10y:1ms])', ...at }, 422],
  [
    'nested subqueries',
    'query',
    { query: nested(6, (q) => `max_over_time(${q}[1h:1s])`, 'dense'), ...at },
    200,
  ],
  [
    'nested subqueries over many series',
    'query',
    { query: nested(6, (q) => `max_over_time(${q}[1h:1s])`, 'load'), ...at },
    422,
  ],
  ['a subquery of many steps', 'query', { query: 'max_over_time(vector(1)[40000000s:1s])', ...at }, 422],
  ['an offset of 10^20 years', 'query', { query: 'up offset 100000000000000000000y', ...at }, 400],
  ['an offset of 10^300', 'query', { query: 'up offset 1e300', ...at }, 400],
  ['an @ of 10^300', 'query', { query: 'up @ 1e300', ...at }, 400],
  ['a range of 10^20 years', 'query', { query: 'rate(up[100000000000000000000y])', ...at }, 400],
  ['a regex with a huge repeat', 'query', { query: 'load{id=~"(((a{1000}){1000}){1000})"}', ...at }, 400],
  [
    'a regex deep in parentheses',
    'query',
    { query: `load{id=~"${'('.repeat(10_000)}a${')'.repeat(10_000)}"}`, ...at },
    400,
  ],
  ['a join of all with all', 'query', { query: 'load * on() group_left load', ...at }, 422],
  ['a join of all with one', 'query_range', { query: 'load * on() group_left(id) one', ...hour }, 422],
  [
    'a chain of joins',
    'query_range',
    { query: nested(50, (q) => `(${q}) * ignoring(x) load`, 'load'), ...hour },
    422,
  ],
  [
    'an explosion of count_values',
    'query_range',
    { query: 'count_values("v", load * time())', ...hour },
    422,
  ],
  ['every series over a range', 'query_range', { query: '{__name__=~".+"}', ...hour }, 422],
  [
    'sorts of every series',
    'query_range',
    { query: 'sort(sort_desc(sort({__name__=~".+"})))', ...hour },
    422,
  ],
  ['negated and compared', 'query_range', { query: '-load > -1', ...hour }, 422],
  ['sets of every series', 'query_range', { query: 'load or load unless one and load', ...hour }, 422],
  ['raw samples of every series', 'query', { query: 'load[1h]', ...at }, 200],
  ['many to one with long labels', 'query', { query: 'load * on(id) group_left(long) load', ...at }, 200],
  ['the most of many', 'query_range', { query: 'count(topk(15000, load))', ...minutes }, 200],
  [
    'quantiles of many groups',
    'query_range',
    { query: 'count(quantile by (id) (0.5, load))', ...minutes },
    200,
  ],
  ['a tiny step', 'query_range', { query: '1', start: '0', end: `${T0}`, step: '0.001' }, 400],
  ['a step below a millisecond', 'query_range', { query: '1', start: '0', end: '1', step: '1e-9' }, 400],
  ['a step of infinity', 'query_range', { query: '1', start: '0', end: '1', step: 'Inf' }, 400],
  ['a step of 10^300', 'query_range', { query: '1', start: '0', end: '1', step: '1e300' }, 400],
  ['a range of all time', 'query_range', { query: 'load', start: '-1e300', end: '1e300', step: '1' }, 400],
  // Expressions that make others backtrack for ever are quick here.
  ['a regex that backtracks', 'query', { query: 'load{long=~"(x+x+)+y"}', ...at }, 200],
  ['a regex of stars', 'query', { query: `load{long=~"${'.*a'.repeat(40)}"}`, ...at }, 200],
  ['a regex of repeats', 'query', { query: 'load{long=~"(x{0,10}){0,6}y"}', ...at }, 200],
  // Those that make others remember many states are stopped by the clock or by their size.
  ['a regex of many states', 'query', { query: 'mixed{long=~".*a.{900}c.*"}', ...at }, 422],
  ['a regex of many stars', 'query', { query: `load{long=~"${'.*a'.repeat(200)}"}`, ...at }, 422],
  ['a regex of many repeats', 'query', { query: 'load{long=~"(x{0,100}){0,9}y"}', ...at }, 422],
  [
    'a regex of a million instructions',
    'query',
    { query: `load{id=~"${'((a{200}){4})'.repeat(1200)}"}`, ...at },
    400,
  ],
  ['a regex of Unicode classes', 'query', { query: `load{id=~"${'\\\\pL'.repeat(4000)}"}`, ...at }, 400],
  ['a regex of many states in match[]', 'series', { 'match[]': '{long=~".*a.{900}c.*"}' }, 422],
  [
    'a regex too large for its values',
    'query',
    { query: `mixed{long=~"${'.*a.{200}c?'.repeat(12)}"}`, ...at },
    422,
  ],
  ['many states in label_replace', 'query', { query: replaced('x', '.*a.{900}c.*'), ...at }, 422],
  ['groups that are slow to find', 'query', { query: replaced('$1', '(.*a.{150})c?.*'), ...at }, 422],
  ['groups of a large regex', 'query', { query: replaced('$1', '(.*a.{400})c?.*'), ...at }, 422],
  ['a regex in match[]', 'series', { 'match[]': '{long=~"(x+x+)+y"}' }, 200],
];

/** Processor time of this thread between turns of the event loop, as far as the system tells. */
class Stretches {
  #longest = 0;
  #last = cpuMs();
  #next = setImmediate(() => this.#look());

  /** The longest, ms. */
  stop(): number {
    clearImmediate(this.#next);
    return this.#longest;
  }

  #look(): void {
    const now = cpuMs();
    this.#longest = Math.max(this.#longest, now - this.#last);
    this.#last = now;
    this.#next = setImmediate(() => this.#look());
  }
}

/** In ms; 0 where there is no such file. */
function cpuMs(): number {
  return existsSync(SCHEDSTAT) ? Number(readFileSync(SCHEDSTAT, 'latin1').split(' ')[0]) / 1e6 : 0;
}

describe('hostile queries', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const lines: string[] = [];
    const long = 'x'.repeat(2000);
    for (let id = 0; id < SERIES; id++) {
      lines.push(`load{id="${id}",long="${long}${id % 100}"} ${id} ${T0 * 1000}`);
      if (lines.length === 2000) await importText(server.url, `${lines.splice(0).join('\n')}\n`);
    }
    const random = seededRandom(1);
    for (let id = 0; id < MIXED_SERIES; id++) {
      const mixed = Array.from({ length: 1900 }, () => (random() < 0.5 ? 'a' : 'b')).join('');
      lines.push(`mixed{id="${id}",long="${mixed}"} ${id} ${T0 * 1000}`);
    }
    await importText(server.url, `${lines.splice(0).join('\n')}\n`);
    for (let step = 0; step < 2000; step++)
      for (let id = 0; id < 5; id++) lines.push(`dense{id="${id}"} ${step} ${(T0 - step) * 1000}`);
    await importText(server.url, `${lines.join('\n')}\none 1 ${T0 * 1000}\n`);
  });
  afterAll(() => server.close());

  it.each(HOSTILE)('%s', async (_what, path, parameters, status) => {
    const started = performance.now();
    let answered: number | undefined;
    const asked = fetch(`${server.url}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    }).then(async (response) => {
      await response.arrayBuffer();
      answered = response.status;
    });
    const stretches = new Stretches();
    // Samples go in all the while, and at least once.
    for (let acks = 0; acks === 0 || answered === undefined; acks++) {
      await importText(server.url, `acked ${acks} ${T0 * 1000 + acks}\n`);
    }
    await asked;
    const longest = stretches.stop();
    expect(answered).toBe(status);
    expect(performance.now() - started).toBeLessThan(HANG_MS);
    expect(longest).toBeLessThan(STRETCH_MS_MAX);
  });
});
