import { Labels, Matcher, TinyObsError } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { ArrayQueryable, Engine } from './index.js';

const ALWAYS = { minMs: 0, maxMs: 1e15 };
const signal = new AbortController().signal;

describe('ArrayQueryable', () => {
  const queryable = new ArrayQueryable(
    [
      { labels: { __name__: 'up', job: 'b' }, times: [1000, 2000], values: [1, 'stale'] },
      { labels: Labels.fromObject({ __name__: 'down', job: 'a', zone: 'é' }), times: [5000], values: [2] },
    ],
    [{ metric: 'up', type: 'gauge', help: 'whether it is up', unit: '' }],
  );

  it('answers what series, names and values there are', async () => {
    const ofUp = [[new Matcher('__name__', '=', 'up')]];
    expect(await queryable.series([], ALWAYS, 0)).toEqual([0, 1]);
    expect(await queryable.series(ofUp, ALWAYS, 0)).toEqual([0]);
    expect(await queryable.series([], { minMs: 3000, maxMs: 9000 }, 0)).toEqual([1]);
    expect(await queryable.labelNames([], ALWAYS, 0)).toEqual(['__name__', 'job', 'zone']);
    expect(await queryable.labelNames([], ALWAYS, 1)).toEqual(['__name__']);
    expect(await queryable.labelValues('job', [], ALWAYS, 0)).toEqual(['a', 'b']);
    expect(await queryable.labelValues('zone', ofUp, ALWAYS, 0)).toEqual([]);
    expect(await queryable.metadata('up', 0)).toHaveLength(1);
    expect(await queryable.metadata('down', 0)).toEqual([]);
    expect(queryable.labels(1).get('zone')).toBe('é');
  });

  it('keeps stale markers and merges what is added later', async () => {
    const engine = new Engine();
    const grown = new ArrayQueryable([
      { labels: { __name__: 'x' }, times: [1000, 3000], values: [1, 'stale'] },
    ]);
    grown.add({ labels: { __name__: 'x' }, times: [1000, 2000, 4000], values: [10, 2, 4] });
    const at = async (query: string) => (await engine.instant(grown, query, 3500)).value;
    expect(await at('x')).toMatchObject({ values: { length: 0 } });
    expect(await at('x[1h]')).toMatchObject({
      times: Float64Array.of(1000, 2000),
      values: Float64Array.of(10, 2),
    });
    expect((await engine.instant(grown, 'x', 4000)).value).toMatchObject({ values: Float64Array.of(4) });
  });

  it('hands out only samples of the range', async () => {
    for await (const batch of queryable.select([], { minMs: 1500, maxMs: 2000 }, NO_HINTS, signal)) {
      expect(batch.count).toBe(1);
      expect([...batch.times]).toEqual([2000]);
    }
  });

  it('refuses samples that are not in order', () => {
    expect(() => new ArrayQueryable([{ labels: {}, times: [2, 1], values: [1, 2] }])).toThrow(TinyObsError);
    expect(() => new ArrayQueryable([{ labels: {}, times: [1, 2], values: [1] }])).toThrow(TinyObsError);
  });
});

const NO_HINTS = { stepMs: 0, rangeMs: 0, func: '', limit: 0 };
