import type { Labels, QueryData } from '../api/types.js';

export interface TableRow {
  readonly labels: Labels;
  /** As the API wrote it; a range vector has one line per sample. */
  readonly values: readonly string[];
}

export interface Sort {
  /** A label name, or null for the value. */
  readonly column: string | null;
  readonly isDescending: boolean;
}

/** A range vector shows this many of its newest samples per series. */
const SAMPLES_SHOWN = 10;

/** The rows of an instant answer of any type. */
export function tableRows(data: QueryData): TableRow[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.map(({ metric, value }) => ({ labels: metric, values: [value[1]] }));
    case 'matrix':
      return data.result.map(({ metric, values }) => ({ labels: metric, values: sampleLines(values) }));
    case 'scalar':
    case 'string':
      return [{ labels: {}, values: [data.result[1]] }];
  }
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
  const compare = column === null ? byValue(direction) : byLabel(column, direction);
  return [...rows].sort(compare);
}

function byValue(direction: number) {
  return (a: TableRow, b: TableRow) => {
    const [left, right] = [toNumber(a.values[0]), toNumber(b.values[0])];
    if (Number.isNaN(left) || Number.isNaN(right))
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return left === right ? 0 : left < right ? -direction : direction;
  };
}

function byLabel(column: string, direction: number) {
  return (a: TableRow, b: TableRow) =>
    direction * (a.labels[column] ?? '').localeCompare(b.labels[column] ?? '', undefined, { numeric: true });
}

function toNumber(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function sampleLines(values: readonly (readonly [number, string])[]): string[] {
  const newest = values.slice(-SAMPLES_SHOWN).map(([seconds, value]) => `${value} @ ${seconds}`);
  const hidden = values.length - newest.length;
  return hidden > 0 ? [`${hidden} earlier samples`, ...newest] : newest;
}
