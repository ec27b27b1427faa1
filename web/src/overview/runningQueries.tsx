import { runningQueries } from '../api/client.js';
import type { RunningQuery } from '../api/types.js';
import { formatValue } from '../chart/units.js';
import { nowMs } from '../state/clock.js';
import { route } from '../state/location.js';
import { exploreHref } from '../state/route.js';
import { useQuery } from '../state/useQuery.js';
import { Badge } from '../ui/badge.js';
import { type Column, Table } from '../ui/table.js';

/** Shorter ones are over before anybody could read of them. */
const SECONDS_MIN = 1;
const ROWS_MAX = 5;

/** The queries that have run for longest; nothing for keys that may not see them, and where none takes long. */
export function RunningQueries() {
  const { data } = useQuery({ subject: 'running', variant: '', tick: nowMs.value }, runningQueries);
  const slow = (data ?? []).filter(({ seconds }) => seconds >= SECONDS_MIN);
  if (slow.length === 0) return null;
  const rows = slow.toSorted((a, b) => b.seconds - a.seconds).slice(0, ROWS_MAX);
  return (
    <div class="subsection">
      <h3>Slowest queries now</h3>
      <Table
        caption="Slowest queries now"
        columns={COLUMNS}
        rows={rows}
        keyOf={({ id }) => id}
        testId="running-queries"
      />
    </div>
  );
}

const COLUMNS: readonly Column<RunningQuery>[] = [
  {
    id: 'text',
    title: 'Query',
    order: ({ text }) => text,
    cell: ({ text }) => (
      <a class="query-link" href={exploreHref([text], route.value)} title={text}>
        {text}
      </a>
    ),
  },
  {
    id: 'state',
    title: 'State',
    order: ({ state }) => state,
    cell: ({ state }) => <Badge tone={state === 'running' ? 'good' : 'warn'}>{state}</Badge>,
  },
  {
    id: 'seconds',
    title: 'Since',
    isNumber: true,
    order: ({ seconds }) => seconds,
    cell: ({ seconds }) => formatValue(seconds, 'seconds'),
  },
  {
    id: 'samples',
    title: 'Samples read',
    isNumber: true,
    order: ({ samplesRead }) => samplesRead,
    cell: ({ samplesRead }) => formatValue(samplesRead, 'none'),
  },
];
