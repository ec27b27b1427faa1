import type { Labels, QueryData } from '../api/types.js';
import type { ChartData } from './chartData.js';
import { FIGURES, statsOf } from './seriesStats.js';

export interface TableRow {
  readonly labels: Labels;
  /** Beside the titles of the table's values. */
  readonly cells: readonly Cell[];
}

export interface Cell {
  /** As the API wrote it; a range vector has one line per sample. */
  readonly text: string;
  /** What it is sorted by, NaN where it is no number. */
  readonly value: number;
}

/** A series a row: its labels, and one or more values. */
export interface TableData {
  readonly titles: readonly string[];
  readonly rows: readonly TableRow[];
}

export interface Sort {
  /** A label name, or the place of a value. */
  readonly column: string | number;
  readonly isDescending: boolean;
}

/** A range vector shows this many of its newest samples per series. */
const SAMPLES_SHOWN = 10;

/** An instant answer of any type. */
export function instantTable(data: QueryData): TableData {
  return {
    titles: ['Value'],
    rows: rowsOf(data).map(({ labels, lines }) => ({ labels, cells: [cell(lines)] })),
  };
}

/** Series over time: what each comes down to. */
export function rangeTable({ all }: ChartData): TableData {
  const rows = all.map((series) => {
    const stats = statsOf(series);
    const cells = FIGURES.map(({ id }) => (stats[id] === null ? NOTHING : cell([String(stats[id])])));
    return { labels: series.labels, cells };
  });
  return { titles: FIGURES.map(({ title }) => title), rows };
}

/** Every label any row has, the metric name first, the others by name. */
export function tableColumns(rows: readonly TableRow[]): string[] {
  const names = new Set(rows.flatMap(({ labels }) => Object.keys(labels)));
  const rest = [...names].filter((name) => name !== '__name__').sort();
  return names.has('__name__') ? ['__name__', ...rest] : rest;
}

/** Values by size with what is no number last; labels as people count, `node2` before `node10`. */
export function sortRows(rows: readonly TableRow[], { column, isDescending }: Sort): TableRow[] {
  const direction = isDescending ? -1 : 1;
  const compare = typeof column === 'number' ? byValue(column, direction) : byLabel(column, direction);
  return [...rows].sort(compare);
}

const NOTHING: Cell = { text: '', value: Number.NaN };

function rowsOf(data: QueryData): { labels: Labels; lines: readonly string[] }[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.map(({ metric, value }) => ({ labels: metric, lines: [value[1]] }));
    case 'matrix':
      return data.result.map(({ metric, values }) => ({ labels: metric, lines: sampleLines(values) }));
    case 'scalar':
    case 'string':
      return [{ labels: {}, lines: [data.result[1]] }];
  }
}

function cell(lines: readonly string[]): Cell {
  return { text: lines.join('\n'), value: Number(lines[0].replace('Inf', 'Infinity')) };
}

function byValue(place: number, direction: number) {
  return (a: TableRow, b: TableRow) => {
    const [left, right] = [a.cells[place].value, b.cells[place].value];
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return left === right ? 0 : left < right ? -direction : direction;
  };
}

function byLabel(column: string, direction: number) {
  return (a: TableRow, b: TableRow) =>
    direction * (a.labels[column] ?? '').localeCompare(b.labels[column] ?? '', undefined, { numeric: true });
}

function sampleLines(values: readonly (readonly [number, string])[]): string[] {
  const newest = values.slice(-SAMPLES_SHOWN).map(([seconds, value]) => `${value} @ ${seconds}`);
  const hidden = values.length - newest.length;
  return hidden > 0 ? [`${hidden} earlier samples`, ...newest] : newest;
}
