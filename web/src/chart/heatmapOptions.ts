import type uPlot from 'uplot';
import { axisLook, labelWidth, timeAxis } from './axes.js';
import { HEAT_COLOUR_COUNT, heatOf, heatToken } from './heatColour.js';
import { bucketName, type HeatmapData } from './heatmapData.js';
import { SHARED_CURSOR, zonedDate } from './plotOptions.js';
import { tokenColour } from './seriesColour.js';
import type { TooltipRow } from './tooltipRows.js';
import { formatValue, type Unit } from './units.js';

/** Labels of bounds do not come closer than this. */
const LABEL_PX = 18;

/** A row of the plot for each bucket, whatever its width: bounds grow too fast for a scale of values. */
export function heatmapOptions(
  data: () => HeatmapData,
  unit: Unit,
  size: { width: number; height: number },
): uPlot.Options {
  const bounds = boundNames(data(), unit);
  const count = bounds.length;
  const every = Math.max(1, Math.ceil((count * LABEL_PX) / Math.max(1, size.height - 32)));
  return {
    ...size,
    tzDate: zonedDate(),
    legend: { show: false },
    padding: [8, 18, 0, 0],
    cursor: {
      drag: { x: true, y: false, setScale: false, dist: 6 },
      points: { show: false },
      sync: SHARED_CURSOR,
    },
    scales: {
      x: { time: true, range: (_plot, min, max) => [min - stepOf(data()), max] },
      y: { range: () => [0, count] },
    },
    axes: [
      timeAxis(),
      {
        ...axisLook(),
        grid: { show: false },
        size: () => labelWidth(bounds),
        splits: () => bounds.map((_, place) => place + 1).filter((place) => place % every === 0),
        values: (_plot, splits) => splits.map((place) => bounds[place - 1]),
      },
    ],
    series: [{}, { show: true, points: { show: false } }],
    hooks: { drawAxes: [(plot) => paintCells(plot, data())] },
  };
}

/** The bucket under the pointer, or from the keyboard all that have something, the highest first. */
export function heatmapRows(
  { buckets, most }: HeatmapData,
  { unit, countUnit }: { readonly unit: Unit; readonly countUnit: Unit },
  index: number,
  plot: uPlot,
): TooltipRow[] {
  const isPointed = plot.over.matches(':hover');
  const pointed = Math.floor(plot.posToVal(plot.cursor.top ?? 0, 'y'));
  return buckets
    .map((bucket, place) => ({ bucket, place, count: bucket.counts[index] }))
    .filter(({ place, count }) => (isPointed ? place === pointed : (count ?? 0) > 0))
    .reverse()
    .map(({ bucket, count }) => {
      const heat = heatOf(count ?? 0, most);
      return {
        colour: heat === null ? 'transparent' : `var(${heatToken(heat)})`,
        name: bucketName(bucket, unit),
        value: count === null ? 'no data' : formatValue(count, countUnit),
      };
    });
}

function boundNames({ buckets }: HeatmapData, unit: Unit): string[] {
  return buckets.map(({ to }) => formatValue(to, unit));
}

function stepOf({ chart }: HeatmapData): number {
  return chart.grid.stepSec;
}

/** Each cell ends at its point of time: what is counted there lies before it. */
function paintCells({ ctx, bbox, valToPos }: uPlot, { buckets, most, chart }: HeatmapData): void {
  const colours = Array.from({ length: HEAT_COLOUR_COUNT }, (_, heat) => tokenColour(heatToken(heat)));
  const edges = [chart.times[0] - chart.grid.stepSec, ...chart.times].map((time) =>
    valToPos(time, 'x', true),
  );
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  buckets.forEach(({ counts }, place) => {
    const top = Math.round(valToPos(place + 1, 'y', true));
    const height = Math.round(valToPos(place, 'y', true)) - top;
    counts.forEach((count, index) => {
      const heat = heatOf(count ?? 0, most);
      if (heat === null) return;
      ctx.fillStyle = colours[heat];
      const left = Math.round(edges[index]);
      ctx.fillRect(left, top, Math.max(1, Math.round(edges[index + 1]) - left), Math.max(1, height - 1));
    });
  });
  ctx.restore();
}
