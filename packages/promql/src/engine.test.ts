import { describe, expect, it } from 'vitest';
import { ArrayQueryable, Engine } from './index.js';

const queryable = new ArrayQueryable([
  { labels: { __name__: 'up', job: 'a' }, times: [0, 60_000, 120_000], values: [1, 2, 4] },
  { labels: { __name__: 'up', job: 'b' }, times: [0, 60_000, 120_000], values: [10, 20, 40] },
]);

describe('Engine', () => {
  it('evaluates an instant query', async () => {
    const result = await new Engine().instant(queryable, 'sum(up) + 1', 120_000);
    expect(result.value).toMatchObject({ type: 'vector', values: Float64Array.of(45) });
    expect(result.samples).toBe(6);
  });

  it('evaluates a range query', async () => {
    const range = { startMs: 0, endMs: 120_000, stepMs: 60_000 };
    const { value } = await new Engine().range(queryable, 'rate(up[2m]) > 0', range);
    if (value.type !== 'matrix') throw new Error(value.type);
    expect(value.labels.map(String)).toEqual(['{job="a"}', '{job="b"}']);
    expect([...value.starts]).toEqual([0, 2, 4]);
  });
});
