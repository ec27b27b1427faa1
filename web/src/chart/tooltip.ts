import type uPlot from 'uplot';
import { formatInstant } from './timeFormat.js';
import type { TooltipRow } from './tooltipRows.js';

const ROWS_MAX = 10;

/** Reads out what is under the cursor, beside it and inside the window; nothing where there are no rows. */
export function tooltipPlugin(rowsAt: (index: number, plot: uPlot) => readonly TooltipRow[]): uPlot.Plugin {
  const box = document.createElement('div');
  box.className = 'chart-tooltip';
  box.hidden = true;
  // The cursor is shared between charts; only the one the reader points at or has focused speaks.
  let isPointedAt = false;
  return {
    hooks: {
      init: (plot) => {
        plot.root.append(box);
        plot.over.addEventListener('mouseenter', () => {
          isPointedAt = true;
        });
        plot.over.addEventListener('mouseleave', () => {
          isPointedAt = false;
          box.hidden = true;
        });
        plot.root.parentElement?.addEventListener('blur', () => {
          box.hidden = true;
        });
      },
      setCursor: (plot) => {
        const index = plot.cursor.idx;
        const isSpoken = isPointedAt || plot.root.parentElement === document.activeElement;
        const rows = index == null || !isSpoken ? [] : rowsAt(index, plot);
        box.hidden = rows.length === 0;
        if (index == null || rows.length === 0) return;
        fill(box, plot.data[0][index], rows);
        place(box, plot);
      },
    },
  };
}

function fill(box: HTMLElement, seconds: number, rows: readonly TooltipRow[]): void {
  const time = element('div', 'chart-tooltip-time', formatInstant(seconds));
  const lines = rows.slice(0, ROWS_MAX).map(({ colour, name, value }) => {
    const line = element('div', 'chart-tooltip-row', '');
    const swatch = element('span', 'swatch', '');
    swatch.style.background = colour;
    line.append(
      swatch,
      element('span', 'chart-tooltip-name', name),
      element('span', 'chart-tooltip-value', value),
    );
    return line;
  });
  const more = rows.length - lines.length;
  box.replaceChildren(
    time,
    ...lines,
    ...(more > 0 ? [element('div', 'chart-tooltip-time', `and ${more} more`)] : []),
  );
}

function place(box: HTMLElement, plot: uPlot): void {
  const over = plot.over.getBoundingClientRect();
  const left = plot.cursor.left ?? 0;
  const fitsRight = over.left + left + 16 + box.offsetWidth < document.documentElement.clientWidth;
  const x = plot.over.offsetLeft + (fitsRight ? left + 16 : left - 16 - box.offsetWidth);
  const smallest = 8 - over.left + plot.over.offsetLeft;
  box.style.transform = `translate(${Math.round(Math.max(smallest, x))}px, ${plot.over.offsetTop + 4}px)`;
}

function element(tag: string, className: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
