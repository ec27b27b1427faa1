import type { Edges } from '../ast.js';
import type { RangeSeries } from './rangeFunction.js';

/** A window without what was fetched around it, ms; it does not include its start. */
export interface InnerWindow {
  readonly startMs: number;
  readonly endMs: number;
}

/** The windows of a series by step, when what `extendReach` adds is taken away again. */
export function innerWindows(
  { rangeMs, ends }: Pick<RangeSeries, 'rangeMs' | 'ends'>,
  edges: Edges,
  lookbackMs: number,
): (step: number) => InnerWindow {
  const afterMs = edges === 'smoothed' ? lookbackMs : 0;
  const innerMs = rangeMs - lookbackMs - afterMs;
  return (step) => {
    const endMs = ends[step] - afterMs;
    return { startMs: endMs - innerMs, endMs };
  };
}

/** The samples that make the edges of a window, and the values there. */
export interface WindowEdges {
  readonly first: number;
  readonly last: number;
  readonly left: number;
  readonly right: number;
}

/**
 * The edges of a window among the samples at the places `from` up to but not including `to`; undefined when no
 * sample says anything about the window.
 *
 * Source: https://prometheus.io/docs/prometheus/latest/feature_flags/#extended-range-selectors
 */
export function findEdges(
  { times, values }: Pick<RangeSeries, 'times' | 'values'>,
  { from, to }: { from: number; to: number },
  { startMs, endMs }: InnerWindow,
  how: { edges: Edges; counter: boolean },
): WindowEdges | undefined {
  const smoothed = how.edges === 'smoothed';
  let last = to - 1;
  let first = from;
  while (first + 1 < last && times[first + 1] <= startMs) first++;
  if (smoothed) {
    let next = from;
    while (next < last && times[next] < endMs) next++;
    last = next;
  }
  if (times[last] <= startMs || (smoothed && times[first] > endMs)) return undefined;
  const left = smoothed && times[first] < startMs ? between(first, startMs) : values[first];
  const right = smoothed && last > from && times[last] > endMs ? between(last - 1, endMs) : values[last];
  return { first, last, left, right };

  /** By interpolation; a counter that was reset between two samples grew from 0. */
  function between(place: number, timeMs: number): number {
    const next = values[place + 1];
    const before = how.counter && next < values[place] ? 0 : values[place];
    return before + ((next - before) * (timeMs - times[place])) / (times[place + 1] - times[place]);
  }
}
