import { type Queryable, TinyObsError } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { ArrayQueryable, type ArraySeries, Engine, type EngineOptions, type QueryOptions } from './index.js';

const MINUTE_MS = 60_000;
const HOUR = { startMs: 0, endMs: 60 * MINUTE_MS, stepMs: MINUTE_MS };

/** Series of one metric with a value each minute for an hour, `slope` times the minute. */
function counters(count: number): ArraySeries[] {
  const times = Array.from({ length: 61 }, (_, minute) => minute * MINUTE_MS);
  return Array.from({ length: count }, (_, i) => ({
    labels: { __name__: 'requests_total', instance: String(i) },
    times,
    values: times.map((_, minute) => (i + 1) * minute),
  }));
}

async function codeOf(query: Promise<unknown>): Promise<string> {
  try {
    await query;
  } catch (error) {
    if (error instanceof TinyObsError) return error.code;
    throw error;
  }
  return 'none';
}

describe('Engine', () => {
  const queryable = new ArrayQueryable(counters(3));
  const engine = new Engine();

  it('gives vectors at the time of an instant query', async () => {
    const { value, samples } = await engine.instant(queryable, 'requests_total * 2', 10 * MINUTE_MS);
    if (value.type !== 'vector') throw new Error(value.type);
    expect(value.timeMs).toBe(10 * MINUTE_MS);
    expect(value.labels.map(String)).toEqual(['{instance="0"}', '{instance="1"}', '{instance="2"}']);
    expect([...value.values]).toEqual([20, 40, 60]);
    expect(samples).toBe(3 * 5);
  });

  it('says while it runs how many samples it has read, over all that is evaluated', async () => {
    const progress = { samplesRead: 0 };
    await engine.instant(queryable, 'requests_total', 10 * MINUTE_MS, { progress });
    expect(progress.samplesRead).toBe(3 * 5);
    const sum = 'sum(requests_total) + count(requests_total @ 1200)';
    const { samples } = await engine.range(queryable, sum, HOUR, { progress });
    expect(progress.samplesRead).toBe(3 * 5 + samples);
  });

  it('gives the points of a range query ordered by labels, gaps left out', async () => {
    const range = { startMs: 0, endMs: 4 * MINUTE_MS, stepMs: 2 * MINUTE_MS };
    const { value } = await engine.range(queryable, '-requests_total > -3 or vector(7)', range);
    if (value.type !== 'matrix') throw new Error(value.type);
    expect(value.labels.map(String)).toEqual(['{}', '{instance="0"}', '{instance="1"}', '{instance="2"}']);
    expect([...value.starts]).toEqual([0, 3, 5, 6, 7]);
    expect([...value.times]).toEqual([0, 120_000, 240_000, 0, 120_000, 0, 0]);
    expect([...value.values]).toEqual([7, 7, 7, -0, -2, -0, -0]);
  });

  it('gives scalars, strings and raw samples', async () => {
    expect((await engine.instant(queryable, '1 + 1', 5)).value).toEqual({
      type: 'scalar',
      timeMs: 5,
      value: 2,
    });
    expect((await engine.instant(queryable, '"a"', 5)).value).toEqual({
      type: 'string',
      timeMs: 5,
      value: 'a',
    });
    const { value } = await engine.instant(
      queryable,
      'requests_total{instance="1"}[2m] offset 1m',
      5 * MINUTE_MS,
    );
    expect(value).toMatchObject({
      type: 'matrix',
      times: Float64Array.of(180_000, 240_000),
      values: Float64Array.of(6, 8),
    });
  });

  it('keeps the order of sort in instant queries', async () => {
    const { value } = await engine.instant(queryable, 'sort_desc(requests_total)', MINUTE_MS);
    expect(value).toMatchObject({ values: Float64Array.of(3, 2, 1) });
  });

  it('reads selectors that want the same once', async () => {
    const reads: string[] = [];
    const spied = watched(queryable, (func) => reads.push(func));
    await engine.range(spied, 'rate(requests_total[5m]) / ignoring() rate(requests_total[5m])', HOUR);
    expect(reads).toEqual(['rate']);
    reads.length = 0;
    await engine.range(spied, 'rate(requests_total[5m]) / increase(requests_total[5m])', HOUR);
    expect(reads).toEqual(['']);
    reads.length = 0;
    await engine.range(spied, 'requests_total - requests_total offset 1m', HOUR);
    expect(reads).toHaveLength(2);
  });

  it('asks for no more than the samples it looks at, and says what for', async () => {
    const asked: unknown[] = [];
    const recording = selecting((matchers, range, hints, signal) => {
      asked.push([String(matchers[0]), range.minMs, range.maxMs, hints]);
      return queryable.select(matchers, range, hints, signal);
    });
    const range = { startMs: 600_000, endMs: 720_000, stepMs: 60_000 };
    await engine.range(
      recording,
      'sum by (job) (a) + max_over_time(rate(b[5m] offset 1m)[10m:2m]) + c @ 3',
      range,
    );
    const grouping = { by: true, labels: ['job'] };
    const more = { limit: 0, latestOnly: false };
    expect(asked).toEqual([
      ['__name__="a"', 300_001, 720_000, { stepMs: 60_000, rangeMs: 0, func: 'sum', grouping, ...more }],
      ['__name__="b"', -239_999, 660_000, { stepMs: 120_000, rangeMs: 300_000, func: 'rate', ...more }],
      ['__name__="c"', -296_999, 3000, { stepMs: 60_000, rangeMs: 0, func: '', ...more, latestOnly: true }],
    ]);
  });

  it('reads shared selectors again rather than keeping too many samples', async () => {
    const reads: string[] = [];
    const spied = watched(queryable, (func) => reads.push(func));
    const tight = new Engine({ samplesMax: 61 * 3 * 3 });
    await tight.range(spied, 'sum(requests_total) - sum(requests_total)', HOUR);
    expect(reads).toEqual(['sum', 'sum', 'sum']);
  });

  it('takes lookback from the query, the engine or the default', async () => {
    const once = new ArrayQueryable([{ labels: { __name__: 'x' }, times: [0], values: [1] }]);
    const count = async (on: Engine, timeMs: number, lookbackMs?: number) => {
      const { value } = await on.instant(once, 'x', timeMs, { lookbackMs });
      return value.type === 'vector' ? value.values.length : Number.NaN;
    };
    expect(await count(engine, 299_999)).toBe(1);
    expect(await count(engine, 300_000)).toBe(0);
    expect(await count(new Engine({ lookbackMs: 1000 }), 1000)).toBe(0);
    expect(await count(new Engine({ lookbackMs: 1000 }), 1000, 1001)).toBe(1);
  });

  it('cuts the result off at the limit with a warning', async () => {
    const { value, warnings } = await engine.instant(queryable, 'requests_total', 0, { limit: 2 });
    expect(value).toMatchObject({ type: 'vector', labels: { length: 2 }, values: { length: 2 } });
    expect(warnings).toEqual(['results truncated due to limit']);
    const whole = await engine.range(queryable, 'requests_total', HOUR, { limit: 3 });
    expect(whole.warnings).toEqual([]);
  });

  it('says where something is likely wrong', async () => {
    const gauge = new ArrayQueryable([{ labels: { __name__: 'x' }, times: [0, 1000], values: [1, 2] }]);
    const { infos } = await engine.instant(gauge, 'sum(rate(x[1m]))', 1000);
    expect(infos).toEqual([
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "x" (1:10)',
    ]);
  });

  it.each([
    ['requests_total[5m]', HOUR, 'query_type'],
    ['"a"', HOUR, 'query_type'],
    ['up', { ...HOUR, stepMs: 0 }, 'invalid_parameter'],
    ['up', { startMs: 1, endMs: 0, stepMs: 1 }, 'invalid_parameter'],
    ['up', { startMs: 0, endMs: 11_001, stepMs: 1 }, 'query_too_many_points'],
    ['up', { startMs: 0, endMs: 11_000, stepMs: 1 }, 'none'],
    ['up{', HOUR, 'query_parse'],
    ['label_replace(requests_total, "instance", "", "", "")', HOUR, 'query_execution'],
    ['requests_total + on() requests_total', HOUR, 'query_execution'],
  ])('refuses %s over %j: %s', async (query, range, code) => {
    expect(await codeOf(engine.range(queryable, query, range))).toBe(code);
  });
});

