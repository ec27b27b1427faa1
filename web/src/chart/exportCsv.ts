import type { ChartData } from './chartData.js';
import { download, fileNameOf } from './download.js';
import { nameInTime } from './nameInTime.js';

/** Saves all series of a chart, drawn or not, as a file. */
export function downloadCsv(title: string, data: ChartData): void {
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  download(new Blob(['\ufeff', csvOf(data)], { type: 'text/csv' }), fileNameOf(title, 'csv'));
}

/** A line per point of time in UTC, a column per series, as RFC 4180 has it. */
export function csvOf({ times, all }: ChartData): string {
  const head = ['time', ...all.map(nameInTime)];
  const lines = times.map((seconds, index) => [
    new Date(seconds * 1000).toISOString(),
    ...all.map(({ values }) => values[index] ?? ''),
  ]);
  return [head.map(textCell), ...lines].map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** A stranger's text as a cell: quoted where it has to be, and never a formula to a spreadsheet. */
export function textCell(text: string): string {
  const harmless = /^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
