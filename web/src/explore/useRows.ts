import { type StateUpdater, useEffect, useState } from 'preact/hooks';
import type { ExploreRoute } from '../state/route.js';
import { type QueryRow, routeRows, rowsOf } from './rows/queryRows.js';

/** What is being written; another URL (a link, the back button) replaces it. */
export function useRows(
  route: ExploreRoute,
): [readonly QueryRow[], (update: StateUpdater<readonly QueryRow[]>) => void] {
  const [rows, setRows] = useState(() => rowsOf(route, []));
  const inUrl = saidBy(route);
  useEffect(() => {
    // Rows that the URL was made of stay what they are, wherever they were moved.
    setRows((old) => (saidBy(routeRows(old)) === inUrl ? old : rowsOf(route, old)));
  }, [inUrl]);
  return [rows, setRows];
}

/** Equal for routes that say the same of rows. */
export function saidBy({ queries, hidden, built, explained }: ReturnType<typeof routeRows>): string {
  return JSON.stringify([queries, hidden, built, explained]);
}
