import { Matcher } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COMPACTION_GRACE_MS, DAY_MS } from './limits.js';
import { openStore, type Store } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import {
  batchOf,
  expectedOf,
  NEVER_ABORTED,
  NO_HINTS,
  type Sample,
  selectAll,
} from './storeFixture.suite.js';
import type { StoreOptions } from './storeOptions.js';

const HOUR_MS = 3_600_000;
const DAY_START_MS = Math.floor(1_700_000_000_000 / DAY_MS) * DAY_MS;

const metric = (name: string, more: Record<string, string> = {}) => ({ __name__: name, ...more });

/** What compaction must do over any key-value store. */
export function compactionSuite(name: string, place: () => Promise<() => Promise<StoreOptions>>): void {
  describe(`compaction on ${name}`, () => {
    let where: () => Promise<StoreOptions>;
    let store: Store;
    let nowMs: number;
    let events: StoreEvent[];
    let written: Sample[];

    const open = async (more: StoreOptions = {}) => {
      store = await openStore({
        now: () => nowMs,
        onEvent: (event) => events.push(event),
        ...more,
        ...(await where()),
      });
    };
    const write = async (samples: readonly Sample[]) => {
      await store.append(batchOf(samples));
      written.push(...samples);
    };
    const writeRun = async (samples: readonly Sample[]) => {
      await write(samples);
      await store.flush();
    };
    const expectAnswer = async () => {
      const expected = expectedOf(written);
      expect(await selectAll(store)).toEqual(expected);
      await store.close();
      await open();
      expect(await selectAll(store)).toEqual(expected);
    };
    /** Samples of some series over two hours, every minute. */
    const window = (hours: number, shift = 0): Sample[] =>
      Array.from({ length: 120 }, (_, i) =>
        ['a', 'b', 'c'].map((s, n) => ({
          labels: metric(`m_${s}`, { s }),
          timeMs: DAY_START_MS + hours * HOUR_MS + i * 60_000 + shift,
          value: n === 0 ? hours * 60 + i : Math.sin(i + n) * (hours + 1),
        })),
      ).flat();

    beforeEach(async () => {
      nowMs = DAY_START_MS + HOUR_MS;
      events = [];
      written = [];
      where = await place();
      await open();
    });
    afterEach(() => store.close());

    it('merges the runs of a window by itself when there are four, the later run winning', async () => {
      const samples = window(0);
      for (let run = 0; run < 4; run++) {
        await writeRun(
          samples.filter((_, i) => (i + run) % 3 !== 0).map((s, i) => ({ ...s, value: run + i })),
        );
      }
      await store.compact();
      expect(store.stats()).toMatchObject({ runs: 1, flushes: 4, compactionBacklogRuns: 0 });
      expect(store.stats().blockSamples).toBe(360);
      expect(events.filter(({ type }) => type === 'compacted')).not.toEqual([]);
      await expectAnswer();
    });

    it('merges the windows of a day that is over into one run, and late samples into that', async () => {
      for (let hours = 0; hours < 24; hours += 2) {
        nowMs = DAY_START_MS + hours * HOUR_MS;
        await writeRun(window(hours));
      }
      const before = store.stats();
      expect(before.runs).toBe(12);
      nowMs = DAY_START_MS + DAY_MS + COMPACTION_GRACE_MS;
      await store.compact();
      const after = store.stats();
      expect(after.runs).toBe(1);
      expect(after.blockBytes).toBeLessThanOrEqual(before.blockBytes);
      expect(after.blockSamples).toBe(before.blockSamples);
      await expectAnswer();
      await writeRun(window(6).map((sample) => ({ ...sample, value: -1 })));
      await writeRun(window(8, 7));
      await expectAnswer();
      await store.compact();
      expect(store.stats().runs).toBe(1);
      await expectAnswer();
      const range = { minMs: DAY_START_MS + 7 * HOUR_MS, maxMs: DAY_START_MS + 9 * HOUR_MS };
      expect(await selectAll(store, [new Matcher('s', '=', 'b')], range)).toEqual(
        expectedOf(
          written.filter(({ labels }) => labels.__name__ === 'm_b'),
          range,
        ),
      );
    });

    it('never takes older runs for what a head holds that was flushed last', async () => {
      await writeRun(window(0));
      await write(window(0, 1));
      await store.flush();
      await store.compact();
      expect(store.stats().runs).toBe(1);
      expect(await selectAll(store)).toEqual(expectedOf(written));
    });

    it('keeps windows apart that were cut by other widths', async () => {
      for (const windowMs of [HOUR_MS / 2, 6 * HOUR_MS, 2 * HOUR_MS, HOUR_MS / 2]) {
        await store.close();
        await open({ windowMs });
        await writeRun([...window(0), ...window(2)].map((s, i) => ({ ...s, value: i + windowMs })));
        await store.compact();
        expect(await selectAll(store)).toEqual(expectedOf(written));
      }
      nowMs = DAY_START_MS + 2 * DAY_MS;
      await store.compact();
      expect(store.stats().runs).toBe(1);
      await expectAnswer();
    });

    it('lets queries that run go on with what they saw', async () => {
      for (let run = 0; run < 3; run++) await writeRun(window(0, run));
      const range = { minMs: 0, maxMs: 2 ** 50 };
      const query = store.select([], range, NO_HINTS, NEVER_ABORTED)[Symbol.asyncIterator]();
      await store.compact();
      await store.compact();
      const first = await query.next();
      expect(first.value?.lengths[0]).toBe(360);
      await query.return?.();
      expect(store.stats().runs).toBe(1);
    });

    it('cuts long series over entries and blocks', async () => {
      const long = Array.from({ length: 7000 }, (_, i) => ({
        labels: metric('long'),
        timeMs: DAY_START_MS + i * 1000,
        value: Math.sin(i),
      }));
      for (let run = 0; run < 3; run++) await writeRun(long.filter((_, i) => i % 3 >= run));
      await store.compact();
      expect(store.stats().blockSamples).toBe(7000);
      await expectAnswer();
    });

    it('refuses after close', async () => {
      await store.close();
      await expect(store.compact()).rejects.toMatchObject({ code: 'store_closed' });
    });
  });
}
