import type uPlot from 'uplot';

type ZoomTo = (startSec: number, endSec: number) => void;

/** Says which stretch is marked, by drag or by keys, and takes the mark away again. */
export function zoomToSelection(plot: uPlot, onZoom: ZoomTo): void {
  const { left, width } = plot.select;
  if (width <= 0) return;
  const startSec = Math.floor(plot.posToVal(left, 'x'));
  const endSec = Math.ceil(plot.posToVal(left + width, 'x'));
  unmark(plot);
  if (endSec > startSec) onZoom(startSec, endSec);
}

/**
 * The arrow keys go from point to point, Home and End to the ends; with Shift they mark what lies between, which Enter
 * narrows to and Escape lets go.
 */
export function pressKey(event: KeyboardEvent, plot: uPlot, onZoom: ZoomTo): void {
  if (event.key === 'Enter') zoomToSelection(plot, onZoom);
  if (event.key === 'Escape' && unmark(plot)) event.preventDefault();
  const index = indexAfter(event.key, plot);
  if (index === undefined) return;
  event.preventDefault();
  const left = plot.valToPos(plot.data[0][index], 'x');
  if (event.shiftKey) mark(plot, markedFrom(plot) ?? left, left);
  else unmark(plot);
  plot.setCursor({ left, top: plot.over.clientHeight / 2 });
}

/** Lets go of what is marked; false where nothing is. */
export function unmark(plot: uPlot): boolean {
  const isMarked = plot.select.width > 0;
  if (isMarked) plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  return isMarked;
}

function indexAfter(key: string, { data: [times], cursor }: uPlot): number | undefined {
  const last = times.length - 1;
  const to = {
    ArrowRight: (cursor.idx ?? -1) + 1,
    ArrowLeft: (cursor.idx ?? times.length) - 1,
    Home: 0,
    End: last,
  }[key];
  return to === undefined ? undefined : Math.min(last, Math.max(0, to));
}

function mark(plot: uPlot, fromPx: number, toPx: number): void {
  const left = Math.min(fromPx, toPx);
  const width = Math.abs(toPx - fromPx);
  plot.setSelect({ left, top: 0, width, height: plot.over.clientHeight }, false);
}

/** Where the cursor stands, or the end of what is marked that is not at it; undefined where there is neither. */
function markedFrom({ select: { left, width }, cursor }: uPlot): number | undefined {
  if (cursor.idx == null || cursor.left == null) return undefined;
  if (width === 0) return cursor.left;
  return Math.abs(cursor.left - left) < width / 2 ? left + width : left;
}
