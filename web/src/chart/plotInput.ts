import type uPlot from 'uplot';

/** Says which stretch was dragged, and takes the mark away again. */
export function zoomToSelection(plot: uPlot, onZoom: (startSec: number, endSec: number) => void): void {
  const { left, width } = plot.select;
  if (width <= 0) return;
  const startSec = Math.floor(plot.posToVal(left, 'x'));
  const endSec = Math.ceil(plot.posToVal(left + width, 'x'));
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  if (endSec > startSec) onZoom(startSec, endSec);
}

/** The arrow keys go from point to point, Home and End to the ends. */
export function moveCursor(event: KeyboardEvent, plot: uPlot): void {
  const times = plot.data[0];
  const at = plot.cursor.idx;
  const last = times.length - 1;
  const to = {
    ArrowRight: (at ?? -1) + 1,
    ArrowLeft: (at ?? times.length) - 1,
    Home: 0,
    End: last,
  }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  const index = Math.min(last, Math.max(0, to));
  plot.setCursor({ left: plot.valToPos(times[index], 'x'), top: plot.over.clientHeight / 2 });
}
