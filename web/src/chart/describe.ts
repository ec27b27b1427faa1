import { type ChartData, countSeries } from './chartData.js';
import { bucketName, type HeatmapData } from './heatmapData.js';
import { statsOf } from './seriesStats.js';
import { formatInstant } from './timeFormat.js';
import { formatValue, type Unit } from './units.js';

const SERIES_READ_OUT = 5;
const KEYS =
  'Arrow keys move along the time axis, with Shift they mark a stretch that Enter zooms to, T shows a table.';

/** A chart in words, for who does not see it. */
export function describeChart(title: string, { grid, series, all }: ChartData, unit: Unit): string {
  const write = (value: number | null) => (value === null ? 'no value' : formatValue(value, unit));
  const present = series.filter(({ agoSec }) => agoSec === 0);
  const readings = present.slice(0, SERIES_READ_OUT).map((one) => {
    const { last, min, max } = statsOf(one);
    return `${one.name} ${write(last)}, between ${write(min)} and ${write(max)}`;
  });
  const more = countSeries(all) - readings.length;
  return [
    `${title}, ${formatInstant(grid.startSec)} to ${formatInstant(grid.endSec)}.`,
    `Last values: ${readings.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`,
    KEYS,
  ].join(' ');
}

/** Likewise: where most of it lies. */
export function describeHeatmap(
  title: string,
  { buckets, chart: { grid }, most }: HeatmapData,
  { unit, countUnit }: { readonly unit: Unit; readonly countUnit: Unit },
): string {
  const fullest = buckets.find(({ counts }) => counts.includes(most));
  const where =
    most === 0 || fullest === undefined ? 'Nothing was counted' : `Most in ${bucketName(fullest, unit)}`;
  return [
    `${title}, a heatmap of ${buckets.length} buckets, ${formatInstant(grid.startSec)} to ${formatInstant(grid.endSec)}.`,
    `${where}, ${formatValue(most, countUnit)} at a point of time.`,
    KEYS,
  ].join(' ');
}
