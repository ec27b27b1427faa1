import { Matcher } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import type { KeyValueStore } from './kv/keyValueStore.js';
import { openMemoryStore } from './kv/memoryStore.js';
import { DAY_MS, HOUR_MS } from './limits.js';
import { openStore, type Store } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import {
  batchByReference,
  batchOf,
  EVER,
  entriesOf,
  expectedOf,
  FaultyStore,
  NEVER_ABORTED,
  NO_HINTS,
  type Sample,
  selectAll,
} from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';

const START_MS = Math.floor(1_700_000_000_000 / DAY_MS) * DAY_MS;

/** A store with a clock of its own, and all that was written to it. */
class Subject {
  nowMs = START_MS;
  readonly kv: KeyValueStore;
  readonly events: StoreEvent[] = [];
  readonly samples: Sample[] = [];
  readonly #options: StoreOptions;
  store!: Store;

  constructor(kv: KeyValueStore, options: StoreOptions) {
    this.kv = kv;
    this.#options = options;
  }

  async open(): Promise<void> {
    const onEvent = (event: StoreEvent) => void this.events.push(event);
    this.store = await openStore({ ...this.#options, kv: this.kv, now: () => this.nowMs, onEvent });
  }

  /** A sample of each series, now, in blocks. */
  async write(names: readonly string[]): Promise<void> {
    const samples = names.map((name, i) => ({
      labels: { __name__: 'm', name },
      timeMs: this.nowMs,
      value: i,
    }));
    expect(await this.store.append(batchOf(samples))).toMatchObject({ accepted: names.length });
    this.samples.push(...samples);
    await this.store.flush();
  }

  async wait(ms: number): Promise<void> {
    this.nowMs += ms;
    await this.store.compact();
  }

  /** Takes the database away as the end of a process does, and opens it again. */
  async crash(): Promise<void> {
    await this.kv.close();
    await this.store.close().catch(() => undefined);
    await this.kv.reopen();
    await this.open();
  }

  async expectKept(rawMs: number): Promise<void> {
    const kept = this.samples.filter(({ timeMs }) => timeMs >= this.nowMs - rawMs);
    expect(await selectAll(this.store)).toEqual(expectedOf(kept));
  }

  ids(): Promise<number[]> {
    return this.store.series([], EVER, 0, NEVER_ABORTED);
  }
}

async function setUp(options: StoreOptions, kv?: KeyValueStore): Promise<Subject> {
  const subject = new Subject(kv ?? (await openMemoryStore()), options);
  await subject.open();
  return subject;
}

const RAW_MS = 3 * DAY_MS;
const RETENTION = { retention: { rawMs: RAW_MS } };

describe('a series that nothing is kept of', () => {
  it('is forgotten, and is a new one when it comes back', async () => {
    const subject = await setUp(RETENTION);
    await subject.write(['a', 'b']);
    await subject.wait(4 * DAY_MS);
    await subject.write(['b']);
    expect(subject.store.stats()).toMatchObject({ series: 1, seriesForgotten: 2 });
    expect(subject.events.filter(({ type }) => type === 'forgotten')).toMatchObject([{ series: 2 }]);
    expect(await subject.ids()).toEqual([2]);
    await subject.expectKept(RAW_MS);
    await subject.crash();
    expect(subject.store.stats().series).toBe(1);
    expect(await subject.ids()).toEqual([2]);
    await subject.write(['a']);
    expect(await subject.ids()).toEqual([2, 3]);
    await subject.expectKept(RAW_MS);
    await subject.store.close();
  });

  it('is not forgotten as long as it is active, in a head, or in a run of any resolution', async () => {
    const subject = await setUp({ retention: { rawMs: DAY_MS, rollup1hMs: 9 * DAY_MS } });
    await subject.write(['rolled up', 'deleted']);
    await subject.wait(3 * HOUR_MS);
    await subject.store.deleteSeries([[new Matcher('name', '=', 'deleted')]], EVER);
    await subject.store.cleanTombstones();
    expect(subject.store.stats().series).toBe(2);
    await subject.wait(2 * HOUR_MS);
    expect(subject.store.stats()).toMatchObject({ series: 1, seriesForgotten: 1 });
    await subject.wait(3 * DAY_MS);
    expect(subject.store.stats()).toMatchObject({ series: 1, windowsRolledUp: 1 });
    const late = { labels: { __name__: 'm', name: 'in a head' }, timeMs: subject.nowMs, value: 1 };
    await subject.store.append(batchOf([late]));
    await subject.wait(8 * DAY_MS);
    expect(await selectAll(subject.store)).toEqual(expectedOf([late]));
    expect(subject.store.stats()).toMatchObject({ series: 1, seriesForgotten: 2 });
    await subject.store.close();
  });

  it('is known again by its reference, also in a batch that was made before it was forgotten', async () => {
    const subject = await setUp(RETENTION);
    const { store } = subject;
    const first = batchOf(
      ['a', 'b'].map((name) => ({ labels: { __name__: name }, timeMs: START_MS, value: 0 })),
    );
    await store.append(first);
    await store.flush();
    const { numbering } = store;
    const nowMs = START_MS + 4 * DAY_MS;
    const [a, b] = first.references;
    const late = [a, b].map((reference, i) => ({ reference, timeMs: nowMs, value: i + 1 }));
    const early = batchByReference(late, numbering);
    await subject.wait(4 * DAY_MS);
    expect(store.stats()).toMatchObject({ series: 0, seriesForgotten: 2 });
    expect(store.numbering).not.toBe(numbering);
    expect(await store.append(early)).toMatchObject({ accepted: 2 });
    expect([...early.references.subarray(0, 2)]).toEqual([3, 4]);
    const expected = expectedOf(
      ['a', 'b'].map((name, i) => ({ labels: { __name__: name }, timeMs: nowMs, value: i + 1 })),
    );
    expect(await selectAll(store)).toEqual(expected);
    // Long after, nobody can tell what such a reference stood for.
    await subject.wait(HOUR_MS);
    await expect(store.append(batchByReference(late, numbering))).rejects.toMatchObject({
      code: 'store_busy',
    });
    expect(await selectAll(store)).toEqual(expected);
    await store.close();
  });

  it('turns a batch away that names it and waits until nobody can tell what it was', async () => {
    const kv = new FaultyStore(await openMemoryStore());
    const subject = await setUp(RETENTION, kv);
    const { store } = subject;
    const first = batchOf([{ labels: { __name__: 'a' }, timeMs: START_MS, value: 0 }]);
    await store.append(first);
    await store.flush();
    const { numbering } = store;
    const [reference] = first.references;
    await subject.wait(4 * DAY_MS);
    expect(store.stats()).toMatchObject({ series: 0, seriesForgotten: 1 });
    const samples = [1, 2].map((value) => ({
      labels: { __name__: 'b' },
      timeMs: subject.nowMs + value,
      value,
    }));
    let written: Promise<unknown> = Promise.resolve();
    await new Promise<void>((isWriting) => {
      kv.closeGate((key) => {
        if (key[0] !== 'w'.charCodeAt(0)) return false;
        isWriting();
        return true;
      });
      written = store.append(batchOf(samples.slice(0, 1)));
    });
    const late = batchByReference([{ reference, timeMs: subject.nowMs, value: 1 }], numbering);
    const refused = expect(store.append(late)).rejects.toMatchObject({ code: 'store_busy' });
    await subject.wait(HOUR_MS);
    kv.openGate();
    await refused;
    expect(await written).toMatchObject({ accepted: 1 });
    expect(await store.append(batchOf(samples.slice(1)))).toMatchObject({ accepted: 1 });
    expect(await selectAll(store)).toEqual(expectedOf(samples));
    await store.close();
  });

  it('keeps its labels for those who read it', async () => {
    const subject = await setUp(RETENTION);
    const { store } = subject;
    await subject.write(['a', 'b', 'unread']);
    const reading = store.select([], EVER, NO_HINTS, NEVER_ABORTED)[Symbol.asyncIterator]();
    const batch = await reading.next();
    expect(batch.done).toBe(false);
    await subject.wait(4 * DAY_MS);
    await subject.wait(DAY_MS);
    expect(store.stats()).toMatchObject({ series: 0, seriesForgotten: 3 });
    expect([0, 1].map((id) => store.labelValue(id, 'name'))).toEqual(['a', 'b']);
    expect((await reading.next()).done).toBe(true);
    expect(store.labelValue(1, 'name')).toBe('b');
    await subject.wait(0);
    await subject.write(['c']);
    const isBusy = expect.objectContaining({ code: 'store_busy' }) as unknown as Error;
    expect(() => store.labelValue(2, 'name')).toThrow(isBusy);
    expect(() => store.labels(2)).toThrow(isBusy);
    await store.close();
  });

  it('leaves answers that were kept of its metric no longer true', async () => {
    const subject = await setUp(RETENTION);
    const { store } = subject;
    await subject.write(['a']);
    await store.deleteSeries([[]], EVER);
    await store.cleanTombstones();
    const mark = store.mark();
    await subject.wait(5 * HOUR_MS);
    expect(store.stats().series).toBe(0);
    await subject.write(['a']);
    expect(store.changedSince(mark, ['m'])).toEqual([
      { minMs: subject.nowMs, maxMs: Number.POSITIVE_INFINITY },
    ]);
    await store.close();
  });
});

/** Names so long that some 60 series fill a group. */
const longNames = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${from + i}-${'x'.repeat(4000)}`);

/** A store of which all but every 50th of 1,000 series are to be forgotten with the next compaction. */
async function setUpGroups(kv: KeyValueStore): Promise<Subject> {
  const subject = await setUp(RETENTION, kv);
  for (let i = 0; i < 1000; i += 250) await subject.write(longNames(i, i + 250));
  subject.nowMs += 2 * DAY_MS;
  await subject.write(longNames(0, 1000).filter((_, i) => i % 50 === 0));
  subject.nowMs += 2 * DAY_MS;
  return subject;
}

describe('groups of series', () => {
  it('are joined when most of their series are forgotten, and opened again', async () => {
    const subject = await setUpGroups(await openMemoryStore());
    expect((await entriesOf(subject.kv, 's/')).length).toBeGreaterThan(30);
    await subject.store.compact();
    expect(subject.store.stats()).toMatchObject({ series: 20, seriesForgotten: 980 });
    // One of old series, the last one, and each twice.
    expect(await entriesOf(subject.kv, 's/')).toHaveLength(4);
    await subject.crash();
    expect(subject.store.stats()).toMatchObject({ series: 20 });
    await subject.expectKept(RAW_MS);
    await subject.write(longNames(900, 1100));
    expect((await subject.ids()).slice(20)).toEqual(Array.from({ length: 198 }, (_, i) => 1000 + i));
    await subject.crash();
    await subject.expectKept(RAW_MS);
    await subject.wait(9 * DAY_MS);
    expect(subject.store.stats().series).toBe(0);
    await subject.crash();
    await subject.write(['a']);
    expect(await subject.ids()).toEqual([1198]);
    await subject.store.close();
  });

  it.each(['failure', 'syncFailure'] as const)(
    'are whole wherever the process ends, by a %s of writing',
    async (kind) => {
      for (let writes = 0; ; writes++) {
        const kv = new FaultyStore(await openMemoryStore());
        const subject = await setUpGroups(kv);
        kv.failAfter({ writes, kind });
        const ended = await subject.store.compact().then(
          () => 'whole',
          (error: unknown) => error,
        );
        if (ended !== 'whole') expect(ended).toMatchObject({ code: 'store_write_failed' });
        await subject.kv.close();
        await subject.store.close().catch(() => undefined);
        kv.failAfter(undefined);
        await subject.kv.reopen();
        await subject.open();
        await subject.store.compact();
        expect(subject.store.stats().series).toBe(20);
        expect(await entriesOf(kv, 's/')).toHaveLength(4);
        await subject.write(longNames(45, 55));
        await subject.expectKept(RAW_MS);
        await subject.crash();
        await subject.expectKept(RAW_MS);
        await subject.store.close();
        if (ended === 'whole') break;
      }
    },
  );
});

describe('the limit of indexed series', () => {
  const names = (day: number, count: number) => Array.from({ length: count }, (_, i) => `${day}/${i}`);
  const DAYS = { rawMs: 2 * DAY_MS, rollup5mMs: 20 * DAY_MS, rollup1hMs: 90 * DAY_MS };

  it('drops the rollups of the series idle for longest, in steps, and says so', async () => {
    const subject = await setUp({ retention: DAYS, limits: { indexedSeries: 100 } });
    let peak = 0;
    for (let day = 0; day < 12; day++) {
      await subject.write(['steady', ...names(day, 20)]);
      await subject.wait(DAY_MS);
      peak = Math.max(peak, subject.store.stats().series);
    }
    const { series, seriesForgotten, seriesStripped, samplesRefused } = subject.store.stats();
    expect(peak).toBeLessThanOrEqual(100);
    expect(samplesRefused).toBe(0);
    expect(series + seriesForgotten).toBe(12 * 20 + 1);
    expect(seriesStripped).toBe(seriesForgotten);
    const said = subject.events.filter(({ type }) => type === 'rollups_dropped');
    expect(said.length).toBeLessThan(10);
    expect(said.reduce((sum, event) => sum + ('series' in event ? event.series : 0), 0)).toBe(seriesStripped);
    const left = await subject.store.labelValues('name', [], EVER, 0, NEVER_ABORTED);
    const oldest = Math.floor(seriesForgotten / 20);
    expect(left).not.toContain(`${oldest - 1}/0`);
    expect(left).toEqual(expect.arrayContaining(['steady', ...names(oldest + 1, 20), ...names(11, 20)]));
    await subject.store.close();
  });

  it('refuses new series, and never known ones, only where samples alone are of as many', async () => {
    const subject = await setUp({ retention: DAYS, limits: { indexedSeries: 50 } });
    await subject.write(names(0, 30));
    await subject.wait(4 * DAY_MS);
    await subject.write(names(1, 40));
    await subject.wait(0);
    expect(subject.store.stats()).toMatchObject({ series: 40 + 3, seriesStripped: 27 });
    await subject.write(names(1, 50));
    await subject.wait(0);
    const some = [...names(1, 50), ...names(2, 3)].map((name, i) => ({
      labels: { __name__: 'm', name },
      timeMs: subject.nowMs + 1,
      value: i,
    }));
    expect(await subject.store.append(batchOf(some))).toMatchObject({
      accepted: 50,
      refusedRows: [50, 51, 52],
      refusedCodes: Array(3).fill('too_many_series'),
    });
    await subject.store.flush();
    await subject.wait(4 * DAY_MS);
    await subject.write(names(2, 3));
    await subject.store.close();
  });
});
