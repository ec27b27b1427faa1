import type { Edges } from '../ast.js';
import type { RangeFunction, RangeSeries, WindowFunction } from '../eval/rangeFunction.js';
import { findEdges, innerWindows, type WindowEdges } from '../eval/windowEdges.js';

/** A range function over windows whose edges are made of samples around them. */
export type ExtendedFunction = (edges: Edges, lookbackMs: number) => RangeFunction;

/** The change between the edges of the window, nothing extrapolated. */
export function extendedRate(kind: { counter: boolean; perSecond: boolean }): ExtendedFunction {
  return (edges, lookbackMs) => ({
    samplesMin: 1,
    prepare(series) {
      const windowAt = innerWindows(series, edges, lookbackMs);
      return (from, to, step) => {
        const window = windowAt(step);
        const found = findEdges(series, { from, to }, window, { edges, counter: kind.counter });
        if (!found) return undefined;
        const drops = kind.counter ? lostInDrops(series, found, window) : 0;
        const change = found.right - found.left + drops;
        return kind.perSecond ? change / ((window.endMs - window.startMs) / 1000) : change;
      };
    },
  });
}

/** What counts something between neighbouring samples, the first of them the last one before the window. */
export function anchoredCount(prepare: (series: RangeSeries) => WindowFunction): ExtendedFunction {
  return (edges, lookbackMs) => ({
    samplesMin: 1,
    prepare(series) {
      const windowAt = innerWindows(series, edges, lookbackMs);
      const count = prepare(series);
      return (from, to, step) => {
        const { startMs } = windowAt(step);
        if (series.times[to - 1] <= startMs) return undefined;
        let anchor = from;
        while (series.times[anchor + 1] <= startMs) anchor++;
        return count(anchor, to, step);
      };
    },
  });
}

/** The values before the drops of a counter from edge to edge. */
function lostInDrops(
  { times, values }: RangeSeries,
  { first, last, left, right }: WindowEdges,
  { startMs, endMs }: { startMs: number; endMs: number },
): number {
  const from = times[first] <= startMs ? first + 1 : first;
  const to = times[last] >= endMs ? last - 1 : last;
  let lost = 0;
  let before = left;
  for (let i = from; i <= to; i++) {
    if (values[i] < before) lost += before;
    before = values[i];
  }
  return right < before ? lost + before : lost;
}
