import { useRef } from 'preact/hooks';
import type { ChartSeries } from './chartData.js';
import { COLOUR_COUNT } from './seriesColour.js';

/** A colour per series that it keeps while the chart lives, whatever comes and goes beside it. */
export function useColourSlots(series: readonly ChartSeries[]): readonly number[] {
  const slots = useRef<ReadonlyMap<string, number>>(new Map());
  slots.current = assignSlots(slots.current, new Set(series.map(({ identity }) => identity)));
  return series.map(({ identity }) => slots.current.get(identity)!);
}

/**
 * The slots known before, and the lowest free ones for who has none. Those of series that are gone wait for them, as
 * long as there are colours enough for all, and what there is now has something to do with what was.
 */
export function assignSlots(
  before: ReadonlyMap<string, number>,
  present: ReadonlySet<string>,
): ReadonlyMap<string, number> {
  const union = new Set([...before.keys(), ...present]);
  const isRelated = present.size === 0 || [...present].some((identity) => before.has(identity));
  const keepsGone = isRelated && union.size <= COLOUR_COUNT;
  const next = new Map([...before].filter(([identity]) => keepsGone || present.has(identity)));
  const taken = new Set(next.values());
  let free = 0;
  for (const identity of present) {
    if (next.has(identity)) continue;
    while (taken.has(free)) free += 1;
    taken.add(free);
    next.set(identity, free);
  }
  return next;
}
