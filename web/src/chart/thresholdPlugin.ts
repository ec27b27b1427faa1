import type uPlot from 'uplot';
import { tokenColour } from './seriesColour.js';
import type { Threshold } from './thresholds.js';

/** Thresholds as dashed lines across the plot, below the series. */
export function thresholdPlugin(thresholds: readonly Threshold[]): uPlot.Plugin {
  return {
    hooks: {
      drawAxes: ({ ctx, bbox, scales, valToPos }) => {
        const { min, max } = scales['y'];
        ctx.save();
        ctx.lineWidth = devicePixelRatio;
        ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
        for (const { from, role } of thresholds) {
          if (min == null || max == null || from < min || from > max) continue;
          const y = Math.round(valToPos(from, 'y', true));
          ctx.strokeStyle = tokenColour(`--${role}`);
          ctx.beginPath();
          ctx.moveTo(bbox.left, y);
          ctx.lineTo(bbox.left + bbox.width, y);
          ctx.stroke();
        }
        ctx.restore();
      },
    },
  };
}
