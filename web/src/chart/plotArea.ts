import type uPlot from 'uplot';

/** Where the plot lies in its element, in CSS pixels, and what its edges mean. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly minSec: number;
  readonly maxSec: number;
  readonly minValue: number;
  readonly maxValue: number;
}

/** Undefined while the plot has no scales. */
export function plotAreaOf({ over, scales }: uPlot): PlotArea | undefined {
  const { x, y } = scales;
  if (x.min == null || x.max == null || y.min == null || y.max == null) return undefined;
  return {
    left: over.offsetLeft,
    top: over.offsetTop,
    width: over.clientWidth,
    height: over.clientHeight,
    minSec: x.min,
    maxSec: x.max,
    minValue: y.min,
    maxValue: y.max,
  };
}