describe('limits of the work', () => {
  const many = new ArrayQueryable(counters(2000));
  const heavy = 'sum(quantile_over_time(0.5, requests_total[1h]))';

  it('holds no more points than it may', async () => {
    const small = new Engine({ samplesMax: 1000 });
    expect(await codeOf(small.range(many, 'requests_total', HOUR))).toBe('query_too_many_samples');
    expect(await codeOf(small.instant(many, 'quantile(1, requests_total)', 0))).toBe(
      'query_too_many_samples',
    );
    expect(await codeOf(small.instant(many, 'sum by (instance) (requests_total)', 0))).toBe(
      'query_too_many_samples',
    );
    expect(await codeOf(small.instant(many, 'sum(requests_total)', 0))).toBe('none');
    expect(await codeOf(small.instant(many, 'sum(requests_total{instance=~"1."})', 0))).toBe('none');
  });

  it('counts what is held at once, not what was', async () => {
    const queryable = new ArrayQueryable(counters(4));
    const sums = Array.from({ length: 50 }, () => 'sum(0 * requests_total)').join(' + ');
    const engine = new Engine({ samplesMax: 61 * 4 * 4 });
    expect(await codeOf(engine.range(queryable, sums, HOUR))).toBe('none');
    const tooSmall = new Engine({ samplesMax: 61 * 4 });
    expect(await codeOf(tooSmall.range(queryable, sums, HOUR))).toBe('query_too_many_samples');
  });

  it.each([
    ['a subquery of very many steps', 'max_over_time(vector(1)[10y:1ms])'],
    ['a constant vector at very many steps', 'count_over_time((requests_total @ 0)[1h:1ms])'],
    ['very many different values', 'count_values("v", requests_total * 1.1)'],
    ['very many steps of a number', 'max_over_time((vector(1) + 2)[1y:1ms])'],
  ])('refuses %s before it takes the memory', async (_what, query) => {
    const small = new Engine({ samplesMax: 200_000 });
    expect(await codeOf(small.range(many, query, HOUR))).toBe('query_too_many_samples');
  });

  it('reads no longer and no deeper texts than it may', async () => {
    const strict = new Engine({ lengthMax: 20, depthMax: 3 });
    expect(await codeOf(strict.instant(many, `${'1'.repeat(21)}`, 0))).toBe('query_too_long');
    expect(await codeOf(strict.instant(many, '((((1))))', 0))).toBe('query_too_deep');
    expect(await codeOf(strict.instant(many, '-(-(-x))', 0))).toBe('query_too_deep');
    expect(await codeOf(strict.instant(many, '((1))', 0))).toBe('none');
  });

  it('takes other options while it lives, also for texts that it has read before', async () => {
    const queryable = new ArrayQueryable(counters(3));
    const changing = new Engine({ lookbackMs: 2 * MINUTE_MS });
    const count = async (query: string, timeMs: number) => {
      const { value } = await changing.instant(queryable, query, timeMs);
      return value.type === 'vector' ? value.values.length : undefined;
    };
    expect(await count('requests_total', 65 * MINUTE_MS)).toBe(0);
    changing.reconfigure({ lookbackMs: 6 * MINUTE_MS, experimental: true });
    expect(await count('requests_total', 65 * MINUTE_MS)).toBe(3);
    expect(await count('sort_by_label(requests_total, "instance")', MINUTE_MS)).toBe(3);
    changing.reconfigure({ lengthMax: 14, pointsMax: 10 });
    expect(await count('requests_total', 65 * MINUTE_MS)).toBe(0);
    expect(await codeOf(count('sort_by_label(requests_total, "instance")', 0))).toBe('query_too_long');
    changing.reconfigure({ pointsMax: 10 });
    expect(await codeOf(count('sort_by_label(requests_total, "instance")', 0))).toBe('query_type');
    expect(await codeOf(changing.range(queryable, 'requests_total', HOUR))).toBe('query_too_many_points');
  });

  it('stops reading a text that nobody waits for, or for which there is no time', async () => {
    const text = `{${'a=~"b.*c|d",'.repeat(5000)}e="f"}`;
    const engine = new Engine({ sliceMs: 1 });
    for (const read of [
      (options: QueryOptions) => engine.parse(text, options),
      (options: QueryOptions) => engine.instant(many, text, 0, options),
      (options: QueryOptions) => engine.range(many, text, HOUR, options),
    ]) {
      const abort = new AbortController();
      const reading = codeOf(read({ signal: abort.signal }));
      setImmediate(() => abort.abort());
      expect(await reading).toBe('query_canceled');
      expect(await codeOf(read({ timeoutMs: 1 }))).toBe('query_timeout');
    }
    const { expr } = await engine.parse(text);
    expect(expr).toMatchObject({ type: 'vectorSelector', matchers: { length: 5001 } });
  });

  it('lets the event loop turn while it reads a text', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);
    await new Engine({ sliceMs: 1 }).parse(`sum by (${'a,'.repeat(30_000)}b) (c)`);
    clearImmediate(next);
    expect(turns).toBeGreaterThan(2);
  });

  it('reads no more series than it may', async () => {
    const small = new Engine({ seriesMax: 1999 });
    expect(await codeOf(small.instant(many, 'count(requests_total)', 0))).toBe('query_too_many_series');
    const enough = new Engine({ seriesMax: 2000 });
    expect(await codeOf(enough.instant(many, 'count(requests_total)', 0))).toBe('none');
  });

  it.each([
    ['label_replace', '"a", "$1$1", "a", "(.*)")'],
    ['label_join', '"a", "", "a", "a")'],
  ])('makes no label values without bound in %s', async (func, rest) => {
    let query = 'label_replace(requests_total, "a", "0123456789", "", "")';
    for (let level = 0; level < 60; level++) query = `${func}(${query}, ${rest}`;
    expect(await codeOf(new Engine().instant(many, query, 0))).toBe('query_execution');
  });

  it('counts the text of labels as held', async () => {
    const query = `label_replace(requests_total, "a", "${'x'.repeat(4096)}", "", "")`;
    const small = new Engine({ samplesMax: 1_000_000 });
    expect(await codeOf(small.instant(many, query, 0))).toBe('query_too_many_samples');
    expect(await codeOf(new Engine({ samplesMax: 1_100_000 }).instant(many, query, 0))).toBe('none');
  });

  it('stops when it is canceled, also while it computes', async () => {
    const abort = new AbortController();
    const running = codeOf(new Engine().range(many, heavy, HOUR, { signal: abort.signal }));
    setImmediate(() => abort.abort());
    expect(await running).toBe('query_canceled');
    expect(await codeOf(new Engine().range(many, '1', HOUR, { signal: AbortSignal.abort() }))).toBe(
      'query_canceled',
    );
  });

  it.each<[string, EngineOptions, { timeoutMs?: number }]>([
    ['of the engine', { timeoutMs: 20 }, {}],
    ['of the query', {}, { timeoutMs: 20 }],
    ['of the engine, when the query wants more', { timeoutMs: 20 }, { timeoutMs: 60_000 }],
  ])('stops at the timeout %s', async (_whose, engineOptions, options) => {
    expect(await codeOf(new Engine(engineOptions).range(many, heavy, HOUR, options))).toBe('query_timeout');
  });

  it('stops a queryable that hands out nothing, with the reason', async () => {
    const waiting = selecting(async function* (matchers, range, hints, signal) {
      yield* many.select(matchers, range, hints, signal);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new TinyObsError('query_canceled', 'the store was told to stop');
    });
    expect(await codeOf(new Engine({ timeoutMs: 20 }).instant(waiting, 'x', 0))).toBe('query_timeout');
    const abort = new AbortController();
    const running = codeOf(new Engine().instant(waiting, 'x', 0, { signal: abort.signal }));
    setImmediate(() => abort.abort());
    expect(await running).toBe('query_canceled');
  });

  it('passes on what the queryable throws', async () => {
    const broken = selecting(() => {
      throw new TinyObsError('store_corrupt', 'a block is damaged');
    });
    expect(await codeOf(new Engine().range(broken, 'rate(x[5m])', HOUR))).toBe('store_corrupt');
  });

  it('lets the event loop turn while it computes', async () => {
    let turns = 0;
    let running = true;
    const turn = () => {
      turns++;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    await new Engine().range(many, 'sum(stddev_over_time(requests_total[30m]))', HOUR);
    running = false;
    expect(turns).toBeGreaterThan(5);
  });
});

