import { describe, expect, it } from 'vitest';
import type { AppendOptions } from './commit/pendingAppend.js';
import { openMemoryStore } from './kv/memoryStore.js';
import { HOUR_MS } from './limits.js';
import { openStore, type Store } from './store.js';
import { batchByReference, batchOf, FaultyStore, NEVER_ABORTED } from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';

const WINDOW_MS = 2 * HOUR_MS;
const START_MS = 1_700_000_000_000 - (1_700_000_000_000 % WINDOW_MS);

class Subject {
  nowMs = START_MS;
  readonly kv: FaultyStore;
  readonly #options: StoreOptions;
  store!: Store;

  constructor(kv: FaultyStore, options: StoreOptions) {
    this.kv = kv;
    this.#options = options;
  }

  async open(): Promise<void> {
    this.store = await openStore({ ...this.#options, kv: this.kv, now: () => this.nowMs });
  }

  async reopen(): Promise<void> {
    await this.store.close();
    this.kv.failAfter(undefined);
    await this.kv.reopen();
    await this.open();
  }

  /** Appends a sample of each series, given as `metric/name`; rows count from 0. */
  append(series: readonly string[], options?: AppendOptions) {
    const samples = series.map((path) => {
      const [metric, name] = path.split('/');
      return { labels: { __name__: metric, name }, timeMs: this.nowMs, value: 1 };
    });
    return this.store.append(batchOf(samples), options);
  }

  get active(): number {
    return this.store.stats().activeSeries;
  }
}

async function setUp(options: StoreOptions): Promise<Subject> {
  const subject = new Subject(new FaultyStore(await openMemoryStore()), options);
  await subject.open();
  return subject;
}

function names(metric: string, prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${metric}/${prefix}${i}`);
}

describe('room for new series', () => {
  it('is never given twice to batches that come together', async () => {
    const subject = await setUp({ limits: { series: 470, seriesPerMetric: 190 } });
    const quota = { id: 'shared', seriesMax: 100 };
    const verdicts = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        i % 3 === 2
          ? subject.append(names('keyed', `${i}.`, 50), { quota })
          : subject.append(names(i % 3 === 0 ? 'a' : 'b', `${i}.`, 50)),
      ),
    );
    const accepted = (rest: number) =>
      verdicts.filter((_, i) => i % 3 === rest).reduce((sum, one) => sum + one.accepted, 0);
    expect(accepted(0)).toBe(190);
    expect(accepted(1)).toBe(180);
    expect(accepted(2)).toBe(100);
    expect(subject.store.stats()).toMatchObject({ activeSeries: 470, series: 470 });
    const codes = new Set(verdicts.flatMap(({ refusedCodes }) => refusedCodes));
    expect(codes).toEqual(
      new Set(['too_many_series', 'too_many_series_per_metric', 'too_many_series_per_key']),
    );
    await subject.store.close();
  });

  it('is given back when the write fails, also that of series which were idle (S1)', async () => {
    const subject = await setUp({ limits: { series: 4, seriesPerMetric: 3 } });
    const quota = { id: 'key', seriesMax: 2 };
    await subject.append(['a/known', 'a/idle']);
    await subject.store.flush();
    subject.nowMs += 2 * WINDOW_MS;
    await subject.append(['a/known'], { quota });
    expect(subject.active).toBe(1);
    subject.kv.failAfter({ writes: 0, kind: 'failure' });
    const failing = [
      subject.append(['a/known', 'a/idle', 'a/new'], { quota }),
      subject.append(['b/other', 'b/more']),
    ];
    for (const one of failing) await expect(one).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(subject.active).toBe(1);
    const census = await subject.store.census({ matcherSets: [], listed: 5 }, NEVER_ABORTED);
    expect(census).toMatchObject({ active: 1, indexed: 2, quotas: [{ id: 'key', active: 1 }] });
    expect(census.growth.total.lastDay).toBe(2);
    await subject.reopen();
    // All of the room is there again, and not more.
    const verdicts = await subject.append(['a/1', 'a/2', 'a/3', 'b/1', 'b/2', 'a/known']);
    expect(verdicts).toMatchObject({
      accepted: 4,
      refusedRows: [2, 4],
      refusedCodes: ['too_many_series_per_metric', 'too_many_series'],
    });
    await subject.store.close();
  });

  it('is taken by what reappears of a write of which only the sync failed', async () => {
    const subject = await setUp({ limits: { series: 2 } });
    subject.kv.failAfter({ writes: 0, kind: 'syncFailure' });
    await expect(subject.append(['a/1'])).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(subject.active).toBe(0);
    await subject.reopen();
    expect(subject.active).toBe(1);
    expect((await subject.append(['a/2', 'a/3'])).refusedCodes).toEqual(['too_many_series']);
    await subject.store.close();
  });

  it('is not asked for by series that are known, however many others come and go', async () => {
    const subject = await setUp({ limits: { series: 30, seriesPerMetric: 20 } });
    const quota = { id: 'key', seriesMax: 5 };
    const steady = names('steady', '', 20);
    expect((await subject.append(steady)).accepted).toBe(20);
    const idle: string[] = [];
    for (let window = 1; window <= 12; window++) {
      const fresh = names('churn', `${window}.`, 15);
      const before = await subject.append([...steady, ...fresh.slice(0, 5)]);
      expect(before.refusedRows.every((row) => row >= 20)).toBe(true);
      const { refusedRows } = await subject.append([...fresh, ...steady], { quota });
      expect(refusedRows.every((row) => row < 15)).toBe(true);
      expect(refusedRows.length).toBeGreaterThan(0);
      expect(subject.active).toBeLessThanOrEqual(30);
      idle.push(...fresh.filter((_, i) => !refusedRows.includes(i)));
      subject.nowMs += WINDOW_MS;
    }
    expect(idle.length).toBeGreaterThan(20);
    // All that ever were in come back at once, past every limit: they are known.
    expect(await subject.append([...steady, ...idle], { quota })).toMatchObject({
      accepted: 20 + idle.length,
      refusedRows: [],
    });
    expect(subject.active).toBe(20 + idle.length);
    expect((await subject.append(['steady/one more'])).refusedCodes).toEqual(['too_many_series']);
    await subject.store.close();
  });
});

describe('the series of a quota', () => {
  it('are those it brought in, as long as they are active; others may write to them', async () => {
    const subject = await setUp({});
    const [a, b] = [{ quota: { id: 'a', seriesMax: 2 } }, { quota: { id: 'b', seriesMax: 2 } }];
    await subject.append(['m/nobody']);
    // What is known takes no room, although nobody's quota has it.
    expect((await subject.append(['m/nobody', 'm/1', 'm/2', 'm/3'], a)).refusedCodes).toEqual([
      'too_many_series_per_key',
    ]);
    // The other has room of its own, which known series do not take.
    expect((await subject.append(['m/1', 'm/2', 'm/4', 'm/5', 'm/6'], b)).refusedRows).toEqual([4]);
    expect((await subject.append(['m/7'])).accepted).toBe(1);
    const uses = async () => {
      const { quotas } = await subject.store.census({ matcherSets: [], listed: 5 }, NEVER_ABORTED);
      return Object.fromEntries(quotas.map(({ id, active }) => [id, active]));
    };
    expect(await uses()).toEqual({ a: 2, b: 2 });
    subject.nowMs += WINDOW_MS;
    await subject.append(['m/1'], b);
    subject.nowMs += WINDOW_MS;
    // Only m/1 is still active, and it is not b's although b wrote to it last.
    await subject.append(['m/1'], b);
    expect(await uses()).toEqual({ a: 1 });
    expect((await subject.append(['m/8', 'm/9'], a)).refusedRows).toEqual([1]);
    // One that was idle is of whoever brings it back.
    expect((await subject.append(['m/2'], b)).accepted).toBe(1);
    expect(await uses()).toEqual({ a: 2, b: 1 });
    await subject.store.close();
  });

  it('are learned anew after a reopen from those who write to them', async () => {
    const subject = await setUp({});
    const a = { quota: { id: 'a', seriesMax: 2 } };
    await subject.append(['m/1', 'm/2'], a);
    await subject.reopen();
    await subject.append(['m/1', 'm/2'], a);
    expect((await subject.append(['m/3'], a)).refusedCodes).toEqual(['too_many_series_per_key']);
    await subject.store.close();
  });

  it('are counted where series that were idle are named by reference, too', async () => {
    const subject = await setUp({});
    const sample = (name: string) => ({ labels: { __name__: 'm', name }, timeMs: START_MS, value: 1 });
    const batch = batchOf([sample('1'), sample('2')]);
    await subject.store.append(batch);
    const known = [0, 1].map((i) => ({ reference: batch.references[i], timeMs: START_MS + 1, value: 2 }));
    const quota = { id: 'a', seriesMax: 2 };
    const write = () => subject.store.append(batchByReference(known, subject.store.numbering), { quota });
    await write();
    expect((await subject.append(['m/3'], { quota })).accepted).toBe(1);
    subject.nowMs += 2 * WINDOW_MS;
    await write();
    expect((await subject.append(['m/4'], { quota })).refusedCodes).toEqual(['too_many_series_per_key']);
    await subject.store.close();
  });
});

it('exempt series are let in past every limit, and count for it', async () => {
  const subject = await setUp({ limits: { series: 2, seriesPerMetric: 2, indexedSeries: 2 } });
  await subject.append(['m/1', 'm/2']);
  expect((await subject.append(['m/3'])).accepted).toBe(0);
  expect((await subject.append(['m/own'], { isExempt: true })).accepted).toBe(1);
  expect(subject.active).toBe(3);
  expect((await subject.append(['n/1'])).refusedCodes).toEqual(['too_many_series']);
  await subject.store.close();
});
