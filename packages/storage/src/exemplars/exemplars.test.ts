import { Matcher } from '@tinyobs/model';
import { beforeEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '../kv/memoryStore.js';
import { DAY_MS, EXEMPLAR_BYTES, HOUR_MS } from '../limits.js';
import { openStore, type Store } from '../store.js';
import {
  batchByReference,
  batchOf,
  EVER,
  entriesOf,
  FaultyStore,
  NEVER_ABORTED,
} from '../storeFixture.suite.js';
import type { StoreOptions } from '../storeOptions.js';
import { batchWith, exemplarsOf, type Given, samplesFor, tracesOf } from './exemplarFixture.suite.js';

const START_MS = 1_700_000_000_000;
const A = { __name__: 'a' };
const B = { __name__: 'b', job: 'x' };

let kv: FaultyStore;
let nowMs: number;
let options: StoreOptions;
let store: Store;

async function open(more: StoreOptions = {}): Promise<void> {
  options = { ...options, ...more };
  store = await openStore({ ...options, kv, now: () => nowMs });
}

async function reopen(more: StoreOptions = {}): Promise<void> {
  await store.close();
  await kv.reopen();
  await open(more);
}

/** As the end of a process does, without what `close` would write. */
async function crash(): Promise<void> {
  kv.failure = new Error('gone');
  await store.close().catch(() => undefined);
  kv.failure = undefined;
  await kv.reopen();
  await open();
}

beforeEach(async () => {
  kv = new FaultyStore(await openMemoryStore());
  nowMs = START_MS;
  options = {};
  await open();
  return () => store.close();
});

function given(trace: string, more: Partial<Given> = {}): Given {
  return { series: A, trace, timeMs: START_MS, value: 1.5, ...more };
}

/** Keeps exemplars, of series that have samples. */
async function keep(...some: readonly Given[]): Promise<number> {
  const { exemplars } = await store.append(batchWith(some, samplesFor(some)));
  return exemplars;
}

describe('exemplars', () => {
  it('are found by series and time, in order of time, also when the store was opened again', async () => {
    const kept = await keep(
      given('late', { timeMs: START_MS + 2 }),
      given('early', { value: Number.NaN }),
      given('other', { series: B, timeMs: START_MS + 1, value: -0 }),
    );
    expect(kept).toBe(3);
    for (const again of [undefined, reopen, crash]) {
      await again?.();
      expect(await exemplarsOf(store)).toEqual({
        a: [`early@${START_MS}=NaN`, `late@${START_MS + 2}=1.5`],
        'b{job="x"}': [`other@${START_MS + 1}=0`],
      });
      const matchers = [new Matcher('job', '=', 'x')];
      expect(Object.keys(await exemplarsOf(store, { matchers }))).toEqual(['b{job="x"}']);
      const range = { minMs: START_MS + 1, maxMs: START_MS + 1 };
      expect(Object.keys(await exemplarsOf(store, { range }))).toEqual(['b{job="x"}']);
      expect(await exemplarsOf(store, { limit: 1 })).toEqual({ a: [`late@${START_MS + 2}=1.5`] });
    }
    const either = [[new Matcher('__name__', '=', 'a')], [new Matcher('__name__', '=~', 'a|b')]];
    expect(await store.exemplars(either, EVER, 10, NEVER_ABORTED)).toHaveLength(2);
  });

  it('that are sent again are there once, and count as kept', async () => {
    const some = [given('one'), given('two'), given('one')];
    expect(await keep(...some)).toBe(3);
    expect(await keep(...some)).toBe(3);
    await reopen();
    expect(await keep(...some)).toBe(3);
    expect(await tracesOf(store)).toEqual(['one', 'two']);
    // Any other field makes another one.
    const others = [
      given('one', { value: 2 }),
      given('one', { timeMs: START_MS + 1 }),
      given('one', { series: B }),
    ];
    expect(await keep(...others)).toBe(3);
    expect(await tracesOf(store)).toEqual(['one', 'one', 'one', 'one', 'two']);
    expect(store.stats()).toMatchObject({ exemplars: 5, exemplarsEvicted: 0 });
  });

  it('need a series that is known, if only by a sample beside them', async () => {
    expect(await store.append(batchWith([given('orphan')]))).toMatchObject({ accepted: 0, exemplars: 0 });
    expect(store.stats().series).toBe(0);
    expect(await keep(given('first'))).toBe(1);
    expect((await store.append(batchWith([given('alone')]))).exemplars).toBe(1);
    expect(await tracesOf(store)).toEqual(['alone', 'first']);
  });

  it('may name their series by the reference of the store alone', async () => {
    const batch = batchOf([{ labels: A, timeMs: START_MS, value: 1 }]);
    await store.append(batch);
    const [reference] = batch.references;
    const later = batchByReference([{ reference, timeMs: START_MS + 1, value: 2 }], store.numbering);
    later.exemplars.push({ ...batchWith([given('by reference')]).exemplars[0], series: 0 });
    expect(await store.append(later)).toMatchObject({ accepted: 1, exemplars: 1 });
    expect(await tracesOf(store)).toEqual(['by reference']);
  });

  it('are refused with their series, and with what is older than samples may be', async () => {
    await reopen({ limits: { seriesPerMetric: 1 }, retention: { rawMs: HOUR_MS } });
    const series = ['1', '2'].map((i) => ({ ...A, i }));
    const some = series.map((one, i) => given(`trace ${i}`, { series: one }));
    const old = given('old', { series: series[0], timeMs: START_MS - HOUR_MS - 1 });
    const verdicts = await store.append(batchWith([...some, old], samplesFor(some)));
    expect(verdicts).toMatchObject({
      accepted: 1,
      exemplars: 1,
      refusedCodes: ['too_many_series_per_metric'],
    });
    expect(await tracesOf(store)).toEqual(['trace 0']);
  });

  it('of more than one commit takes are kept all the same', async () => {
    const many = Array.from({ length: 10_000 }, (_, i) => given(`t${i}`));
    expect((await store.append(batchWith(many, samplesFor(many.slice(0, 1))))).exemplars).toBe(10_000);
    expect(store.stats().commits).toBe(3);
    await reopen();
    expect(await tracesOf(store)).toEqual(many.map(({ trace }) => trace).sort());
  });
});

describe('the number of exemplars', () => {
  const keepEach = async (count: number, from = 0) => {
    for (let i = from; i < from + count; i++) await keep(given(`t${i}`, { timeMs: START_MS + i }));
  };

  it('is bounded: the oldest go, from the disk as well (S6)', async () => {
    await reopen({ exemplarsMax: 5 });
    await keepEach(8);
    expect(await tracesOf(store)).toEqual(['t3', 't4', 't5', 't6', 't7']);
    expect(store.stats()).toMatchObject({ exemplars: 5, exemplarsEvicted: 3 });
    await store.compact();
    expect(await entriesOf(kv, 'x/')).toHaveLength(5);
    const atOnce = Array.from({ length: 7 }, (_, i) => given(`u${i}`));
    expect(await keep(...atOnce)).toBe(7);
    for (const again of [undefined, reopen]) {
      await again?.();
      expect(await tracesOf(store)).toEqual(['u2', 'u3', 'u4', 'u5', 'u6']);
    }
  });

  it('may change while the store is open, and be none', async () => {
    await keepEach(4);
    store.reconfigure({ exemplarsMax: 2 });
    await expect.poll(() => entriesOf(kv, 'x/')).toHaveLength(2);
    expect(await tracesOf(store)).toEqual(['t2', 't3']);
    store.reconfigure({ exemplarsMax: 0 });
    expect(await keep(given('none'))).toBe(0);
    await expect.poll(() => entriesOf(kv, 'x/')).toEqual([]);
    expect([await tracesOf(store), store.stats().exemplars]).toEqual([[], 0]);
    store.reconfigure({});
    await keepEach(1, 9);
    await reopen({ exemplarsMax: 0 });
    expect(await tracesOf(store)).toEqual([]);
    expect(() => store.reconfigure({ exemplarsMax: -1 })).toThrow(
      /exemplarsMax must be a whole number from 0/,
    );
  });

  it('is bounded by what they take of memory too', async () => {
    const labelBytes = 2 + 'trace_id'.length + 't0'.length;
    await reopen({ exemplarBytesMax: 3 * (EXEMPLAR_BYTES + labelBytes) });
    await keepEach(5);
    expect(await tracesOf(store)).toEqual(['t2', 't3', 't4']);
    expect(store.stats().exemplarBytes).toBe(3 * (EXEMPLAR_BYTES + labelBytes));
  });
});

describe('exemplars of series that are deleted', () => {
  const remove = (name: string, range = EVER) =>
    store.deleteSeries([[new Matcher('__name__', '=', name)]], range);

  it('go with the samples of their time; those written later live', async () => {
    await keep(given('gone'), given('later', { timeMs: START_MS + 1 }), given('other', { series: B }));
    await remove('a', { minMs: 0, maxMs: START_MS });
    await keep(given('again'));
    for (const look of [undefined, crash]) {
      await look?.();
      expect(await tracesOf(store)).toEqual(['again', 'later', 'other']);
    }
    const stored = (await entriesOf(kv, 'x/')).map(([, value]) => Buffer.from(value).toString('latin1'));
    expect(stored.filter((text) => text.includes('gone'))).toEqual([]);
    expect(stored).toHaveLength(2);
  });

  it('stay when the deletion cannot be written', async () => {
    await keep(given('kept'));
    kv.failure = new Error('IO error: broken');
    await expect(remove('a')).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(await tracesOf(store)).toEqual(['kept']);
    await crash();
    expect(await tracesOf(store)).toEqual(['kept']);
  });

  it('can be of all series', async () => {
    await keep(given('a'), given('b', { series: B }));
    await store.deleteSeries([[]], EVER);
    expect(await tracesOf(store)).toEqual([]);
    await reopen();
    expect(await tracesOf(store)).toEqual([]);
    expect(await keep(given('new'))).toBe(1);
  });
});

describe('retention', () => {
  it('hides exemplars as soon as it hides samples, and removes them then', async () => {
    await reopen({ retention: { rawMs: HOUR_MS } });
    await keep(given('first'));
    await keep(given('second', { timeMs: START_MS + 1 }));
    nowMs += HOUR_MS + 1;
    expect(await tracesOf(store)).toEqual(['second']);
    expect(await entriesOf(kv, 'x/')).toHaveLength(2);
    await store.compact();
    expect(await entriesOf(kv, 'x/')).toHaveLength(1);
    await crash();
    expect(await tracesOf(store)).toEqual(['second']);
    expect(store.stats().exemplarsEvicted).toBe(0);
  });

  it('by matchers hides those of its series, and removes them once they are many', async () => {
    await reopen({ retention: { byMatchers: [{ matchers: [new Matcher('job', '=', 'x')], ms: HOUR_MS }] } });
    const others = Array.from({ length: 8 }, (_, i) => given(`a${i}`));
    await keep(...others, given('b0', { series: B }));
    nowMs += HOUR_MS + 1;
    const traces = others.map(({ trace }) => trace);
    expect(await tracesOf(store)).toEqual(traces);
    await store.compact();
    expect(store.stats().exemplars).toBe(9);
    await keep(given('b1', { series: B, timeMs: nowMs - HOUR_MS - 1 }));
    await store.compact();
    expect(store.stats().exemplars).toBe(8);
    await reopen();
    expect(await tracesOf(store)).toEqual(traces);
  });
});

describe('a series', () => {
  it('is not forgotten while it has exemplars, and is when they have gone', async () => {
    await keep(given('kept'));
    await store.flush();
    await reopen({ retention: { sizeBytesMax: 1 } });
    // A later window, for which the first one goes.
    nowMs += 2 * DAY_MS;
    await store.append(batchOf([{ labels: B, timeMs: nowMs, value: 1 }]));
    await store.flush();
    for (const look of [undefined, reopen]) {
      await look?.();
      await store.compact();
      expect(store.stats()).toMatchObject({ series: 2, seriesForgotten: 0 });
      expect(await exemplarsOf(store)).toEqual({ a: [`kept@${START_MS}=1.5`] });
    }
    store.reconfigure({ exemplarsMax: 0, retention: { sizeBytesMax: 1 } });
    await store.compact();
    expect(store.stats()).toMatchObject({ series: 1, seriesForgotten: 1, exemplars: 0 });
    await reopen();
    expect(store.stats().series).toBe(1);
  });
});

describe('a commit that fails (S1, S5)', () => {
  it('shows none of its exemplars, before and after', async () => {
    await keep(given('kept'));
    kv.failure = new Error('IO error: broken');
    await expect(keep(given('lost'))).rejects.toMatchObject({ code: 'store_write_failed' });
    expect([await tracesOf(store), store.stats().exemplars]).toEqual([['kept'], 1]);
    await crash();
    expect(await tracesOf(store)).toEqual(['kept']);
  });

  it('may leave all of them when only its sync failed', async () => {
    kv.syncFailure = new Error('fsync failed');
    await expect(keep(given('perhaps'), given('so'))).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(await tracesOf(store)).toEqual([]);
    kv.syncFailure = undefined;
    await crash();
    expect(await tracesOf(store)).toEqual(['perhaps', 'so']);
  });

  it('shows exemplars with the samples of their commit, not before', async () => {
    kv.closeGate((key) => key[0] === 'x'.charCodeAt(0));
    const kept = keep(given('slow'));
    expect(await tracesOf(store)).toEqual([]);
    kv.openGate();
    expect(await kept).toBe(1);
    expect(await tracesOf(store)).toEqual(['slow']);
  });
});
