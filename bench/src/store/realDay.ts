import { type Labels, WriteBatch } from '@tinyobs/model';
import { randomFrom } from '../randomFrom.js';
import { type RealSeries, type RealTarget, SCRAPE_INTERVAL_MS } from '../realScrapes.js';

/** Prometheus and Go count time in nanoseconds. */
const DECIMALS_MAX = 9;

interface Looped {
  readonly labels: Labels;
  /** By number of the scrape; undefined where the series was not there. */
  readonly values: readonly (number | undefined)[];
}

/**
 * The recorded scrapes of all targets from `startMs` on, `SCRAPE_INTERVAL_MS` apart, in batches of one scrape
 * each, `loops` times over. Were they repeated as they are, a compressor would find the repetitions, which no
 * real day has: so each loop goes on from where the last ended, by the recorded steps in another order, which is
 * the same for all series. The batch is reused.
 */
export function* realBatches(
  targets: readonly RealTarget[],
  { startMs, loops }: { readonly startMs: number; readonly loops: number },
): Generator<{ readonly batch: WriteBatch; readonly timeMs: number }> {
  const scrapes = targets[0].offsetsMs.length;
  const batch = new WriteBatch();
  let series = targets.map((target) => target.series.map((one) => asRecorded(one, scrapes)));
  for (let loop = 0; loop < loops; loop++) {
    if (loop > 0) {
      const order = shuffledSteps(scrapes, loop);
      series = series.map((some) => some.map((one) => goOn(one, order)));
    }
    for (let scrape = 0; scrape < scrapes; scrape++) {
      for (const [i, { offsetsMs }] of targets.entries()) {
        const timeMs = startMs + loop * scrapes * SCRAPE_INTERVAL_MS + offsetsMs[scrape];
        batch.clear();
        for (const { labels, values } of series[i]) {
          const value = values[scrape];
          if (value !== undefined) batch.addSample(batch.addSeries(labels), timeMs, value, batch.sampleCount);
        }
        yield { batch, timeMs };
      }
    }
  }
}

function asRecorded({ labels, scrapes, values }: RealSeries, count: number): Looped {
  const byScrape = new Array<number | undefined>(count).fill(undefined);
  for (const [i, scrape] of scrapes.entries()) byScrape[scrape] = values[i];
  return { labels, values: byScrape };
}

/** Numbers of the scrapes that steps lead to, from 1 on, in another order. */
function shuffledSteps(scrapes: number, seed: number): number[] {
  const random = randomFrom(seed);
  return Array.from({ length: scrapes - 1 }, (_, i) => ({ step: i + 1, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ step }) => step);
}

/**
 * A loop after this one. What is not a number stays in its place, and a step to or from it is none. New values
 * have as many decimals as the recorded ones, where those are few: sums of doubles would have more.
 */
function goOn({ labels, values }: Looped, order: readonly number[]): Looped {
  const decimals = decimalsOf(values);
  let last = values.findLast((value) => value !== undefined && Number.isFinite(value));
  const next = values.map((value, scrape) => {
    if (value === undefined || last === undefined || !Number.isFinite(value)) return value;
    const to = values[order[scrape - 1] ?? 0];
    const from = values[(order[scrape - 1] ?? 0) - 1];
    const step = to === undefined || from === undefined ? 0 : to - from;
    if (Number.isFinite(step)) last += step;
    if (decimals !== undefined) last = Number(last.toFixed(decimals));
    return last;
  });
  return { labels, values: next };
}

/** How many decimals are enough for all values; undefined when they are many. */
function decimalsOf(values: Looped['values']): number | undefined {
  for (let decimals = 0; decimals <= DECIMALS_MAX; decimals++) {
    const isEnough = (value: number) => !Number.isFinite(value) || Number(value.toFixed(decimals)) === value;
    if (values.every((value) => value === undefined || isEnough(value))) return decimals;
  }
  return undefined;
}
