import { describe, expect, it } from 'vitest';
import { GROWTH_METRICS_MAX, HOUR_MS, MINUTE_MS } from '../limits.js';
import { SeriesGrowth } from './seriesGrowth.js';
import { NO_SYMBOL } from './seriesIndex.js';
import { SymbolTable } from './symbolTable.js';

const START_MS = 1_700_000_000_000 - (1_700_000_000_000 % HOUR_MS);

function setUp() {
  const symbols = new SymbolTable(1);
  const growth = new SeriesGrowth(symbols, START_MS);
  const symbolOf = (name: string): number => {
    const bytes = new TextEncoder().encode(name);
    const symbol = symbols.intern(bytes, 0, bytes.length);
    symbols.use(symbol);
    return symbol;
  };
  const at = (nowMs: number): SeriesGrowth => {
    growth.advance(nowMs);
    return growth;
  };
  const noteAt = (metric: number, nowMs: number) => at(nowMs).note(metric);
  const ofAt = (metric: string, nowMs: number) => at(nowMs).of(metric);
  const totalAt = (nowMs: number) => at(nowMs).total();
  return { symbols, growth, symbolOf, noteAt, ofAt, totalAt };
}

describe('the growth of series', () => {
  it('is told of the last hour and day, in all and by metric, and is over when they are', () => {
    const { growth, symbolOf, noteAt, ofAt, totalAt } = setUp();
    const [a, b] = [symbolOf('a'), symbolOf('b')];
    for (let i = 0; i < 10; i++) noteAt(a, START_MS + i * MINUTE_MS);
    noteAt(b, START_MS + 50 * MINUTE_MS);
    noteAt(NO_SYMBOL, START_MS + 50 * MINUTE_MS);
    const created = (metric: string, nowMs: number) => {
      const { lastHour, lastDay } = ofAt(metric, nowMs);
      return [lastHour, lastDay];
    };
    expect(created('a', START_MS + 59 * MINUTE_MS)).toEqual([10, 10]);
    expect(totalAt(START_MS + 59 * MINUTE_MS)).toEqual({ lastHour: 12, lastDay: 12, perHour: 12 });
    // The first 5 minutes are over, then the other 5.
    expect(created('a', START_MS + 65 * MINUTE_MS)).toEqual([5, 10]);
    expect(created('a', START_MS + 70 * MINUTE_MS)).toEqual([0, 10]);
    expect(created('b', START_MS + 70 * MINUTE_MS)).toEqual([1, 1]);
    expect(created('', START_MS + 70 * MINUTE_MS)).toEqual([1, 1]);
    expect(totalAt(START_MS + 4 * HOUR_MS)).toEqual({ lastHour: 0, lastDay: 12, perHour: 3 });
    expect(created('a', START_MS + 24 * HOUR_MS + 59 * MINUTE_MS)).toEqual([0, 10]);
    expect(growth.metrics()).toEqual(['a', 'b', '']);
    expect(created('a', START_MS + 25 * HOUR_MS)).toEqual([0, 0]);
    expect(growth.metrics()).toEqual([]);
    noteAt(a, START_MS + 100 * HOUR_MS);
    expect(ofAt('a', START_MS + 100 * HOUR_MS)).toMatchObject({ metric: 'a', lastHour: 1, lastDay: 1 });
    expect(ofAt('never', START_MS + 100 * HOUR_MS)).toMatchObject({
      lastHour: 0,
      lastDay: 0,
      perHour: 0,
    });
  });

  it('stands still while the clock goes back', () => {
    const { symbolOf, noteAt, ofAt } = setUp();
    const a = symbolOf('a');
    noteAt(a, START_MS + 2 * HOUR_MS);
    noteAt(a, START_MS);
    expect(ofAt('a', START_MS + 2 * HOUR_MS)).toMatchObject({ lastHour: 2, lastDay: 2 });
  });

  it('knows a metric by its name, when its symbol stands for another', () => {
    const { symbols, symbolOf, noteAt, ofAt } = setUp();
    const old = symbolOf('old');
    noteAt(old, START_MS);
    symbols.disuse(old);
    symbols.free(old);
    const young = symbolOf('new');
    expect(young).toBe(old);
    noteAt(young, START_MS);
    noteAt(young, START_MS);
    expect([ofAt('old', START_MS).lastDay, ofAt('new', START_MS).lastDay]).toEqual([1, 2]);
  });

  it('tells so many metrics apart, counts all, and has room again a day later (S6)', () => {
    const { growth, symbolOf, noteAt, ofAt, totalAt } = setUp();
    for (let i = 0; i < GROWTH_METRICS_MAX + 10; i++) noteAt(symbolOf(`m${i}`), START_MS);
    const late = symbolOf('late');
    noteAt(late, START_MS);
    expect(growth.metrics()).toHaveLength(GROWTH_METRICS_MAX);
    expect(ofAt('late', START_MS).lastDay).toBe(0);
    expect(totalAt(START_MS).lastDay).toBe(GROWTH_METRICS_MAX + 11);
    noteAt(late, START_MS + 25 * HOUR_MS);
    expect(ofAt('late', START_MS + 25 * HOUR_MS).lastDay).toBe(1);
  });
});