describe('min_of and max_of of scalars', () => {
  const engine = new Engine({ experimental: true });

  it.each([
    ['min_of(1, 2)', 1],
    ['max_of(1, 2 + 3)', 5],
    ['max_of(min_of(4, 6), time())', 7],
    ['min_of(NaN, 1)', Number.NaN],
    ['1 + min_of(-0, 0) * 2', 1],
    ['scalar(count_over_time(vector(1)[max_of(10s, 1m):min_of(10s, 1m)]))', 6],
  ])('%s', async (query, expected) => {
    const { value } = await engine.instant(new ArrayQueryable(), query, 7000);
    expect(value).toMatchObject({ type: 'scalar', value: expected });
  });

  it('are experimental', async () => {
    expect(await codeOf(new Engine().instant(new ArrayQueryable(), 'min_of(1, 2)', 0))).toBe('query_type');
  });

  it('stay what they are in durations', async () => {
    const query =
      'count(min_of * 0 + on() group_left() sum(x offset -max_of(1m, (min_of(2m, 3m))) == min_of(1, 2)))';
    expect(await codeOf(engine.instant(new ArrayQueryable(), query, 0))).toBe('none');
  });
});

describe('statistics of a query', () => {
  const queryable = new ArrayQueryable(counters(3));
  const engine = new Engine();
  const range = { startMs: 10 * MINUTE_MS, endMs: 12 * MINUTE_MS, stepMs: MINUTE_MS };

  it.each([
    ['requests_total', [3, 3, 3]],
    ['requests_total + requests_total', [6, 6, 6]],
    ['sum(rate(requests_total[5m]))', [15, 15, 15]],
    ['rate(requests_total[30s])', [3, 3, 3]],
    ['requests_total @ 600', [3, 3, 3]],
    ['requests_total + on(instance) (requests_total @ 600)', [6, 6, 6]],
    ['max_over_time((requests_total * 2)[3m:1m])', [9, 9, 9]],
    ['1 + 1', [0, 0, 0]],
  ])('counts the samples of %s at each step', async (query, perStep) => {
    const { stats } = await engine.range(queryable, query, range, { stats: true });
    expect([...(stats?.samplesPerStep ?? [])]).toEqual(perStep);
    expect(stats?.samples).toBe(perStep.reduce((sum, one) => sum + one));
    expect([...(stats?.stepTimes ?? [])]).toEqual([10, 11, 12].map((minute) => minute * MINUTE_MS));
  });

  it('measures the parts of an expression', async () => {
    const query = '2 * sum(rate(requests_total[5m])) + (requests_total @ 600)';
    const { stats } = await engine.range(queryable, query, range, { stats: true });
    const timed = { evalTime: expect.any(Number) };
    expect(stats?.tree).toMatchObject({
      lhs: {
        lhs: { type: 'numberLiteral', stats: timed },
        rhs: {
          type: 'aggregation',
          stats: { ...timed, series: 1 },
          // Evaluated along with the sum, so that it has no figures of its own.
          expr: { type: 'call', args: [{ type: 'matrixSelector', stats: { series: 3, samplesRead: 21 } }] },
        },
        stats: { ...timed, series: 1 },
      },
      rhs: { expr: { type: 'vectorSelector', stats: { ...timed, series: 3, samplesRead: 15 } } },
      stats: timed,
    });
    const plain = await engine.range(queryable, query, range);
    expect(plain.stats).toBeUndefined();
  });

  it('counts raw samples, what was held, and time', async () => {
    const { stats } = await engine.instant(queryable, 'requests_total[5m]', 600_000, { stats: true });
    expect(stats?.samples).toBe(15);
    const held = (await engine.range(queryable, 'requests_total', range, { stats: true })).stats;
    expect(held?.peakSamples).toBeGreaterThanOrEqual(9);
    expect(held?.totalMs).toBeGreaterThan(0);
    expect((held?.preparationMs ?? 0) + (held?.evaluationMs ?? 0) + (held?.sortMs ?? 0)).toBeCloseTo(
      held?.totalMs ?? Number.NaN,
      6,
    );
  });

  it('has none where nobody asked', async () => {
    expect((await engine.instant(queryable, 'requests_total', 0)).stats).toBeUndefined();
  });
});

/** Tells of each read, by the function around it. */
function watched(queryable: ArrayQueryable, onSelect: (func: string) => void): Queryable {
  return selecting((matchers, range, hints, signal) => {
    onSelect(hints.func);
    return queryable.select(matchers, range, hints, signal);
  }, queryable);
}

function selecting(select: Queryable['select'], others: ArrayQueryable = new ArrayQueryable()): Queryable {
  return new Proxy(others, {
    get(target, property) {
      if (property === 'select') return select;
      const member = Reflect.get(target, property, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
