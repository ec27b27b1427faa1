import { decodeOtlpJson } from '@tinyobs/formats';
import { Labels, Matcher, METRIC_NAME, TinyObsError, WriteBatch } from '@tinyobs/model';
import { openMemoryStore, openStore, type Store } from '@tinyobs/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeltaSums } from './deltaSums.js';

const OPTIONS = {
  strategy: 'UnderscoreEscapingWithSuffixes',
  promoteResourceAttributes: [],
  promoteScopeMetadata: false,
  batchBytesMax: 1 << 24,
} as const;
const HOUR_MS = 3_600_000;
const ALL_TIME = { minMs: 0, maxMs: Number.MAX_SAFE_INTEGER };
const HINTS = { stepMs: 0, rangeMs: 0, func: '', limit: 0 };

const checkSize = () => undefined;

let store: Store;
let sums: DeltaSums;
beforeEach(async () => {
  store = await openStore({ kv: await openMemoryStore() });
  sums = new DeltaSums(store, 1 << 20);
});
afterEach(() => store.close());

type Points = readonly (readonly [at: string, delta: number, timeMs: number])[];

function decoded(name: string, dataPoints: readonly object[], kind = 'sum') {
  const body = JSON.stringify({
    resourceMetrics: [
      { scopeMetrics: [{ metrics: [{ name, [kind]: { aggregationTemporality: 1, dataPoints } }] }] },
    ],
  });
  const batch = new WriteBatch();
  const { deltas, refusedCount } = decodeOtlpJson(Buffer.from(body), batch, OPTIONS);
  expect(refusedCount).toBe(0);
  return { batch, deltas };
}

function sent(points: Points) {
  return decoded(
    'sent',
    points.map(([at, asDouble, timeMs]) => ({
      timeUnixNano: `${timeMs}000000`,
      asDouble,
      attributes: [{ key: 'at', value: { stringValue: at } }],
    })),
  );
}

/** Adds points up and stores them; how many were duplicates. */
async function add(
  { batch, deltas }: ReturnType<typeof decoded>,
  into = sums,
  check = checkSize,
): Promise<number> {
  const { duplicates } = await into.write({ batch, deltas, checkSize: check }, async () => {
    const { refusedRows } = await store.append(batch);
    return { refusedRows };
  });
  return duplicates;
}

/** All samples of a metric, as `at time value`. */
async function stored(metric = 'sent'): Promise<string[]> {
  const lines: string[] = [];
  const matchers = [new Matcher(METRIC_NAME, '=', metric)];
  for await (const found of store.select(matchers, ALL_TIME, HINTS, new AbortController().signal)) {
    for (let i = 0; i < found.count; i++) {
      const labels = store.labels(found.ids[i]);
      for (let j = 0; j < found.lengths[i]; j++) {
        const time = found.times[found.timeStarts[i] + j];
        lines.push(
          `${labels.get('at')}${labels.get('le')} ${time} ${found.values[found.valueStarts[i] + j]}`,
        );
      }
    }
  }
  return lines;
}

async function appendStale(timeMs: number): Promise<void> {
  const batch = new WriteBatch();
  const labels = Labels.fromObject({ [METRIC_NAME]: 'sent', at: 'a' });
  batch.addStaleMarker(batch.addSeries(labels), timeMs, 0);
  await store.append(batch);
}

