import './plot.css';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import './validLanguage.js';
import uPlot from 'uplot';
import { theme } from '../state/theme.js';
import { useWidth } from '../state/useWidth.js';
import { panOnShift } from './panning.js';
import { pressKey, unmark, zoomToSelection } from './plotInput.js';
import { zone } from './timeFormat.js';
import { tooltipPlugin } from './tooltip.js';
import type { TooltipRow } from './tooltipRows.js';

interface Props {
  /** What it takes to be another plot, whatever its data. */
  readonly shape: string;
  readonly options: (size: { width: number; height: number }) => uPlot.Options;
  /** The same object as long as nothing of it has changed. */
  readonly columns: uPlot.AlignedData;
  readonly rowsAt: (index: number, plot: uPlot) => readonly TooltipRow[];
  readonly heightPx: number;
  /** What a screen reader says instead of the picture. */
  readonly label: string;
  readonly onZoom: (startSec: number, endSec: number) => void;
  /** Told after each drawing. */
  readonly onDrawn?: (plot: uPlot) => void;
  /** Asked for by key: what is drawn, in numbers. */
  readonly onTable: () => void;
}

/**
 * A canvas along time. A refresh only replaces the data; the plot is built anew when its shape, theme or zone change.
 * With the focus on it, the arrow keys move the cursor, and mark what is to be looked at.
 */
export function Plot({ shape, options, columns, heightPx, label, onTable, ...handlers }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef(handlers);
  latest.current = handlers;
  const drawn = useRef<uPlot.AlignedData | null>(null);
  const widthPx = useWidth(host);

  useLayoutEffect(() => {
    if (host.current === null || widthPx === 0) return;
    const made = build(options({ width: widthPx, height: heightPx }), columns, host.current, latest);
    plot.current = made;
    drawn.current = columns;
    return () => {
      made.destroy();
      plot.current = null;
    };
  }, [shape, theme.value, zone.value, widthPx === 0]);
  useEffect(() => {
    if (drawn.current !== columns) plot.current?.setData(columns);
    drawn.current = columns;
  }, [columns]);
  useEffect(() => {
    const { width = widthPx, height = heightPx } = plot.current ?? {};
    if (width !== widthPx || height !== heightPx) plot.current?.setSize({ width: widthPx, height: heightPx });
  }, [widthPx, heightPx]);

  return (
    <div
      class="plot"
      data-testid="plot"
      ref={host}
      style={{ height: `${heightPx}px` }}
      role="img"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys read the chart out
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 't') onTable();
        else if (plot.current !== null) pressKey(event, plot.current, handlers.onZoom);
      }}
      onBlur={() => plot.current !== null && unmark(plot.current)}
    />
  );
}

type Handlers = Pick<Props, 'rowsAt' | 'onZoom' | 'onDrawn'>;

function build(
  options: uPlot.Options,
  columns: uPlot.AlignedData,
  host: HTMLElement,
  handlers: { readonly current: Handlers },
): uPlot {
  const onZoom: Handlers['onZoom'] = (startSec, endSec) => handlers.current.onZoom(startSec, endSec);
  return new uPlot(
    {
      ...options,
      cursor: { ...options.cursor, bind: panOnShift(onZoom) },
      plugins: [
        ...(options.plugins ?? []),
        tooltipPlugin((index, plot) => handlers.current.rowsAt(index, plot)),
      ],
      hooks: {
        ...options.hooks,
        setSelect: [(plot) => zoomToSelection(plot, onZoom)],
        draw: [(plot) => handlers.current.onDrawn?.(plot)],
      },
    },
    columns,
    host,
  );
}
