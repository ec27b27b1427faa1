import { agoText } from './ago.js';
import type { ChartData } from './chartData.js';
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
    .map(({ name, values, agoSec }, place) => ({ name, value: values[index], agoSec, slot: slots[place] }))
    .filter((row): row is typeof row & { value: number } => row.value != null)
    .sort((a, b) => b.value - a.value)
    .map(({ name, value, agoSec, slot }) => ({
      colour: `var(${seriesToken(slot)})`,
      name: agoSec === 0 ? name : `${name} · ${agoText(agoSec)}`,
      value: formatValue(value, unit),
    }));
}
