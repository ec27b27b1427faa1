import './queryTables.css';
import type { RunningQuery, SlowQuery } from '../api/operateTypes.js';
import { formatCount, formatValue } from '../chart/units.js';
import { route } from '../state/location.js';
import { exploreHref } from '../state/route.js';
import { Ago } from '../ui/ago.js';
import { Badge } from '../ui/badge.js';
import { Button } from '../ui/button.js';
import { type Column, Table } from '../ui/table.js';

interface RunningProps {
  readonly queries: readonly RunningQuery[];
  /** What is to be done to end one; absent where nobody may. */
  readonly onCancel?: (query: RunningQuery) => void;
}

/** The queries that run and wait. */
export function RunningQueryTable({ queries, onCancel }: RunningProps) {
  const columns = onCancel === undefined ? RUNNING : [...RUNNING, cancelColumn(onCancel)];
  return (
    <Table
      caption="Queries that run and wait"
      columns={columns}
      rows={queries}
      keyOf={({ id }) => id}
      testId="running-queries"
    />
  );
}

/** The queries that took longest of late. */
export function SlowQueryTable({ queries }: { queries: readonly SlowQuery[] }) {
  return (
    <Table
      caption="Slowest queries of the last hour"
      columns={SLOW}
      rows={queries}
      keyOf={({ requestId }) => requestId}
      testId="slow-queries"
    />
  );
}

function textColumn<Row extends RunningQuery | SlowQuery>(): Column<Row> {
  return {
    id: 'text',
    title: 'Query',
    order: ({ text }) => text,
    cell: ({ text, route: path }) =>
      // Other reads have selectors, or nothing, for a text.
      QUERY_ROUTES.includes(path) ? (
        <a class="query-link" href={exploreHref([text], route.value)} title={text}>
          {text}
        </a>
      ) : (
        <span class="query-link" title={text}>
          {path} {text}
        </span>
      ),
  };
}

const QUERY_ROUTES: readonly string[] = ['/api/v1/query', '/api/v1/query_range'];

function samplesColumn<Row extends RunningQuery | SlowQuery>(): Column<Row> {
  return {
    id: 'samples',
    title: 'Samples read',
    isNumber: true,
    order: ({ samplesRead }) => samplesRead,
    cell: ({ samplesRead }) => formatCount(samplesRead),
  };
}

function secondsColumn<Row extends RunningQuery | SlowQuery>(title: string): Column<Row> {
  return {
    id: 'seconds',
    title,
    isNumber: true,
    order: ({ seconds }) => seconds,
    cell: ({ seconds }) => formatValue(seconds, 'seconds'),
  };
}

const RUNNING: readonly Column<RunningQuery>[] = [
  textColumn(),
  {
    id: 'state',
    title: 'State',
    order: ({ state }) => state,
    cell: ({ state }) => <Badge tone={state === 'running' ? 'good' : 'warn'}>{state}</Badge>,
  },
  secondsColumn('Since'),
  samplesColumn(),
];

const SLOW: readonly Column<SlowQuery>[] = [
  textColumn(),
  secondsColumn('Took'),
  samplesColumn(),
  {
    id: 'when',
    title: 'When',
    isNumber: true,
    order: ({ since }) => Date.parse(since),
    cell: ({ since }) => <Ago ms={Date.parse(since)} />,
  },
  {
    id: 'end',
    title: 'End',
    order: ({ error = '' }) => error,
    cell: ({ error }) =>
      error === undefined ? <Badge tone="good">answered</Badge> : <Badge tone="bad">{error}</Badge>,
  },
];

function cancelColumn(onCancel: (query: RunningQuery) => void): Column<RunningQuery> {
  return {
    id: 'cancel',
    title: 'End it',
    order: () => null,
    cell: (query) => (
      <Button onClick={() => onCancel(query)} aria-label={`End the query ${query.text.slice(0, 80)}`}>
        End
      </Button>
    ),
  };
}
