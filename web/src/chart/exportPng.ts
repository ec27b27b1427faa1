import type { Grid } from '../api/types.js';
import { download, fileNameOf } from './download.js';
import { tokenColour } from './seriesColour.js';
import { formatInstant } from './timeFormat.js';

export type PictureLegend = readonly { readonly name: string; readonly token: string }[];

export interface Picture {
  readonly title: string;
  readonly grid: Grid;
  /** The chart as it is drawn now. */
  readonly canvas: HTMLCanvasElement;
  readonly legend: PictureLegend;
}

/** In CSS pixels. */
const MARGIN = 20;
const HEAD = 52;
const LINE = 20;
const SWATCH = 10;
const COLUMN_MIN = 260;
/** More names would make it a list with a chart. */
const NAMES_MAX = 40;

/** Saves the chart with its title, time and legend, in the present theme, as sharp as the screen. */
export async function downloadPng(picture: Picture): Promise<void> {
  const canvas = paint(picture);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob !== null) download(blob, fileNameOf(picture.title, 'png'));
}

function paint({ title, grid, canvas: chart, legend }: Picture): HTMLCanvasElement {
  const scale = devicePixelRatio;
  const width = chart.width / scale;
  const height = chart.height / scale;
  const columns = Math.max(1, Math.floor(width / COLUMN_MIN));
  const names = legend.slice(0, NAMES_MAX);
  const rows = Math.ceil(names.length / columns) + (legend.length > names.length ? 1 : 0);
  const canvas = document.createElement('canvas');
  canvas.width = (width + 2 * MARGIN) * scale;
  canvas.height = (HEAD + height + rows * LINE + 2 * MARGIN) * scale;
  const ctx = canvas.getContext('2d')!;
  ctx.scale(scale, scale);
  ctx.fillStyle = tokenColour('--surface');
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.translate(MARGIN, MARGIN);
  ctx.textBaseline = 'top';
  write(ctx, { text: title, x: 0, y: 0, width, font: 600, size: 16, token: '--ink' });
  const time = `${formatInstant(grid.startSec)} – ${formatInstant(grid.endSec)}`;
  write(ctx, { text: time, x: 0, y: 24, width, font: 400, size: 12, token: '--ink-3' });
  ctx.drawImage(chart, 0, HEAD, width, height);
  paintLegend(ctx, names, { top: HEAD + height + MARGIN / 2, columns, columnWidth: width / columns });
  if (legend.length > names.length) {
    const y = HEAD + height + MARGIN / 2 + (rows - 1) * LINE;
    const text = `and ${legend.length - names.length} more`;
    write(ctx, { text, x: 0, y, width, font: 400, size: 12, token: '--ink-3' });
  }
  return canvas;
}

function paintLegend(
  ctx: CanvasRenderingContext2D,
  names: PictureLegend,
  { top, columns, columnWidth }: { top: number; columns: number; columnWidth: number },
): void {
  names.forEach(({ name, token }, place) => {
    const x = (place % columns) * columnWidth;
    const y = top + Math.floor(place / columns) * LINE;
    ctx.fillStyle = tokenColour(token);
    ctx.fillRect(x, y + 5, SWATCH, 3);
    const textX = x + SWATCH + 6;
    const width = columnWidth - SWATCH - 18;
    write(ctx, { text: name, x: textX, y, width, font: 400, size: 12, token: '--ink-2' });
  });
}

interface Writing {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly font: number;
  readonly size: number;
  readonly token: string;
}

/** Text that is too long ends in dots. */
function write(ctx: CanvasRenderingContext2D, { text, x, y, width, font, size, token }: Writing): void {
  ctx.font = `${font} ${size}px ${tokenColour('--font-sans')}`;
  ctx.fillStyle = tokenColour(token);
  let shown = text;
  while (shown.length > 1 && ctx.measureText(shown === text ? text : `${shown}…`).width > width) {
    shown = shown.slice(0, Math.min(shown.length - 1, 200));
  }
  ctx.fillText(shown === text ? text : `${shown}…`, x, y);
}
