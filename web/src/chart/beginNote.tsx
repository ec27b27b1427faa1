import { useMemo } from 'preact/hooks';
import { beginOf, type ChartData } from './chartData.js';
import type { PlotArea } from './plotArea.js';
import { formatInstant } from './timeFormat.js';

/** Where less of the range than this is before the first value, that is seen without a word. */
const EMPTY_MIN = 0.8;

/** Says since when there is data, where most of the plot is empty before it and looks as if nothing had come. */
export function BeginNote({ data, area }: { data: ChartData; area: PlotArea }) {
  const beginSec = useMemo(() => beginOf(data), [data]);
  if (beginSec === null) return null;
  const share = (beginSec - area.minSec) / (area.maxSec - area.minSec);
  if (!(share >= EMPTY_MIN)) return null;
  const { left, top, height } = area;
  return (
    <p
      class="chart-begin"
      style={{ left: `${left}px`, top: `${top}px`, width: `${share * area.width}px`, height: `${height}px` }}
    >
      <span>Data since {formatInstant(beginSec)}</span>
    </p>
  );
}
