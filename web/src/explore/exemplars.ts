import type { ExemplarSeries, Grid, Labels } from '../api/types.js';
import { seriesName } from '../chart/chartData.js';

/** Dots drawn at once: more hide each other, and the line below. */
export const EXEMPLARS_MAX = 100;

export interface Exemplar {
  readonly key: string;
  readonly series: string;
  readonly labels: Labels;
  readonly value: number;
  readonly timeSec: number;
}

/** Those of several answers that can be drawn, in the order of time; the same of two queries once. */
export function collectExemplars(answers: readonly (readonly ExemplarSeries[])[]): Exemplar[] {
  const found = new Map<string, Exemplar>();
  for (const { seriesLabels, exemplars } of answers.flat()) {
    const series = seriesName(seriesLabels);
    for (const { labels, value: text, timestamp: timeSec } of exemplars) {
      const value = Number(text);
      const key = JSON.stringify([series, timeSec, text, labels]);
      if (Number.isFinite(value)) found.set(key, { key, series, labels, value, timeSec });
    }
  }
  return [...found.values()].sort((a, b) => a.timeSec - b.timeSec);
}

/**
 * At most `EXEMPLARS_MAX` of them: where there are more, the highest and the lowest of each of so many equal stretches
 * of the range, since what stands out is what a reader looks for.
 */
export function thinOut(all: readonly Exemplar[], { startSec, endSec }: Grid): readonly Exemplar[] {
  if (all.length <= EXEMPLARS_MAX) return all;
  const stretches = EXEMPLARS_MAX / 2;
  const widthSec = Math.max(endSec - startSec, 1) / stretches;
  const ends = new Map<number, { lowest: Exemplar; highest: Exemplar }>();
  for (const one of all) {
    const stretch = Math.min(stretches - 1, Math.max(0, Math.floor((one.timeSec - startSec) / widthSec)));
    const known = ends.get(stretch);
    if (known === undefined) ends.set(stretch, { lowest: one, highest: one });
    else if (one.value > known.highest.value) known.highest = one;
    else if (one.value < known.lowest.value) known.lowest = one;
  }
  const kept = new Set([...ends.values()].flatMap(({ lowest, highest }) => [lowest, highest]));
  return all.filter((one) => kept.has(one));
}
