import { TinyObsError } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrayQueryable, type ArraySeries, Engine, type QueryResult } from './index.js';
import { vectorText } from './queryTexts.suite.js';

const RANGE = { startMs: 3_000_000, endMs: 3_000_000 + 4 * 90_000, stepMs: 90_000 };

/** Two hours of samples about 20 s apart, with gaps, stale markers, resets and values of all kinds. */
const queryable = new ArrayQueryable([
  ...['up', 'a:b', 'sum'].flatMap((name, i) =>
    ['a', 'b', 'c'].flatMap((job, j) =>
      ['0.5', '2', '+Inf'].map((le, k) => wildSeries(name, job, le, i + 3 * j + 9 * k)),
    ),
  ),
]);

describe('a range query', () => {
  it('gives at each step what an instant query gives at that time', { timeout: 120_000 }, async () => {
    // What @ end() and ties of topk mean depends on the kind of query.
    const text = vectorText
      .filter((one) => !one.includes('topk'))
      .map((one) => one.replaceAll('end()', '3300'));
    await fc.assert(
      fc.asyncProperty(text, async (query) => {
        const engine = new Engine({ experimental: true });
        const range = await outcome(engine.range(queryable, query, RANGE));
        const steps: Outcome[] = [];
        for (let timeMs = RANGE.startMs; timeMs <= RANGE.endMs; timeMs += RANGE.stepMs) {
          steps.push(await outcome(engine.instant(queryable, query, timeMs)));
        }
        if (typeof range === 'string') {
          expect(range).toBe('query_execution');
          expect(steps).toContain('query_execution');
          return;
        }
        const together = new Map(
          steps.flatMap((step) => (typeof step === 'string' ? [[step, 0]] : [...step])),
        );
        expect([...range.keys()].sort()).toEqual([...together.keys()].sort());
        for (const [point, value] of range) expect(value).toSatisfy((one) => near(one, together.get(point)));
      }),
      { numRuns: 400 },
    );
  });
});

describe('a query of any kind', () => {
  it('has the same answer however finely its work is sliced', { timeout: 120_000 }, async () => {
    const inOne = new Engine({ experimental: true, sliceMs: 10_000 });
    const inCrumbs = new Engine({ experimental: true, sliceMs: 0 });
    await fc.assert(
      fc.asyncProperty(vectorText, async (query) => {
        const [whole, sliced] = await Promise.all(
          [inOne, inCrumbs].map((engine) => outcome(engine.range(queryable, query, RANGE))),
        );
        expect(sliced).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });
});

/** Values by series and time, or the code of the error. */
type Outcome = Map<string, number> | string;

async function outcome(query: Promise<QueryResult>): Promise<Outcome> {
  let result: QueryResult;
  try {
    result = await query;
  } catch (error) {
    if (error instanceof TinyObsError) return error.code;
    throw error;
  }
  const { value } = result;
  const points = new Map<string, number>();
  if (value.type === 'vector') {
    for (const [i, labels] of value.labels.entries())
      points.set(`${labels} @ ${value.timeMs}`, value.values[i]);
  }
  if (value.type === 'matrix') {
    for (const [i, labels] of value.labels.entries()) {
      for (let place = value.starts[i]; place < value.starts[i + 1]; place++) {
        points.set(`${labels} @ ${value.times[place]}`, value.values[place]);
      }
    }
  }
  return points;
}

function near(a: number, b: number | undefined): boolean {
  if (b === undefined || Object.is(a, b) || a === b) return b !== undefined;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
}

function wildSeries(name: string, job: string, le: string, seed: number): ArraySeries {
  const times: number[] = [];
  const values: (number | 'stale')[] = [];
  for (let i = 0; i < 360; i++) {
    const noise = (i * 7919 + seed * 104_729) % 1009;
    if (noise % 13 === 0 || (noise > 900 && i % 60 > 40)) continue;
    times.push(i * 20_000 + (noise % 17) * 100);
    if (noise % 101 === 0) values.push('stale');
    else if (noise % 97 === 0) values.push(Number.NaN);
    else if (noise % 211 === 0) values.push(Number.POSITIVE_INFINITY);
    else values.push(seed % 2 === 0 ? i % 50 : noise - 500 + seed / 7);
  }
  return { labels: { __name__: name, job, le }, times, values };
}
