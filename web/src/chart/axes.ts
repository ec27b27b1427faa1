import './validLanguage.js';
import uPlot from 'uplot';
import { ROUNDING } from './change.js';
import type { PlotStyle } from './plotOptions.js';
import { tokenColour } from './seriesColour.js';
import { formatTimeTicks } from './timeFormat.js';
import { emptyAxisMax, formatLogTicks, formatTicks, tickIncrements, type Unit } from './units.js';

const CHARACTER_PX = 6.2;
const GAP_PX = 6;

export function timeAxis(): uPlot.Axis {
  return {
    ...axisLook(),
    grid: { show: false },
    size: 24,
    space: 56,
    values: (_plot, splits, _axis, _space, increment) => formatTimeTicks(splits, increment),
  };
}

export function valueAxis(unit: Unit, isLog: boolean): uPlot.Axis {
  return {
    ...axisLook(),
    space: 26,
    size: (_plot, labels) => labelWidth(labels ?? []),
    ...(isLog
      ? { values: (_plot: uPlot, splits: number[]) => formatLogTicks(splits, unit) }
      : {
          incrs: tickIncrements(unit),
          values: (_plot: uPlot, splits: number[]) => formatTicks(splits, unit),
        }),
  };
}

export function axisLook(): uPlot.Axis {
  return {
    stroke: tokenColour('--ink-3'),
    font: `11px ${tokenColour('--font-sans')}`,
    gap: GAP_PX,
    grid: { stroke: tokenColour('--grid'), width: 1 },
    ticks: { show: false },
  };
}

/** What the labels beside an axis need. */
export function labelWidth(labels: readonly string[]): number {
  return Math.max(40, ...labels.map((text) => CHARACTER_PX * text.length + 14));
}

export function axisRange(min: number | null, max: number | null, style: PlotStyle): uPlot.Range.MinMax {
  if (min === null || max === null) return [0, emptyAxisMax(style.unit)];
  const isFlatAndHigh = min > 0 && max - min < 0.25 * max;
  const padding = (max - min) * 0.08 || Math.abs(max) * 0.1;
  if (style.mayCutZero && isFlatAndHigh && max - min > ROUNDING * max) return [min - padding, max + padding];
  const top = max > 0 ? max + Math.max(padding, max * 0.08) : min < 0 ? 0 : emptyAxisMax(style.unit);
  return [min < 0 ? min - padding : 0, top];
}

/** Values at or below zero have been left out: they have no place on it. */
export function logAxisRange(min: number | null, max: number | null, base: LogBase): uPlot.Range.MinMax {
  return min === null || max === null ? [1, base] : uPlot.rangeLog(min, max, base, true);
}

export type LogBase = 2 | 10;

/** Bytes are counted in powers of two. */
export function logBaseOf(unit: Unit): LogBase {
  return unit === 'bytes' || unit === 'bytesPerSecond' ? 2 : 10;
}
