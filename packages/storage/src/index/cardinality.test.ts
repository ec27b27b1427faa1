import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storeRules } from '../storeOptions.js';
import { Cardinality } from './cardinality.js';
import { NO_SYMBOL } from './seriesIndex.js';
import { SeriesRows } from './seriesRows.js';

const WINDOW_MS = 1000;
const SERIES = 12;
const QUOTAS = [1, 2].map((i) => ({ id: `key ${i}`, seriesMax: 3 }));

function cardinalityOf(limits: { seriesMax?: number; seriesPerMetricMax?: number } = {}) {
  const rows = new SeriesRows();
  for (let id = 0; id < SERIES; id++) rows.add(id);
  const cardinality = new Cardinality({
    rules: { current: { ...storeRules({}), seriesMax: 100, seriesPerMetricMax: 100, ...limits } },
    windowMs: WINDOW_MS,
    rows,
  });
  cardinality.advance(0);
  return cardinality;
}

describe('active series', () => {
  const touch = fc.record({
    series: fc.nat(SERIES - 1),
    quota: fc.option(fc.constantFrom(...QUOTAS), { nil: undefined }),
  });
  const round = fc.record({
    windows: fc.constantFrom(0, 0, 0, 1, 2, 3),
    touches: fc.array(touch, { maxLength: 8 }),
    windowsBeforeEnd: fc.constantFrom(0, 0, 1, 2),
    isKept: fc.boolean(),
  });

  /** Series below were there when the store was opened. */
  const LEARNED_END = 5;

  it('are those of two windows, in all, by metric and by who brought them in, whatever is taken back', () => {
    fc.assert(
      fc.property(fc.array(round, { maxLength: 30 }), (rounds) => {
        const cardinality = cardinalityOf();
        cardinality.learnBelow(LEARNED_END);
        let window = 0;
        let known = new Map<number, { window: number; owner: string | undefined }>();
        for (const { windows, touches, windowsBeforeEnd, isKept } of rounds) {
          window += windows;
          cardinality.begin(window * WINDOW_MS);
          const before = new Map(known);
          for (const { series, quota } of touches) {
            const was = known.get(series);
            const isActive = was !== undefined && was.window >= window - 1;
            const isKnown = isActive && (was.owner !== undefined || series >= LEARNED_END);
            known.set(series, { window, owner: isKnown ? was.owner : quota?.id });
            cardinality.touch(series, series % 3, cardinality.numberOf(quota));
          }
          window += windowsBeforeEnd;
          cardinality.advance(window * WINDOW_MS);
          if (isKept) cardinality.commit();
          else {
            cardinality.discard();
            known = before;
          }
          const active = [...known].filter(([, one]) => one.window >= window - 1);
          const activeOf = (metric: number) => active.filter(([series]) => series % 3 === metric).length;
          expect(cardinality.active).toBe(active.length);
          for (const metric of [0, 1, 2]) expect(cardinality.activeOf(metric)).toBe(activeOf(metric));
          expect([...cardinality.metrics()].sort()).toEqual(
            [0, 1, 2].filter((metric) => activeOf(metric) > 0),
          );
          const owned = QUOTAS.map(({ id }) => active.filter(([, { owner }]) => owner === id).length);
          const told = new Map(cardinality.quotas().map((use) => [use.id, use.active]));
          expect(QUOTAS.map(({ id }) => told.get(id) ?? 0)).toEqual(owned);
          for (let series = 0; series < SERIES; series++) {
            expect(cardinality.isActive(series)).toBe(active.some(([one]) => one === series));
          }
        }
      }),
    );
  });

  it('are refused past the limits of the store, of a metric, then of a quota, and never without a metric name', () => {
    const cardinality = cardinalityOf({ seriesMax: 6, seriesPerMetricMax: 4 });
    const quota = cardinality.numberOf({ id: 'key', seriesMax: 3 });
    for (const series of [0, 1, 2]) cardinality.touch(series, 7, quota);
    expect(cardinality.refusal(7, quota)).toBe('too_many_series_per_key');
    expect(cardinality.refusal(7)).toBeUndefined();
    cardinality.touch(3, 7);
    expect(cardinality.refusal(7, quota)).toBe('too_many_series_per_metric');
    expect(cardinality.refusal(8, quota)).toBe('too_many_series_per_key');
    expect(cardinality.refusal(NO_SYMBOL)).toBeUndefined();
    cardinality.touch(4, NO_SYMBOL);
    cardinality.touch(5, NO_SYMBOL);
    expect(cardinality.refusal(NO_SYMBOL)).toBe('too_many_series');
  });

  it('are within the limit that a quota came with last', () => {
    const cardinality = cardinalityOf();
    const quota = cardinality.numberOf({ id: 'key', seriesMax: 1 });
    cardinality.touch(0, 7, quota);
    expect(cardinality.refusal(7, quota)).toBe('too_many_series_per_key');
    expect(cardinality.numberOf({ id: 'key', seriesMax: 2 })).toBe(quota);
    expect(cardinality.refusal(7, quota)).toBeUndefined();
    expect(cardinality.quotas()).toEqual([{ id: 'key', seriesMax: 2, active: 1 }]);
  });
});
