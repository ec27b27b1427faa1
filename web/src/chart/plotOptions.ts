import './validLanguage.js';
import uPlot from 'uplot';
import { axisRange, logAxisRange, logBaseOf, timeAxis, valueAxis } from './axes.js';
import { type ChartSeries, isolatedPoints } from './chartData.js';
import { COLOUR_COUNT, seriesToken, tokenColour, withAlpha } from './seriesColour.js';
import { thresholdPlugin } from './thresholdPlugin.js';
import type { Threshold } from './thresholds.js';
import { zone } from './timeFormat.js';
import type { Unit } from './units.js';

/** Bars of several series are stacked: beside each other they would be too thin, behind each other hidden. */
export type GraphKind = 'line' | 'area' | 'stacked' | 'bars';

export interface PlotStyle {
  readonly unit: Unit;
  readonly kind: GraphKind;
  /** Of a logarithmic axis, which sums cannot have: stacked series ignore it. */
  readonly isLog: boolean;
  /** A sparkline: no axes and no legend. */
  readonly isCompact: boolean;
  /** Whether the axis may start above zero when all values lie close together. */
  readonly mayCutZero: boolean;
  /** Drawn as lines across the plot. */
  readonly thresholds: readonly Threshold[];
}

/** To be changed where something else is wanted. */
export const PLAIN_STYLE: PlotStyle = {
  unit: 'none',
  kind: 'line',
  isLog: false,
  isCompact: false,
  mayCutZero: false,
  thresholds: [],
};

export function isStacked({ kind }: Pick<PlotStyle, 'kind'>): boolean {
  return kind === 'stacked' || kind === 'bars';
}

/** Whether the axis is logarithmic in the end. */
export function isLogarithmic(style: PlotStyle): boolean {
  return style.isLog && !isStacked(style);
}

/** What a point of a grid needs, in CSS pixels: a bar more than others, or bars become an area. */
export function pointWidth(kind: GraphKind): number | undefined {
  return kind === 'bars' ? BAR_PX : undefined;
}

const BAR_PX = 12;

/** All charts on a screen share their cursor. */
export const SHARED_CURSOR: uPlot.Cursor.Sync = { key: 'time', setSeries: false, scales: ['x', null] };

/** Options for one chart; `slots` gives each series its colour. */
export function plotOptions(
  series: readonly ChartSeries[],
  slots: readonly number[],
  style: PlotStyle,
  size: { width: number; height: number },
): uPlot.Options {
  const isLog = isLogarithmic(style);
  const base = logBaseOf(style.unit);
  return {
    ...size,
    tzDate: zonedDate(),
    legend: { show: false },
    padding: style.isCompact ? [4, 0, 2, 0] : [8, 18, 0, 0],
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: 6 },
      points: { size: 7, width: 0 },
      sync: SHARED_CURSOR,
    },
    scales: {
      x: style.kind === 'bars' ? { time: true, range: withHalfBars } : { time: true },
      y: isLog
        ? { distr: 3, log: base, range: (_plot, min, max) => logAxisRange(min, max, base) }
        : { range: (_plot, min, max) => axisRange(min, max, style) },
    },
    plugins: [thresholdPlugin(style.thresholds)],
    bands: style.kind === 'stacked' ? bandsOf(series) : [],
    axes: style.isCompact ? [{ show: false }, { show: false }] : [timeAxis(), valueAxis(style.unit, isLog)],
    series: [{}, ...series.map((one, index) => lineOptions(one, slots[index], style))],
  };
}

/** The first and the last bar stand half outside of their points. */
function withHalfBars({ data: [times] }: uPlot, min: number, max: number): uPlot.Range.MinMax {
  const half = times.length > 1 ? (times[1] - times[0]) / 2 : 0;
  return [min - half, max + half];
}

export function zonedDate(): uPlot.Options['tzDate'] {
  return zone.value === 'utc' ? (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : undefined;
}

/** Between each present series and the next, which lies below it. */
function bandsOf(series: readonly ChartSeries[]): uPlot.Band[] {
  const present = series.flatMap(({ agoSec }, index) => (agoSec === 0 ? [index + 1] : []));
  return present.slice(1).map((below, place) => ({ series: [present[place], below] }));
}

function lineOptions({ agoSec }: ChartSeries, slot: number, style: PlotStyle): uPlot.Series {
  const colour = tokenColour(seriesToken(slot));
  const isEarlier = agoSec !== 0;
  const isBars = style.kind === 'bars' && !isEarlier;
  return {
    stroke: isEarlier ? withAlpha(colour, 0.6) : colour,
    width: isBars ? 0 : isEarlier ? 1.25 : 1.5,
    spanGaps: false,
    // The second round of colours is told from the first by its dashes, and what was before from what is by dots.
    dash: isEarlier ? [2, 3] : slot >= COLOUR_COUNT ? [6, 3] : undefined,
    fill: isEarlier ? undefined : fillOf(style.kind, colour),
    paths: isBars ? uPlot.paths.bars!({ size: [0.8, 48, 1] }) : undefined,
    points: isBars
      ? { show: false }
      : { size: 4, fill: colour, filter: (plot, index) => dots(plot.data[index]) },
  };
}

/** Null draws nothing at all, which is quicker than a drawing of nothing. */
function dots(values: ArrayLike<number | null | undefined>): number[] | null {
  const found = isolatedPoints(values);
  return found.length === 0 ? null : found;
}

function fillOf(kind: GraphKind, colour: string): uPlot.Series.Fill | undefined {
  switch (kind) {
    case 'line':
      return undefined;
    case 'area':
      return (plot) => fading(plot, colour);
    case 'stacked':
      return withAlpha(colour, 0.28);
    case 'bars':
      return colour;
  }
}

/** The colour under a line, which fades towards the bottom of the plot. */
function fading({ ctx, bbox: { top, height } }: uPlot, colour: string): CanvasGradient | string {
  // Before the first layout there is no height, and nothing to fill.
  if (!Number.isFinite(top) || height <= 0) return 'transparent';
  const gradient = ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(0, withAlpha(colour, 0.22));
  gradient.addColorStop(1, withAlpha(colour, 0.02));
  return gradient;
}
