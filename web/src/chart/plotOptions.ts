import uPlot from 'uplot';
import { type ChartSeries, isolatedPoints } from './chartData.js';
import { formatTimeTicks, zone } from './timeFormat.js';
import { emptyAxisMax, formatTicks, tickIncrements, type Unit } from './units.js';

export interface PlotStyle {
  readonly unit: Unit;
  /** A sparkline: no axes, the area under a single line filled. */
  readonly isCompact: boolean;
  readonly isStacked: boolean;
  /** Whether the axis may start above zero when all values lie close together. */
  readonly mayCutZero: boolean;
  /** Charts with the same key share their cursor. */
  readonly syncKey: string | null;
}

/** The number of `--series-<n>` colours in the style sheet. */
export const COLOUR_COUNT = 8;

/** Options for one chart; `slots` gives each series its colour, counted from 0. */
export function plotOptions(
  series: readonly ChartSeries[],
  slots: readonly number[],
  style: PlotStyle,
  size: { width: number; height: number },
): uPlot.Options {
  const css = getComputedStyle(document.documentElement);
  const colour = (name: string) => css.getPropertyValue(name).trim();
  const isFilled = style.isCompact || series.length === 1 || style.isStacked;
  return {
    ...size,
    tzDate: zone.value === 'utc' ? (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : undefined,
    legend: { show: false },
    padding: style.isCompact ? [4, 0, 2, 0] : [8, 18, 0, 0],
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: 6 },
      points: { size: 7, width: 0 },
      sync: style.syncKey === null ? undefined : { key: style.syncKey, setSeries: false },
    },
    scales: { x: { time: true }, y: { range: (_plot, min, max) => axisRange(min, max, style) } },
    bands: style.isStacked ? series.slice(1).map((_, index) => ({ series: [index + 2, index + 1] })) : [],
    axes: style.isCompact ? [{ show: false }, { show: false }] : axes(style.unit, colour),
    series: [{}, ...series.map((_, index) => lineOptions(slots[index], isFilled, style.isStacked, colour))],
  };
}

function lineOptions(
  slot: number,
  isFilled: boolean,
  isStacked: boolean,
  colour: (name: string) => string,
): uPlot.Series {
  const stroke = colour(`--series-${(slot % COLOUR_COUNT) + 1}`);
  return {
    stroke,
    width: 1.5,
    spanGaps: false,
    // Past the palette colours repeat; the dash tells the second round from the first.
    dash: slot >= COLOUR_COUNT ? [6, 3] : undefined,
    fill: isFilled ? (isStacked ? withAlpha(stroke, 0.28) : (plot) => fading(plot, stroke)) : undefined,
    points: {
      size: 4,
      fill: stroke,
      filter: (plot, index) => isolatedPoints(plot.data[index]),
    },
  };
}

function axes(unit: Unit, colour: (name: string) => string): uPlot.Axis[] {
  const look = {
    stroke: colour('--ink-3'),
    font: `11px ${colour('--font-sans')}`,
    grid: { stroke: colour('--grid'), width: 1 },
    ticks: { show: false },
  };
  return [
    {
      ...look,
      grid: { show: false },
      size: 24,
      gap: 6,
      space: 72,
      values: (_plot, splits, _axis, _space, increment) => formatTimeTicks(splits, increment),
    },
    {
      ...look,
      gap: 6,
      space: 26,
      incrs: tickIncrements(unit),
      size: (_plot, values) => Math.max(40, ...(values ?? []).map((text) => 6.2 * text.length + 14)),
      values: (_plot, splits) => formatTicks(splits, unit),
    },
  ];
}

function axisRange(min: number | null, max: number | null, style: PlotStyle): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, emptyAxisMax(style.unit)];
  const isFlatAndHigh = min > 0 && max - min < 0.25 * max;
  const padding = (max - min) * 0.08 || Math.abs(max) * 0.1;
  if (style.mayCutZero && isFlatAndHigh && max > min) return [min - padding, max + padding];
  const top = max > 0 ? max + Math.max(padding, max * 0.08) : min < 0 ? 0 : emptyAxisMax(style.unit);
  return [min < 0 ? min - padding : 0, top];
}

/** The colour under a line, which fades towards the bottom of the plot. */
function fading({ ctx, bbox: { top, height } }: uPlot, stroke: string): CanvasGradient | string {
  // Before the first layout there is no height, and nothing to fill.
  if (!Number.isFinite(top) || height <= 0) return 'transparent';
  const gradient = ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, withAlpha(stroke, 0.22));
  gradient.addColorStop(1, withAlpha(stroke, 0.02));
  return gradient;
}

/** `#rrggbb` as the style sheet writes it, made translucent. */
function withAlpha(hex: string, alpha: number): string {
  return `${hex}${Math.round(alpha * 255)
    .toString(16)
    .padStart(2, '0')}`;
}
