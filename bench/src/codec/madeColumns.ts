import { randomFrom } from '../randomFrom.js';

const SAMPLES = 240;

/** Columns that look like what exporters serve, and like what no encoding is made for; the same in every run. */
export function madeColumns(): Record<string, Float64Array> {
  const random = randomFrom(1);
  const noise = Array.from({ length: SAMPLES }, random);
  const of = (valueAt: (i: number) => number) => Float64Array.from({ length: SAMPLES }, (_, i) => valueAt(i));
  let sum = 0;
  const sums = noise.map((one) => {
    sum += Math.round(one * 1e7) / 1e9;
    return sum;
  });
  return {
    'a whole number that never changes': of(() => 3),
    'a counter of one pace': of((i) => 15 * i),
    'a counter of requests': of((i) => 100 * i + Math.floor(10 * noise[i])),
    'a counter of bytes': of((i) => 40_000 * i + Math.floor(30_000 * noise[i])),
    'a counter that rests': of((i) => Math.floor(i / 40)),
    'a counter that is reset': of((i) => (70_000 + 7 * i + Math.floor(3 * noise[i])) % 71_000),
    'a gauge of bytes, in pages': of((i) => 4096 * Math.floor(5000 * noise[i])),
    'a gauge of two decimals': of((i) => Math.round(100 * noise[i]) / 100),
    'a counter of seconds, two decimals': of((i) => Math.round(1400 * i + 100 * noise[i]) / 100),
    'a sum of durations in ns, that drifts': of((i) => sums[i]),
    'a counter, NaN now and then': of((i) => (i % 50 === 49 ? Number.NaN : 3 * i)),
    'a clock with fractions': of((i) => 1_700_000_000 + 15 * i + noise[i] / 100),
    'a smooth float': of((i) => Math.sin(i / 50)),
    'a float that seldom changes': of((i) => Math.PI * 10 ** (90 + (i >> 5))),
    'random floats': of((i) => noise[i] * 10 ** Math.floor(600 * random() - 300)),
  };
}
