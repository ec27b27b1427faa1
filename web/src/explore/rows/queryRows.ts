import { type ExploreRoute, QUERIES_MAX, type RowMarks } from '../../state/route.js';

/** A query as it is being written; the route has those that were run. */
export interface QueryRow {
  /** Stays with the row wherever it is moved. */
  readonly id: number;
  readonly text: string;
  readonly isHidden: boolean;
  /** Whether it is shown as choices in place of text. */
  readonly isBuilt: boolean;
  readonly isExplained: boolean;
}

let lastId = 0;

export function newRow(): QueryRow {
  lastId += 1;
  return { id: lastId, text: '', isHidden: false, isBuilt: false, isExplained: false };
}

/** The rows of a route; a row that was at the same place before keeps its id. */
export function rowsOf(route: ExploreRoute, before: readonly QueryRow[]): readonly QueryRow[] {
  return route.queries.map((text, row) => ({
    id: (before[row] ?? newRow()).id,
    text,
    isHidden: route.hidden.includes(row),
    isBuilt: route.built.includes(row),
    isExplained: route.explained.includes(row),
  }));
}

/** What a route says of rows. */
export function routeRows(rows: readonly QueryRow[]): Pick<ExploreRoute, 'queries' | keyof RowMarks> {
  const placesOf = (isMarked: (row: QueryRow) => boolean) =>
    rows.flatMap((row, place) => (isMarked(row) ? [place] : []));
  return {
    queries: rows.map(({ text }) => text),
    hidden: placesOf(({ isHidden }) => isHidden),
    built: placesOf(({ isBuilt }) => isBuilt),
    explained: placesOf(({ isExplained }) => isExplained),
  };
}

/** The queries that are to be run, '' in place of those that are hidden. */
export function askedQueries({
  queries,
  hidden,
}: Pick<ExploreRoute, 'queries' | 'hidden'>): readonly string[] {
  return queries.map((text, row) => (hidden.includes(row) ? '' : text));
}

export function changed(
  rows: readonly QueryRow[],
  id: number,
  change: Partial<Omit<QueryRow, 'id'>>,
): readonly QueryRow[] {
  return rows.map((row) => (row.id === id ? { ...row, ...change } : row));
}

/** One row goes up (-1) or down (1), and the one there takes its place; at the end of the list nothing changes. */
export function moved(rows: readonly QueryRow[], id: number, by: -1 | 1): readonly QueryRow[] {
  const from = rows.findIndex((row) => row.id === id);
  const to = from + by;
  if (rows[to] === undefined) return rows;
  return rows.with(from, rows[to]).with(to, rows[from]);
}

/** A copy below the row; none where there are as many as there may be. */
export function duplicated(rows: readonly QueryRow[], id: number): readonly QueryRow[] {
  if (!hasRoom(rows)) return rows;
  return rows.flatMap((row) => (row.id === id ? [row, { ...row, id: newRow().id }] : [row]));
}

/** Without the row; the last one is emptied. */
export function without(rows: readonly QueryRow[], id: number): readonly QueryRow[] {
  const rest = rows.filter((row) => row.id !== id);
  return rest.length === 0 ? [newRow()] : rest;
}

export function hasRoom(rows: readonly QueryRow[]): boolean {
  return rows.length < QUERIES_MAX;
}
