import { TinyObsError, wordsOf } from '@tinyobs/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ArrayQueryable, type ArraySeries } from '../arrayQueryable.js';
import { Engine, type QueryRange } from '../engine.js';
import { vectorText } from '../queryTexts.suite.js';

const engine = new Engine({ experimental: true });
const RANGE = { startMs: 0, endMs: 600_000, stepMs: 60_000 };

async function readsOf(text: string) {
  return engine.stepReads(await engine.parse(text), RANGE);
}

describe('what a step reads', () => {
  it.each([
    ['up', [{ metrics: ['up'], minMs: -300_000, maxMs: 0, fixed: false }]],
    ['rate(up[1m] offset 2m)', [{ metrics: ['up'], minMs: -180_000, maxMs: -120_000, fixed: false }]],
    ['up @ 100', [{ metrics: ['up'], minMs: -200_000, maxMs: 100_000, fixed: true }]],
    [
      'max_over_time(rate(up[1m])[10m:1m] offset 1h)',
      [{ metrics: ['up'], minMs: -4_260_000, maxMs: -3_600_000, fixed: false }],
    ],
    ['{job="x"}[5m]', [{ metrics: undefined, minMs: -300_000, maxMs: 0, fixed: false }]],
    ['{__name__=~"a|b"}', [{ metrics: ['a', 'b'], minMs: -300_000, maxMs: 0, fixed: false }]],
    ['{__name__=~"a|",x="y"}', [{ metrics: undefined, minMs: -300_000, maxMs: 0, fixed: false }]],
    ['time() + step()', []],
    [
      'info(a)',
      [
        { metrics: ['a'], minMs: -300_000, maxMs: 0, fixed: false },
        { metrics: ['target_info'], minMs: -300_000, maxMs: 0, fixed: false },
      ],
    ],
  ])('is known of %s', async (text, reads) => {
    expect(await readsOf(text)).toEqual(reads);
  });

  it.each([
    'up @ start()',
    'max_over_time(up[1m:] @ end())',
    'up offset -1m',
    'max_over_time((up offset 1m)[1h:] offset -2m)',
    'rate(up[1m] smoothed)',
    'up > start()',
    'rate(up[range()])',
    'up offset min_of(range(), 1m)',
  ])('is not all that %s depends on', async (text) => {
    expect(await readsOf(text)).toBeUndefined();
  });
});

/** Series that come and go, so that which is met first depends on the range. */
const queryable = new ArrayQueryable([
  ...['up', 'a:b', 'sum'].flatMap((name, i) =>
    ['a', 'b', 'c'].flatMap((job, j) =>
      ['0.5', '2', '+Inf'].map((le, k) =>
        flickering({ __name__: name, job, le }, { seed: i + 3 * j + 9 * k, phase: 17 * i + 29 * j + 2 * k }),
      ),
    ),
  ),
]);

const leaving = new ArrayQueryable(
  ['a', 'b', 'c', 'a'].map((job, i) => ({
    labels: { __name__: 'x', job, i: String(i) },
    times: Array.from({ length: i === 0 ? 5 : 90 }, (_, at) => 300_000 + at * 20_000),
    values: Array.from({ length: i === 0 ? 5 : 90 }, (_, at) => 0.1 + 3.3 * i * i + Math.sin(at)),
  })),
);

describe('the value at a step', () => {
  it.each([
    'topk(2, count by (job) (x))',
    'limitk(2, max by (job) (x))',
    'stddev(sum by (job) (x))',
    'stdvar(max without (i) (x) or vector(7.7))',
    'stdvar(-label_replace(max without (i) (x), "a", "$1", "job", "(.)"))',
    'stdvar(max without (i) (x) * on (job) group_left () count by (job) (x))',
    'stdvar(max_over_time(max by (job) (x)[2m:30s]))',
  ])('does not depend on which rows other steps have: %s', async (text) => {
    // With the first series, the rows of job a come first; without it they come last.
    const wide = await pointsOf(text, { startMs: 300_000, endMs: 1_500_000, stepMs: 60_000 }, leaving);
    const late = await pointsOf(text, { startMs: 1_380_000, endMs: 1_500_000, stepMs: 60_000 }, leaving);
    expect(late!.size).toBeGreaterThanOrEqual(3);
    expect(late).toEqual(new Map([...wide!].filter(([, { timeMs }]) => timeMs >= 1_380_000)));
  });

  it('is the same, bit for bit, whatever other steps are asked for', { timeout: 120_000 }, async () => {
    const whole = { startMs: 3_000_000, endMs: 3_000_000 + 20 * 90_000, stepMs: 90_000 };
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(vectorText, fc.nat(19), fc.nat(19), async (text, a, b) => {
        const from = whole.startMs + Math.min(a, b) * whole.stepMs;
        const part = { startMs: from, endMs: from + (1 + Math.abs(a - b)) * 90_000, stepMs: 90_000 };
        const query = await engine.parse(text);
        const [all, some] = [await pointsOf(text, whole), await pointsOf(text, part)];
        if (engine.stepReads(query, part) === undefined || !all || !some) return;
        compared += some.size;
        const expected = [...all].filter(([, { timeMs }]) => timeMs >= part.startMs && timeMs <= part.endMs);
        expect(some).toEqual(new Map(expected));
      }),
      { numRuns: 600 },
    );
    expect(compared).toBeGreaterThan(300);
  });
});

/** The bits of each value; undefined for a query that fails. */
async function pointsOf(text: string, range: QueryRange, source = queryable) {
  const result = await engine.range(source, text, range).catch((error: unknown) => {
    if (!(error instanceof TinyObsError)) throw error;
    return undefined;
  });
  if (result?.value.type !== 'matrix') return undefined;
  const { labels, starts, times, values } = result.value;
  const words = wordsOf(values);
  const points = new Map<string, { timeMs: number; bits: string }>();
  for (const [i, one] of labels.entries()) {
    for (let at = starts[i]; at < starts[i + 1]; at++) {
      const bits = Number.isNaN(values[at]) ? 'NaN' : `${words[2 * at]} ${words[2 * at + 1]}`;
      points.set(`${one} @ ${times[at]}`, { timeMs: times[at], bits });
    }
  }
  return points;
}

function flickering(
  labels: Record<string, string>,
  { seed, phase }: { seed: number; phase: number },
): ArraySeries {
  const times: number[] = [];
  const values: number[] = [];
  for (let i = 0; i < 360; i++) {
    if ((i + phase) % 70 > 30) continue;
    times.push(i * 20_000 + seed);
    values.push(Math.sin(i * (seed + 1)) * 10 ** (seed % 9) + (seed % 3 === 0 ? 0 : 0.1));
  }
  return { labels, times, values };
}
