import { Matcher, WriteBatch } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nextTurn } from './kv/platform.js';
import { WINDOW_CLOSE_GRACE_MS } from './limits.js';
import { openStore, type Store } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import {
  batchOf,
  EVER,
  expectedOf,
  NEVER_ABORTED,
  NO_HINTS,
  type Sample,
  selectAll,
} from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';

const HOUR_MS = 3_600_000;
const START_MS = 1_700_000_000_000;
const STALE = '7ff0000000000002';

const metric = (name: string, more: Record<string, string> = {}) => ({ __name__: name, ...more });
const equal = (name: string, value: string) => new Matcher(name, '=', value);

/** What a store must do over any key-value store. `place` gives options that name one database again and again. */
export function storeSuite(name: string, place: () => Promise<() => Promise<StoreOptions>>): void {
  describe(`store on ${name}`, () => {
    let where: () => Promise<StoreOptions>;
    let store: Store;
    let nowMs: number;
    let options: StoreOptions;
    const events: StoreEvent[] = [];

    const open = async (more: StoreOptions = options) => {
      options = more;
      store = await openStore({
        now: () => nowMs,
        onEvent: (event) => events.push(event),
        ...more,
        ...(await where()),
      });
    };
    const reopen = async (more: StoreOptions = options) => {
      await store.close();
      await open(more);
    };
    const write = (samples: readonly Sample[]) => store.append(batchOf(samples));
    /** In the heads, in blocks, and after a reopen the answer must be the same. */
    const expectAnswer = async (samples: readonly Sample[], matchers: Matcher[] = [], range = EVER) => {
      const expected = expectedOf(samples, range);
      expect(await selectAll(store, matchers, range)).toEqual(expected);
      await store.flush();
      expect(await selectAll(store, matchers, range)).toEqual(expected);
      await reopen();
      expect(await selectAll(store, matchers, range)).toEqual(expected);
    };

    beforeEach(async () => {
      nowMs = START_MS;
      events.length = 0;
      where = await place();
      await open({});
    });
    afterEach(() => store.close());

    it('answers with what was appended, from heads, blocks and after a reopen (S7)', async () => {
      const samples: Sample[] = [];
      for (let i = 0; i < 50; i++) {
        for (let s = 0; s < 20; s++) {
          const labels = metric(`m${s % 3}`, { instance: `host-${s}` });
          samples.push({ labels, timeMs: START_MS + i * 15_000, value: s * 100 + i * (s % 2 ? 1 : 0.25) });
        }
      }
      expect(await write(samples)).toEqual({
        accepted: 1000,
        exemplars: 0,
        refusedRows: [],
        refusedCodes: [],
      });
      await expectAnswer(samples);
    });

    it('keeps every bit of special values', async () => {
      const values = [
        0,
        -0,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        5e-324,
        1.7976931348623157e308,
      ];
      const bits = [STALE, '7ff8000000000000', 'fff8000000000001', '7ff8deadbeef1234', 'ffffffffffffffff'];
      const samples: Sample[] = [];
      [...values, ...bits].forEach((value, i) => {
        samples.push({ labels: metric('mixed'), timeMs: START_MS + i, value });
        samples.push({ labels: metric('alone', { i: String(i) }), timeMs: START_MS, value });
        samples.push({ labels: metric('twice', { i: String(i) }), timeMs: START_MS, value });
        samples.push({ labels: metric('twice', { i: String(i) }), timeMs: START_MS + 1, value });
      });
      await write(samples);
      await expectAnswer(samples);
    });

    it('takes samples in any order, the later written winning, and counts overwrites by another value', async () => {
      const samples: Sample[] = [];
      for (const offset of [5, 3, 9, 3, 1, 9, 9, 0]) {
        samples.push({ labels: metric('m'), timeMs: START_MS + offset, value: samples.length });
      }
      samples.push({ labels: metric('same'), timeMs: START_MS, value: 4 });
      samples.push({ labels: metric('same'), timeMs: START_MS, value: 4 });
      await write(samples);
      const expected = expectedOf(samples);
      expect(await selectAll(store)).toEqual(expected);
      await store.flush();
      expect(store.stats().overwrites).toBe(3);
      expect(await selectAll(store)).toEqual(expected);
    });

    it('lets a later run and then the head win over earlier ones', async () => {
      const samples: Sample[] = [];
      for (let round = 0; round < 4; round++) {
        const some = [0, 1, 2, 3].map((i) => ({
          labels: metric('m', { s: String(i % 2) }),
          timeMs: START_MS + 1000 * ((i * 3 + round) % 5),
          value: round * 10 + i + 0.5,
        }));
        samples.push(...some);
        await write(some);
        expect(await selectAll(store)).toEqual(expectedOf(samples));
        if (round < 3) await store.flush();
      }
      expect(store.stats().runs).toBe(3);
      await expectAnswer(samples);
    });

    it('takes negative times, the far future and 1970', async () => {
      const times = [-1, 0, 1, -62_135_596_800_000, 8_640_000_000_000_000, -8_640_000_000_000_000, START_MS];
      const samples = times.map((timeMs, i) => ({ labels: metric('m'), timeMs, value: i }));
      await write(samples);
      expect(await selectAll(store)).toEqual(expectedOf(samples));
      await expectAnswer(samples, [], { minMs: -1, maxMs: 0 });
    });

    it('cuts runs at windows, many of them, and answers ranges across them', async () => {
      const samples: Sample[] = [];
      for (let window = 0; window < 40; window++) {
        for (let s = 0; s < 3; s++) {
          const timeMs = START_MS + window * 2 * HOUR_MS + s * 1000;
          samples.push({ labels: metric('m', { s: String(s) }), timeMs, value: window });
        }
      }
      await write([...samples].reverse());
      await expectAnswer(samples);
      expect(store.stats().runs).toBe(40);
      const range = { minMs: START_MS + 10 * HOUR_MS, maxMs: START_MS + 14 * HOUR_MS };
      expect(await selectAll(store, [equal('s', '0')], range)).toEqual(
        expectedOf(
          samples.filter(({ labels }) => 's' in labels && labels.s === '0'),
          range,
        ),
      );
    });

    it('keeps series apart from runs of other window widths', async () => {
      const samples: Sample[] = [];
      for (const [round, windowMs] of [2 * HOUR_MS, HOUR_MS / 2, 6 * HOUR_MS].entries()) {
        await reopen({ windowMs });
        const some = Array.from({ length: 60 }, (_, i) => ({
          labels: metric('m'),
          timeMs: START_MS + i * 240_000 + (i % 3 === round ? 7 : 0),
          value: round * 1000 + i,
        }));
        samples.push(...some);
        await write(some);
      }
      await expectAnswer(samples);
    });

    it('splits long series over entries and blocks', async () => {
      const samples: Sample[] = [];
      for (let i = 0; i < 12_000; i++) {
        samples.push({
          labels: metric('long'),
          timeMs: START_MS - (START_MS % (2 * HOUR_MS)) + i * 500,
          value: Math.sin(i),
        });
        if (i % 4 === 0) samples.push({ labels: metric('short'), timeMs: START_MS + i, value: i });
      }
      await write(samples);
      await expectAnswer(samples);
      expect(store.stats().blocks).toBeGreaterThan(10);
      await expectAnswer(
        samples.filter(({ labels }) => labels.__name__ === 'short'),
        [equal('__name__', 'short')],
      );
    });

    it('gathers long disordered series', async () => {
      const samples: Sample[] = [];
      for (let i = 0; i < 20_000; i++) {
        const timeMs = START_MS + ((i * 7919) % 15_000);
        samples.push({ labels: metric('m'), timeMs, value: i });
      }
      await write(samples);
      await expectAnswer(samples);
    });

    it('flushes when a head is full and goes on', async () => {
      await reopen({ headSamplesMax: 100 });
      const samples: Sample[] = [];
      for (let i = 0; i < 1050; i++) {
        samples.push({ labels: metric('m', { s: String(i % 7) }), timeMs: START_MS + i, value: i / 3 });
      }
      await write(samples);
      expect(store.stats().flushes).toBeGreaterThanOrEqual(9);
      await expectAnswer(samples);
    });

    it('flushes when a window of the clock has closed', async () => {
      await write([{ labels: metric('m'), timeMs: START_MS, value: 1 }]);
      expect(store.stats().flushes).toBe(0);
      nowMs += 2 * HOUR_MS + WINDOW_CLOSE_GRACE_MS;
      await write([{ labels: metric('m'), timeMs: nowMs, value: 2 }]);
      await store.flush();
      const flushed = events.filter(({ type }) => type === 'flushed');
      expect(flushed).toMatchObject([{ samples: 2, runs: 2 }]);
    });

    it('matches as Prometheus does, absent labels being empty', async () => {
      const labelSets = [
        metric('http', { code: '200', job: 'api' }),
        metric('http', { code: '404', job: 'api' }),
        metric('http', { code: '500', job: 'web' }),
        metric('http', { job: 'web' }),
        metric('rpc', { code: '200' }),
        { job: 'nameless' },
      ];
      await write(labelSets.map((labels, i) => ({ labels, timeMs: START_MS, value: i })));
      const cases: [Matcher[], number[]][] = [
        [[], [0, 1, 2, 3, 4, 5]],
        [[equal('__name__', 'http')], [0, 1, 2, 3]],
        [[equal('__name__', 'http'), equal('code', '')], [3]],
        [[new Matcher('code', '!=', '')], [0, 1, 2, 4]],
        [[new Matcher('code', '!=', '200')], [1, 2, 3, 5]],
        [[new Matcher('code', '=~', '2..|4..')], [0, 1, 4]],
        [[new Matcher('code', '=~', '200|404')], [0, 1, 4]],
        [[new Matcher('code', '=~', '|200')], [0, 3, 4, 5]],
        [[new Matcher('code', '=~', '.*')], [0, 1, 2, 3, 4, 5]],
        [[new Matcher('code', '=~', '.+')], [0, 1, 2, 4]],
        [[new Matcher('code', '!~', '2..')], [1, 2, 3, 5]],
        [[equal('job', 'api'), new Matcher('code', '!~', '4.*')], [0]],
        [[equal('__name__', 'http'), equal('job', 'web'), new Matcher('code', '=~', '5..')], [2]],
        [[equal('__name__', 'none')], []],
        [[equal('unknown', 'x')], []],
        [[equal('unknown', '')], [0, 1, 2, 3, 4, 5]],
        [[equal('__name__', '')], [5]],
      ];
      for (const [matchers, wanted] of cases) {
        const found = await selectAll(store, matchers);
        const values = Object.values(found).map(([sample]) => sample.split(':')[1]);
        const expected = expectedOf(
          wanted.map((i) => ({ labels: labelSets[i], timeMs: START_MS, value: i })),
        );
        expect(found, matchers.join()).toEqual(expected);
        expect(values.length).toBe(wanted.length);
        const ids = await store.series([matchers], EVER, 0, NEVER_ABORTED);
        expect(ids.map((id) => store.labels(id).toString()).sort()).toEqual(Object.keys(expected).sort());
      }
    });

    it('lists label names and values of what is in the range', async () => {
      await write([
        { labels: metric('old', { a: '1' }), timeMs: START_MS - 20 * HOUR_MS, value: 1 },
        { labels: metric('new', { b: 'é' }), timeMs: START_MS, value: 1 },
        { labels: metric('new', { b: 'z' }), timeMs: START_MS, value: 1 },
      ]);
      const recent = { minMs: START_MS - HOUR_MS, maxMs: START_MS };
      const check = async () => {
        expect(await store.labelNames([], EVER, 0, NEVER_ABORTED)).toEqual(['__name__', 'a', 'b']);
        expect(await store.labelNames([[equal('b', 'z')]], EVER, 0, NEVER_ABORTED)).toEqual([
          '__name__',
          'b',
        ]);
        expect(await store.labelNames([], EVER, 2, NEVER_ABORTED)).toEqual(['__name__', 'a']);
        expect(await store.labelValues('b', [], EVER, 0, NEVER_ABORTED)).toEqual(['z', 'é']);
        expect(await store.labelValues('b', [], EVER, 1, NEVER_ABORTED)).toEqual(['z']);
        expect(await store.labelValues('none', [], EVER, 0, NEVER_ABORTED)).toEqual([]);
        const both = [[equal('a', '1')], [equal('b', 'z')]];
        expect(await store.labelValues('__name__', both, EVER, 0, NEVER_ABORTED)).toEqual(['new', 'old']);
        expect((await store.series(both, EVER, 0, NEVER_ABORTED)).length).toBe(2);
        expect((await store.series(both, EVER, 1, NEVER_ABORTED)).length).toBe(1);
      };
      await check();
      await store.flush();
      await check();
      expect(await store.labelNames([], recent, 0, NEVER_ABORTED)).toEqual(['__name__', 'b']);
      expect(await store.labelValues('__name__', [], recent, 0, NEVER_ABORTED)).toEqual(['new']);
      expect(await store.series([], recent, 0, NEVER_ABORTED)).toEqual([1, 2]);
    });

    it('keeps metadata, the latest of a metric', async () => {
      const batch = new WriteBatch();
      batch.metadata.push({ metric: 'b', type: 'gauge', help: 'B', unit: 'bytes' });
      batch.metadata.push({ metric: 'a', type: 'counter', help: 'old', unit: '' });
      await store.append(batch);
      batch.clear();
      batch.metadata.push({ metric: 'a', type: 'histogram', help: 'new €', unit: '' });
      await store.append(batch);
      await reopen();
      const a = { metric: 'a', type: 'histogram', help: 'new €', unit: '' };
      expect(await store.metadata(undefined, 0)).toEqual([
        a,
        { metric: 'b', type: 'gauge', help: 'B', unit: 'bytes' },
      ]);
      expect(await store.metadata(undefined, 1)).toEqual([a]);
      expect(await store.metadata('a', 0)).toEqual([a]);
      expect(await store.metadata('c', 0)).toEqual([]);
    });

    it('refuses new series past the limits, never known ones, and says which rows', async () => {
      await reopen({ limits: { series: 5, seriesPerMetric: 3 } });
      const series = (name: string, i: number) => ({
        labels: metric(name, { i: String(i) }),
        timeMs: START_MS,
        value: i,
      });
      const first = await write([0, 1, 2, 3, 0, 4].map((i) => series('a', i)));
      expect(first).toEqual({
        accepted: 4,
        exemplars: 0,
        refusedRows: [3, 5],
        refusedCodes: ['too_many_series_per_metric', 'too_many_series_per_metric'],
      });
      const second = await write([
        series('b', 0),
        series('a', 1),
        series('c', 0),
        series('d', 0),
        series('d', 0),
      ]);
      expect(second).toEqual({
        accepted: 3,
        exemplars: 0,
        refusedRows: [3, 4],
        refusedCodes: ['too_many_series', 'too_many_series'],
      });
      expect(await store.series([], EVER, 0, NEVER_ABORTED)).toHaveLength(5);
      expect(store.stats()).toMatchObject({
        series: 5,
        activeSeries: 5,
        samplesAppended: 7,
        samplesRefused: 4,
      });
    });

    it('counts the same series as active after a reopen, and fewer when windows have passed', async () => {
      await reopen({ limits: { series: 2 } });
      const at = (name: string) => [{ labels: metric(name), timeMs: nowMs, value: 1 }];
      await write([...at('a'), ...at('b')]);
      await reopen();
      expect(store.stats().activeSeries).toBe(2);
      expect((await write(at('c'))).refusedCodes).toEqual(['too_many_series']);
      nowMs += 2 * HOUR_MS;
      await write(at('a'));
      expect((await write(at('c'))).refusedCodes).toEqual(['too_many_series']);
      nowMs += 2 * HOUR_MS;
      expect((await write(at('c'))).refusedCodes).toEqual([]);
      expect((await write(at('b'))).refusedCodes).toEqual([]);
    });

    it('commits everything that arrives at once together', async () => {
      const before = store.stats().commits;
      await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          write([{ labels: metric('m'), timeMs: START_MS + i, value: i }]),
        ),
      );
      expect(store.stats().commits - before).toBeLessThan(10);
      expect(store.stats().samplesAppended).toBe(100);
    });

    it('takes an empty batch', async () => {
      expect(await store.append(new WriteBatch())).toEqual({
        accepted: 0,
        exemplars: 0,
        refusedRows: [],
        refusedCodes: [],
      });
    });

    it('limits the series of an answer, and stops when the caller aborts', async () => {
      await write(
        [0, 1, 2].map((i) => ({ labels: metric('m', { i: String(i) }), timeMs: START_MS, value: i })),
      );
      const hints = { ...NO_HINTS, limit: 2 };
      expect(Object.keys(await selectAll(store, [], EVER, { hints }))).toHaveLength(2);
      const aborted = AbortSignal.abort();
      await expect(selectAll(store, [], EVER, { signal: aborted })).rejects.toMatchObject({
        code: 'query_canceled',
      });
      await expect(store.series([], EVER, 0, aborted)).rejects.toMatchObject({ code: 'query_canceled' });
      expect(store.stats().queriesRunning).toBe(0);
    });

    it('shares the times of series that were sampled together', async () => {
      const samples: Sample[] = [];
      for (let i = 0; i < 10; i++) {
        for (const s of ['a', 'b'])
          samples.push({ labels: metric('m', { s }), timeMs: START_MS + i, value: i });
      }
      await write(samples);
      for await (const batch of store.select([], EVER, NO_HINTS, NEVER_ABORTED)) {
        expect([...batch.timeStarts.subarray(0, batch.count)]).toEqual([0, 0]);
      }
    });

    it('refuses everything after close, which is idempotent and ends running queries', async () => {
      await write([{ labels: metric('m'), timeMs: START_MS, value: 1 }]);
      const running = store.select([], EVER, NO_HINTS, NEVER_ABORTED)[Symbol.asyncIterator]();
      expect((await running.next()).done).toBe(false);
      await Promise.all([store.close(), store.close()]);
      await expect(running.next()).rejects.toMatchObject({ code: 'store_closed' });
      await expect(write([])).rejects.toMatchObject({ code: 'store_closed' });
      await expect(store.flush()).rejects.toMatchObject({ code: 'store_closed' });
      await expect(selectAll(store)).rejects.toMatchObject({ code: 'store_closed' });
      await expect(store.series([], EVER, 0, NEVER_ABORTED)).rejects.toMatchObject({ code: 'store_closed' });
    });

    it('answers a query the same while samples, flushes and other queries go on (S2)', async () => {
      await reopen({ headSamplesMax: 500 });
      const written: Sample[] = [];
      const writer = (async () => {
        for (let i = 0; i < 40; i++) {
          const some = Array.from({ length: 50 }, (_, s) => ({
            labels: metric('m', { s: String(s) }),
            timeMs: START_MS + i * 1000,
            value: i + s / 7,
          }));
          await write(some);
          written.push(...some);
        }
      })();
      let isDone = false;
      const end = () => {
        isDone = true;
      };
      writer.then(end, end);
      while (!isDone) {
        // A database in memory answers without a turn of the event loop, which the flush needs.
        await nextTurn();
        const atLeast = expectedOf(written);
        const found = await selectAll(store);
        for (const [series, samples] of Object.entries(atLeast)) {
          expect(found[series].slice(0, samples.length)).toEqual(samples);
        }
      }
      await writer;
      await expectAnswer(written);
    });
  });
}
