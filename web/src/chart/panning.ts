import type uPlot from 'uplot';

/** Less is a hand that trembles. */
const DISTANCE_PX_MIN = 4;

/**
 * What a press on the plot does: with Shift it takes hold of the picture, else it is the plot's own, which zooms.
 *
 * The picture is only moved: what comes in from the side has not been loaded, so there is nothing to draw anew before
 * letting go, and moving costs the same for any number of points.
 */
export function panOnShift(onPan: (startSec: number, endSec: number) => void): uPlot.Cursor.Bind {
  return {
    mousedown: (plot, _target, zoom) => (event) => {
      if (!event.shiftKey || event.button !== 0) return zoom(event);
      pan(plot, event.clientX, onPan);
      return null;
    },
  };
}

function pan(plot: uPlot, fromX: number, onPan: (startSec: number, endSec: number) => void): void {
  const picture = takePicture(plot);
  const distanceTo = ({ clientX }: MouseEvent) => clientX - fromX;
  plot.root.dataset['panning'] = 'true';
  const onMove = (event: MouseEvent) => drawMoved(plot, picture, distanceTo(event) * devicePixelRatio);
  const onUp = (event: MouseEvent) => {
    document.removeEventListener('mousemove', onMove);
    delete plot.root.dataset['panning'];
    const bySec = plot.posToVal(0, 'x') - plot.posToVal(distanceTo(event), 'x');
    const { min, max } = plot.scales['x'];
    if (Math.abs(distanceTo(event)) < DISTANCE_PX_MIN || min == null || max == null) plot.redraw(false);
    else onPan(min + bySec, max + bySec);
  };
  document.addEventListener('mousemove', onMove);
  document.addEventListener('mouseup', onUp, { once: true });
}

/** Lines end in round caps, which reach so far out of the plot. */
const CAP_PX = 4;

/** The plot and the time axis below it, without the values beside it. */
function takePicture({ ctx, bbox: { left, width } }: uPlot): HTMLCanvasElement {
  const picture = document.createElement('canvas');
  picture.width = width + 2 * CAP_PX;
  picture.height = ctx.canvas.height;
  picture.getContext('2d')?.drawImage(ctx.canvas, CAP_PX - left, 0);
  return picture;
}

function drawMoved({ ctx, bbox }: uPlot, picture: HTMLCanvasElement, byPx: number): void {
  const left = bbox.left - CAP_PX;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, 0, picture.width, picture.height);
  ctx.clip();
  ctx.clearRect(left, 0, picture.width, picture.height);
  ctx.drawImage(picture, left + Math.round(byPx), 0);
  ctx.restore();
}
