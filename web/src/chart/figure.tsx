import { useMemo } from 'preact/hooks';
import type { ChartData, ChartSeries } from './chartData.js';
import { type Figure, statsOf } from './seriesStats.js';
import { type Role, roleOf, type Threshold } from './thresholds.js';
import type { Unit } from './units.js';

/** What stats, gauges and bars are given: series over time, of which they show one figure each. */
export interface FigureProps {
  readonly title: string;
  readonly data: ChartData;
  readonly unit: Unit;
  readonly thresholds: readonly Threshold[];
  /** Which figure of each series; the last where nothing is said. */
  readonly figure?: Figure;
}

export interface Reading {
  readonly series: ChartSeries;
  readonly value: number | null;
  readonly role: Role | null;
}

/** More than these are no longer seen at a glance. */
const READINGS_MAX = 48;

/** A figure of each present series, in their order or the highest first, and how many more there are. */
export function useReadings(
  { data, thresholds, figure = 'last' }: FigureProps,
  order: 'given' | 'highest',
): { readonly readings: readonly Reading[]; readonly hidden: number } {
  return useMemo(() => {
    const readings = data.all
      .filter(({ agoSec }) => agoSec === 0)
      .map((series) => {
        const value = statsOf(series)[figure];
        return { series, value, role: roleOf(value, thresholds) };
      });
    if (order === 'highest') readings.sort((a, b) => (b.value ?? -Infinity) - (a.value ?? -Infinity));
    return {
      readings: readings.slice(0, READINGS_MAX),
      hidden: Math.max(0, readings.length - READINGS_MAX),
    };
  }, [data, thresholds, figure, order]);
}

/** Said below where there are more. */
export function HiddenNote({ hidden }: { hidden: number }) {
  return hidden > 0 ? <p class="note">and {hidden} more series</p> : null;
}
