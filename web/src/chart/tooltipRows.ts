import type { ChartData } from './chartData.js';
import { nameInTime } from './nameInTime.js';
import { seriesToken } from './seriesColour.js';
import { formatValue, type Unit } from './units.js';

/** A line of a tooltip, in the order they are shown. */
export interface TooltipRow {
  /** A colour, as CSS has it. */
  readonly colour: string;
  readonly name: string;
  readonly value: string;
}

/** What the series are at a point of time, highest first, and what they were before. */
export function seriesRows(
  { data, slots }: { readonly data: ChartData; readonly slots: readonly number[] },
  unit: Unit,
  index: number,
): TooltipRow[] {
  return data.series
    .map((series, place) => ({
      name: nameInTime(series),
      value: series.values[index],
      slot: slots[place],
    }))
    .filter((row): row is typeof row & { value: number } => row.value != null)
    .sort((a, b) => b.value - a.value)
    .map(({ name, value, slot }) => ({
      colour: `var(${seriesToken(slot)})`,
      name,
      value: formatValue(value, unit),
    }));
}
