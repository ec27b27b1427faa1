import {
  Labels,
  Matcher,
  STALE_NAN_HIGH,
  STALE_NAN_LOW,
  TinyObsError,
  WriteBatch,
  wordsOf,
} from '@tinyobs/model';
import { Engine, type QueryRange, type QueryResult } from '@tinyobs/promql';
import {
  type KeyValueStore,
  openMemoryStore,
  openStore,
  type Store,
  type StoreOptions,
} from '@tinyobs/storage';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { RangeCache, type RangeCacheOptions } from './rangeCache.js';

const START_MS = 1_700_000_100_000;
const SCRAPE_MS = 15_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const QUERIES = [
  'reqs_total',
  'rate(reqs_total[1m])',
  'sum by (job) (rate(reqs_total[2m]))',
  'avg_over_time(temp[90s])',
  'sum(temp) / count(temp)',
  'temp offset 1m - temp',
  'max_over_time(sum(rate(reqs_total[1m]))[3m:30s])',
  'min_over_time(avg by (job) (temp)[2m:] offset 1m)',
  'absent(temp{job="b"})',
  'absent(later)',
  'later or vector(time())',
  'topk(1, sum by (job) (temp))',
  'count({job="a"})',
  'sum by (__name__) ({__name__=~"temp|later"})',
  'rate(temp[1m])',
  `temp - temp @ ${(START_MS + 10 * MINUTE_MS) / 1000}`,
  'quantile(0.5, temp) > bool 3',
  'changes(temp{job!="a"}[5m])',
  'sort(temp)',
  'temp offset -1m',
  'temp @ end()',
] as const;

interface Sample {
  readonly name: string;
  readonly job: string;
  readonly i: number;
  /** Before the clock. */
  readonly agoMs: number;
  readonly value: number | 'stale';
}

const sample = (agoMs: fc.Arbitrary<number>): fc.Arbitrary<Sample> =>
  fc.record({
    name: fc.constantFrom('reqs_total', 'temp'),
    job: fc.constantFrom('a', 'b', 'c'),
    i: fc.nat(2),
    agoMs,
    value: fc.oneof(fc.integer({ min: -3, max: 30 }), fc.double(), fc.constant('stale' as const)),
  });
const query = fc.record({ text: fc.constantFrom(...QUERIES), steps: fc.constantFrom(2, 20, 60) });
const SCRAPE = fc.record({ kind: fc.constant('scrape' as const), jobs: fc.subarray(['a', 'b', 'c']) });
const REFRESH = fc.record({
  kind: fc.constant('refresh' as const),
  queries: fc.array(query, { minLength: 2, maxLength: 5 }),
});
const ACTION = fc.oneof(
  { weight: 8, arbitrary: SCRAPE },
  { weight: 12, arbitrary: REFRESH },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      samples: fc.array(
        sample(
          fc.oneof(
            fc.nat(40).map((n) => n * SCRAPE_MS),
            fc.nat(300_000),
            fc.nat(3 * HOUR_MS),
          ),
        ),
        { minLength: 1, maxLength: 6 },
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('race' as const),
      query,
      samples: fc.array(sample(fc.nat(300_000)), { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('later' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      matcher: fc.constantFrom(['job', 'b'], ['__name__', 'temp'], ['i', '0']),
      ago: fc.tuple(fc.nat(30 * MINUTE_MS), fc.nat(30 * MINUTE_MS)),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('flush', 'compact', 'clean', 'reopen') }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 1_200_000 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('look' as const),
      query,
      agoMs: fc.nat(HOUR_MS),
      isAligned: fc.boolean(),
      stepMs: fc.constantFrom(SCRAPE_MS, SCRAPE_MS, 20_000, 7001),
      count: fc.integer({ min: 1, max: 50 }),
    }),
  },
);

type Action = typeof ACTION extends fc.Arbitrary<infer T> ? T : never;