describe('deltas', () => {
  it('are added up by series, at the end of each', async () => {
    expect(
      await add(
        sent([
          ['a', 1, 10],
          ['b', 5, 10],
        ]),
      ),
    ).toBe(0);
    expect(await add(sent([['a', 2.5, 20]]))).toBe(0);
    expect(await stored()).toEqual(['a 10 1', 'a 20 3.5', 'b 10 5']);
  });

  it('of one request are added in the order of their ends', async () => {
    expect(
      await add(
        sent([
          ['a', 1, 30],
          ['a', 2, 10],
          ['a', 4, 20],
          ['a', 8, 20],
        ]),
      ),
    ).toBe(1);
    expect(await stored()).toEqual(['a 10 2', 'a 20 6', 'a 30 7']);
  });

  it('that end when or before the last one did add nothing', async () => {
    await add(
      sent([
        ['a', 1, 10],
        ['a', 2, 20],
      ]),
    );
    expect(
      await add(
        sent([
          ['a', 100, 20],
          ['a', 100, 15],
          ['b', 7, 20],
        ]),
      ),
    ).toBe(2);
    expect(await add(sent([['a', 4, 21]]))).toBe(0);
    expect(await stored()).toEqual(['a 10 1', 'a 20 3', 'a 21 7', 'b 20 7']);
  });

  it('go on from what is stored, when it is not in memory', async () => {
    await add(
      sent([
        ['a', 1, 10],
        ['b', 5, 10],
      ]),
    );
    const others = new DeltaSums(store, 1 << 20);
    expect(
      await add(
        sent([
          ['a', 100, 10],
          ['a', 2, 20],
          ['c', 1, 20],
        ]),
        others,
      ),
    ).toBe(1);
    const forgetful = new DeltaSums(store, 1);
    for (const timeMs of [30, 40])
      await add(
        sent([
          ['a', 4, timeMs],
          ['b', 1, timeMs],
        ]),
        forgetful,
      );
    expect(await stored()).toEqual([
      ...['a 10 1', 'a 20 3', 'a 30 7', 'a 40 11'],
      ...['b 10 5', 'b 30 6', 'b 40 7', 'c 20 1'],
    ]);
  });

  it('of many series go on from what is stored, each of its own', async () => {
    const points = (timeMs: number): Points =>
      Array.from({ length: 100 }, (_, i) => [`${i}`, i, timeMs] as const);
    await add(sent(points(10)));
    await add(sent([...points(20), ['new', 1, 20]]), new DeltaSums(store, 1 << 20));
    const found = await stored();
    expect(found).toHaveLength(201);
    expect(found.filter((line) => / 20 /.test(line))).toEqual([
      ...points(20).map(([at, value]) => `${at} 20 ${2 * value}`),
      'new 20 1',
    ]);
  });

  it('go on from before stale markers, however many', async () => {
    await add(sent([['a', 3, 1000]]));
    for (let i = 1; i <= 10; i++) await appendStale(1000 + i * HOUR_MS);
    expect(await add(sent([['a', 4, 1000 + 11 * HOUR_MS]]), new DeltaSums(store, 1 << 20))).toBe(0);
    expect((await stored()).at(-1)).toBe(`a ${1000 + 11 * HOUR_MS} 7`);
    await store.deleteSeries([[new Matcher(METRIC_NAME, '=', 'sent')]], ALL_TIME);
    await appendStale(1000 + 12 * HOUR_MS);
    await add(sent([['a', 5, 1000 + 13 * HOUR_MS]]), new DeltaSums(store, 1 << 20));
    expect((await stored()).at(-1)).toBe(`a ${1000 + 13 * HOUR_MS} 5`);
  });

  it('are added once when the store refuses them first, and are sent again', async () => {
    await add(sent([['a', 1, 10]]));
    const { batch, deltas } = sent([
      ['a', 2, 20],
      ['b', 3, 20],
    ]);
    const busy = new TinyObsError('store_busy', 'later');
    await expect(sums.write({ batch, deltas, checkSize }, () => Promise.reject(busy))).rejects.toBe(busy);
    expect(
      await add(
        sent([
          ['a', 2, 20],
          ['b', 3, 20],
        ]),
      ),
    ).toBe(0);
    expect(await stored()).toEqual(['a 10 1', 'a 20 3', 'b 20 3']);
  });

  it('are added once when the store has some of them although it refused them', async () => {
    await add(sent([['a', 1, 10]]));
    const { batch, deltas } = sent([
      ['a', 2, 20],
      ['b', 3, 20],
    ]);
    const failed = new TinyObsError('store_busy', 'in part');
    const write = async () => {
      batch.retainSamples((sample) => sample === 0);
      await store.append(batch);
      throw failed;
    };
    await expect(sums.write({ batch, deltas, checkSize }, write)).rejects.toBe(failed);
    expect(
      await add(
        sent([
          ['a', 2, 20],
          ['b', 3, 20],
        ]),
      ),
    ).toBe(1);
    await add(sent([['a', 4, 30]]));
    expect(await stored()).toEqual(['a 10 1', 'a 20 3', 'a 30 7', 'b 20 3']);
  });

  it('that were refused are not in the sum', async () => {
    await add(sent([['a', 1, 10]]));
    const { batch, deltas } = sent([['a', 100, 20]]);
    await sums.write({ batch, deltas, checkSize }, () => Promise.resolve({ refusedRows: [0] }));
    await add(sent([['a', 2, 30]]));
    expect(await stored()).toEqual(['a 10 1', 'a 30 3']);
  });

  it('of requests at a time wait for each other, one that fails too', async () => {
    const order: string[] = [];
    const write = (name: string, outcome: Promise<{ refusedRows: number[] }>) => async () => {
      order.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} ends`);
      return outcome;
    };
    const failing = Promise.reject(new TinyObsError('store_busy', 'later'));
    failing.catch(() => undefined);
    const [one, two] = [sent([['a', 1, 10]]), sent([['a', 2, 20]])];
    const settled = await Promise.allSettled([
      sums.write({ ...one, checkSize }, write('one', failing)),
      sums.write({ ...two, checkSize }, write('two', Promise.resolve({ refusedRows: [] }))),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
    expect(two.batch.values[0]).toBe(2);
  });
});

describe('delta histograms', () => {
  const explicit = (timeMs: number, explicitBounds: number[], bucketCounts: number[]) =>
    decoded(
      'h',
      [
        {
          timeUnixNano: `${timeMs}000000`,
          count: bucketCounts.reduce((all, one) => all + one, 0),
          explicitBounds,
          bucketCounts,
        },
      ],
      'histogram',
    );
  const exponential = (timeMs: number, scale: number, offset: number, bucketCounts: number[]) =>
    decoded(
      'e',
      [
        {
          timeUnixNano: `${timeMs}000000`,
          count: bucketCounts.reduce((all, one) => all + one, 0),
          scale,
          positive: { offset, bucketCounts },
        },
      ],
      'exponentialHistogram',
    );
  const at = (lines: readonly string[], timeMs: number) =>
    Object.fromEntries(
      lines
        .map((line) => line.split(' '))
        .filter(([, time]) => time === String(timeMs))
        .map(([le, , value]) => [le, Number(value)]),
    );

  it('with other bounds than before begin new buckets with what the one below had', async () => {
    await add(explicit(10, [1, 4], [1, 2, 3]));
    await add(explicit(20, [1, 2], [10, 20, 30]));
    expect(at(await stored('h_bucket'), 20)).toEqual({ '1': 11, '2': 31, '+Inf': 66 });
    expect(at(await stored('h_count'), 20)).toEqual({ '': 66 });
  });

  it('that are exponential go on in all buckets, whatever their values and scale', async () => {
    await add(exponential(10, 0, 0, [1, 0, 2]));
    await add(exponential(20, 0, 4, [5]));
    expect(at(await stored('e_bucket'), 20)).toEqual({
      '1': 0,
      '2': 1,
      '4': 1,
      '8': 3,
      '16': 3,
      '32': 8,
      '+Inf': 8,
    });
    await add(exponential(30, -1, 0, [7]));
    expect(at(await stored('e_bucket'), 30)).toEqual({
      '1': 0,
      '2': 1,
      '4': 8,
      '8': 10,
      '16': 10,
      '32': 15,
      '+Inf': 15,
    });
    const others = new DeltaSums(store, 1 << 20);
    await add(exponential(40, 1, 0, [1]), others);
    const expected = {
      '1': 0,
      '1.4142135623730951': 1,
      '2': 2,
      '4': 9,
      '8': 11,
      '16': 11,
      '32': 16,
      '+Inf': 16,
    };
    expect(at(await stored('e_bucket'), 40)).toEqual(expected);
    expect(await add(exponential(40, 1, 0, [100]), others)).toBe(1);
    await add(exponential(50, 0, 0, []), others);
    expect(at(await stored('e_bucket'), 50)).toEqual(expected);
  });

  it('that are exponential are refused when the buckets that go on are too many', async () => {
    await add(exponential(10, 2, 0, Array<number>(80).fill(1)));
    const tooLarge = new TinyObsError('body_too_large', 'too many');
    const point = exponential(20, 2, 0, [1]);
    const check = (): undefined => {
      if (point.batch.sampleCount > 50) throw tooLarge;
    };
    await expect(add(point, sums, check)).rejects.toBe(tooLarge);
    await add(exponential(20, 2, 0, [1]));
    expect(at(await stored('e_count'), 20)).toEqual({ '': 81 });
  });

  it('that are exponential have a bounded number of buckets', async () => {
    for (let i = 0; i < 8; i++) await add(exponential(10 + i, 2, i * 80, Array<number>(80).fill(1)));
    const lines = await stored('e_bucket');
    expect(Object.keys(at(lines, 15)).length).toBe(6 * 80 + 2);
    expect(Object.keys(at(lines, 16)).length).toBe(80 + 2);
    expect(at(lines, 17)['+Inf']).toBe(640);
  });
});
