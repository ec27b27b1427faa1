import { useRef } from 'preact/hooks';
import type { ChartSeries } from './chartData.js';

/** A colour per series that it keeps while the chart lives, whatever comes and goes beside it. */
export function useColourSlots(series: readonly ChartSeries[]): readonly number[] {
  const slots = useRef(new Map<string, number>());
  const present = new Set(series.map(({ key }) => key));
  const kept = [...slots.current].filter(([key]) => present.has(key));
  const taken = new Set(kept.map(([, slot]) => slot));
  const next = new Map(kept);
  let free = 0;
  for (const key of present) {
    if (next.has(key)) continue;
    while (taken.has(free)) free += 1;
    taken.add(free);
    next.set(key, free);
  }
  slots.current = next;
  return series.map(({ key }) => next.get(key)!);
}