/** A store that a dashboard looks at through a cache. */
class Subject {
  readonly engine = new Engine();
  readonly cache: RangeCache;
  readonly source: RangeCacheOptions['source'];
  nowMs = START_MS;
  readonly #kv: KeyValueStore;
  readonly #retention: StoreOptions['retention'];
  #store!: Store;
  #counter = 0;

  constructor(kv: KeyValueStore, retention?: StoreOptions['retention']) {
    this.#kv = kv;
    this.#retention = retention;
    const store = (): Store => this.#store;
    this.source = {
      select: (...args) => store().select(...args),
      labels: (id) => store().labels(id),
      labelValue: (id, name) => store().labelValue(id, name),
      series: (...args) => store().series(...args),
      labelNames: (...args) => store().labelNames(...args),
      labelValues: (...args) => store().labelValues(...args),
      metadata: (...args) => store().metadata(...args),
      mark: () => store().mark(),
      changedSince: (...args) => store().changedSince(...args),
    };
    const { engine, source } = this;
    this.cache = new RangeCache({ engine, source, sizeBytesMax: 2 ** 24, ttlMs: HOUR_MS });
  }

  async open(): Promise<void> {
    this.#store = await openStore({
      kv: this.#kv,
      headSamplesMax: 200,
      windowMs: 15 * MINUTE_MS,
      now: () => this.nowMs,
      retention: this.#retention,
    });
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async scrape(jobs: readonly string[]): Promise<void> {
    this.#counter += 7;
    this.nowMs += SCRAPE_MS;
    const each = jobs.flatMap((job, at) => [0, 1, 2].map((i) => ({ job, i, agoMs: 1000 * at })));
    await this.#write(
      each.flatMap((one) => [
        { ...one, name: 'reqs_total', value: this.#counter * (1 + one.i) },
        { ...one, name: 'temp', value: Math.sin(this.#counter + one.i) },
      ]),
    );
  }

  /** A range that ends at the last whole step before the clock, as dashboards ask for. */
  recent(steps: number, stepMs = SCRAPE_MS): QueryRange {
    const endMs = Math.floor(this.nowMs / stepMs) * stepMs;
    return { startMs: endMs - (steps - 1) * stepMs, endMs, stepMs };
  }

  /** Retention may drop something between the two answers: then it is looked again. */
  async check(text: string, range: QueryRange): Promise<void> {
    const mark = this.source.mark();
    const cached = await outcomeOf(this.cached(text, range));
    const evaluated = await outcomeOf(this.engine.range(this.#store, text, range));
    if (this.source.changedSince(mark, undefined).length > 0) return this.check(text, range);
    expect(cached.points).toEqual(evaluated.points);
    expect(cached.notes).toEqual(expect.arrayContaining(evaluated.notes));
  }

  async cached(text: string, range: QueryRange): Promise<QueryResult> {
    const signal = new AbortController().signal;
    return this.cache.range(await this.engine.parse(text), range, { signal, timeoutMs: 60_000 });
  }

  async run(action: Action): Promise<void> {
    const store = this.#store;
    switch (action.kind) {
      case 'scrape':
        return this.scrape(action.jobs);
      case 'refresh':
        for (const { text, steps } of action.queries) await this.check(text, this.recent(steps));
        return;
      case 'write':
        return this.#write(action.samples);
      case 'race': {
        const range = this.recent(action.query.steps);
        await Promise.all([outcomeOf(this.cached(action.query.text, range)), this.#write(action.samples)]);
        return this.check(action.query.text, range);
      }
      case 'later':
        return this.#write([{ name: 'later', job: 'a', i: 0, agoMs: 45_000, value: 1 }]);
      case 'delete': {
        const [a, b] = action.ago.map((ms) => this.nowMs - ms);
        const [name, value] = action.matcher;
        const range = { minMs: Math.min(a, b), maxMs: Math.max(a, b) };
        await store.deleteSeries([[new Matcher(name, '=', value)]], range);
        return;
      }
      case 'flush':
        return store.flush();
      case 'compact':
        await store.flush();
        return store.compact();
      case 'clean':
        return store.cleanTombstones();
      case 'reopen':
        await store.close();
        await this.#kv.reopen();
        return this.open();
      case 'wait':
        this.nowMs += action.ms;
        return;
      case 'look': {
        const agoMs = this.nowMs - action.agoMs;
        const startMs = action.isAligned ? agoMs - (agoMs % action.stepMs) : agoMs;
        const endMs = startMs + action.count * action.stepMs + 17;
        return this.check(action.query.text, { startMs, endMs, stepMs: action.stepMs });
      }
    }
  }

  async #write(samples: readonly Sample[]): Promise<void> {
    const batch = new WriteBatch();
    for (const [row, { name, job, i, agoMs, value }] of samples.entries()) {
      const series = batch.addSeries(Labels.fromObject({ __name__: name, job, i: String(i) }));
      const timeMs = this.nowMs - agoMs;
      if (value === 'stale') batch.addSampleWords(series, timeMs, STALE_NAN_LOW, STALE_NAN_HIGH, row);
      else batch.addSample(series, timeMs, value, row);
    }
    await this.#store.append(batch);
  }
}

const RETENTION = {
  rawMs: 30 * MINUTE_MS,
  rollup5mMs: 3 * HOUR_MS,
  byMatchers: [{ matchers: [new Matcher('job', '=', 'c')], ms: 12 * MINUTE_MS }],
};

async function openSubject(retention?: StoreOptions['retention']): Promise<Subject> {
  const subject = new Subject(await openMemoryStore(), retention);
  await subject.open();
  return subject;
}

/** Series with the bits of their points, or the code of the error. */
async function outcomeOf(query: Promise<QueryResult>): Promise<{ points: string[]; notes: string[] }> {
  try {
    const result = await query;
    return { points: bitsOf(result), notes: [...result.warnings, ...result.infos] };
  } catch (error) {
    if (!(error instanceof TinyObsError) || error.code !== 'query_needs_raw') throw error;
    return { points: [error.code], notes: [] };
  }
}

function bitsOf({ value }: QueryResult): string[] {
  if (value.type !== 'matrix') return [value.type];
  const words = wordsOf(value.values);
  return value.labels.map((labels, i) => {
    let text = String(labels);
    for (let at = value.starts[i]; at < value.starts[i + 1]; at++) {
      const bits = Number.isNaN(value.values[at]) ? 'NaN' : `${words[2 * at]},${words[2 * at + 1]}`;
      text += ` ${value.times[at]}:${bits}`;
    }
    return text;
  });
}

describe('range queries through the cache', () => {
  it('answer what evaluating everything would, whatever happens to the store', {
    timeout: 180_000,
  }, async () => {
    const outcomes = { hit: 0, partial: 0, miss: 0, bypass: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(ACTION, { minLength: 10, maxLength: 60 }), async (actions) => {
        const subject = await openSubject(RETENTION);
        for (let i = 0; i < 10; i++) await subject.scrape(['a', 'b', 'c']);
        for (const action of actions) await subject.run(action);
        for (const text of QUERIES) await subject.check(text, subject.recent(40));
        await subject.close();
        for (const outcome of Object.keys(outcomes) as (keyof typeof outcomes)[]) {
          outcomes[outcome] += subject.cache.outcomes[outcome];
        }
      }),
      { numRuns: 150 },
    );
    expect(outcomes.hit).toBeGreaterThan(200);
    expect(outcomes.partial).toBeGreaterThan(200);
  });

  it('read only what is new when a dashboard refreshes', async () => {
    const subject = await openSubject();
    const panels = QUERIES.slice(0, 8);
    for (let i = 0; i < 100; i++) await subject.scrape(['a', 'b', 'c']);
    for (let refresh = 0; refresh < 40; refresh++) {
      await subject.scrape(['a', 'b', 'c']);
      for (const text of panels) await subject.check(text, subject.recent(60));
    }
    expect(subject.cache.outcomes).toEqual({ hit: 0, partial: 39 * 8, miss: 8, bypass: 0 });
    const { samples } = await subject.cached('reqs_total', subject.recent(60));
    expect(samples).toBe(0);
    await subject.scrape(['a', 'b', 'c']);
    const { samples: samplesOfOne } = await subject.cached('reqs_total', subject.recent(60));
    const { samples: samplesOfAll } = await subject.cached('reqs_total + 0', subject.recent(60));
    expect(samplesOfOne).toBeLessThan(samplesOfAll / 2);
    await subject.close();
  });

  it('keep the longer of two ranges that are asked for in turn', async () => {
    const subject = await openSubject();
    for (let i = 0; i < 100; i++) await subject.scrape(['a', 'b', 'c']);
    await subject.check('reqs_total', subject.recent(60));
    for (let turn = 0; turn < 5; turn++) {
      await subject.scrape(['a', 'b', 'c']);
      await subject.check('reqs_total', subject.recent(20));
      await subject.check('reqs_total', subject.recent(60));
    }
    expect(subject.cache.outcomes).toEqual({ hit: 5, partial: 5, miss: 1, bypass: 0 });
    await subject.close();
  });

  it('are evaluated where the result is more than its steps', async () => {
    const subject = await openSubject();
    for (let i = 0; i < 10; i++) await subject.scrape(['a']);
    const range = subject.recent(10);
    const signal = new AbortController().signal;
    const temp = await subject.engine.parse('temp');
    for (const options of [{ limit: 1 }, { stats: true }]) {
      await subject.cache.range(temp, range, { signal, timeoutMs: 1000, ...options });
    }
    for (const text of ['temp @ end()', 'temp offset -1m', 'time()']) await subject.cached(text, range);
    await subject.cached('temp', { ...range, startMs: range.endMs });
    await subject.cached('temp', { startMs: range.startMs, endMs: range.startMs + 9, stepMs: 0.5 });
    expect(subject.cache.outcomes).toEqual({ hit: 0, partial: 0, miss: 0, bypass: 7 });
    expect(subject.cache.count).toBe(0);
    await subject.close();
  });

  it('give up what was not asked for longest when there is no room', async () => {
    const subject = await openSubject();
    for (let i = 0; i < 10; i++) await subject.scrape(['a', 'b', 'c']);
    const { engine } = subject;
    const cache = new RangeCache({ engine, source: subject.source, sizeBytesMax: 100_000, ttlMs: HOUR_MS });
    const how = { signal: new AbortController().signal, timeoutMs: 1000 };
    for (let i = 0; i < 100; i++) {
      await cache.range(await engine.parse(`temp + ${i}`), subject.recent(10), how);
      expect(cache.sizeBytes).toBeLessThanOrEqual(100_000);
    }
    expect(cache.evictions).toBeGreaterThan(50);
    await cache.range(await engine.parse('temp + 99'), subject.recent(10), how);
    expect(cache.outcomes).toMatchObject({ miss: 100, hit: 1 });
    await subject.close();
  });

  it('are kept for as long as was said last', async () => {
    const subject = await openSubject();
    for (let i = 0; i < 10; i++) await subject.scrape(['a']);
    const { cache, engine } = subject;
    const clock = vi.spyOn(performance, 'now');
    const outcomeOf = async () => {
      const before = { ...cache.outcomes };
      const how = { signal: new AbortController().signal, timeoutMs: 1000 };
      await cache.range(await engine.parse('temp'), subject.recent(10), how);
      return cache.outcomes.hit > before.hit ? 'hit' : 'miss';
    };
    expect([await outcomeOf(), await outcomeOf()]).toEqual(['miss', 'hit']);
    cache.reconfigure({ ttlMs: HOUR_MS });
    expect(await outcomeOf()).toBe('hit');
    cache.reconfigure({ ttlMs: MINUTE_MS });
    expect(cache.count).toBe(0);
    expect([await outcomeOf(), await outcomeOf()]).toEqual(['miss', 'hit']);
    clock.mockReturnValue(performance.now() + MINUTE_MS + 1);
    // The cache reads the clock once a millisecond.
    await expect.poll(outcomeOf).toBe('miss');
    clock.mockRestore();
    await subject.close();
  });
});
