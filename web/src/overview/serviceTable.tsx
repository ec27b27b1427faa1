import { queryInstant } from '../api/client.js';
import { quote } from '../api/promqlText.js';
import { formatValue, type Unit } from '../chart/units.js';
import { nowMs } from '../state/clock.js';
import { route } from '../state/location.js';
import { exploreHref } from '../state/route.js';
import { resolveRange } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';
import { Badge } from '../ui/badge.js';
import { type Column, Table } from '../ui/table.js';
import { durationByJob, errorRateByJob, instancesByJob, requestRateByJob } from './httpMetrics.js';

/** A service of which more than this part of requests fails is marked. */
const ERRORS_MANY = 0.05;
const WINDOW = '5m';

interface Row {
  readonly job: string;
  /** Whether its silence can be told: it has metrics by which it is noticed, and they have been loaded. */
  readonly isWatched: boolean;
  readonly instances: number | null;
  readonly requests: number | null;
  readonly errors: number | null;
  readonly duration: number | null;
}

/** All services at a glance: who is there, how much they do, how well. */
export function ServiceTable({ jobs, watched }: { jobs: readonly string[]; watched: readonly string[] }) {
  const figures = useFigures();
  const rows = jobs.map((job): Row => {
    const [instances, requests, errors, duration] = figures.map((of) => of?.get(job) ?? null);
    const ratio = requests !== null && requests > 0 ? (errors ?? 0) / requests : null;
    const isWatched = figures[0] !== null && watched.includes(job);
    return { job, isWatched, instances, requests, errors: ratio, duration };
  });
  return (
    <Table caption="Services" columns={COLUMNS} rows={rows} keyOf={({ job }) => job} testId="services" />
  );
}

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'job',
    title: 'Service',
    order: ({ job }) => job,
    cell: ({ job }) => (
      <a
        class="service-link"
        href={exploreHref([`count by (__name__) ({job=${quote(job)}})`], route.value)}
        title={job}
      >
        {job === '' ? '(no job label)' : job}
      </a>
    ),
  },
  {
    id: 'state',
    title: 'State',
    order: (row) => stateOf(row),
    cell: State,
  },
  number('requests', 'Requests', 'perSecond'),
  number('errors', 'Errors', 'ratio'),
  number('duration', 'Duration p95', 'seconds'),
  number('instances', 'Instances', 'none'),
];

function State(row: Row) {
  switch (stateOf(row)) {
    case 'failing':
      return <Badge tone="bad">Failing</Badge>;
    case 'silent':
      return <Badge tone="warn">Silent</Badge>;
    case 'reporting':
      return <Badge tone="good">Reporting</Badge>;
    case 'unknown':
      return '–';
  }
}

function stateOf({ instances, errors, isWatched }: Row): 'failing' | 'reporting' | 'silent' | 'unknown' {
  if (errors !== null && errors > ERRORS_MANY) return 'failing';
  if (instances !== null) return 'reporting';
  return isWatched ? 'silent' : 'unknown';
}

function number(
  id: 'instances' | 'requests' | 'errors' | 'duration',
  title: string,
  unit: Unit,
): Column<Row> {
  return {
    id,
    title,
    isNumber: true,
    order: (row) => row[id],
    cell: ({ [id]: value }) => (value === null ? '–' : formatValue(value, unit)),
  };
}

/** By job: instances, requests and errors a second, seconds that 95 of 100 requests stay below. */
function useFigures(): readonly (ReadonlyMap<string, number> | null)[] {
  const { range } = route.value;
  const { endSec } = resolveRange(range, nowMs.value);
  const request = { subject: 'figures', variant: JSON.stringify(range), tick: nowMs.value };
  const { data } = useQuery(request, (signal) =>
    Promise.all(
      QUERIES.map(async (query) => {
        const answer = await queryInstant(query, endSec, signal);
        if (answer.data.resultType !== 'vector') return new Map<string, number>();
        const found = answer.data.result.map(
          ({ metric, value }) => [metric['job'] ?? '', Number(value[1])] as const,
        );
        return new Map(found.filter(([, value]) => Number.isFinite(value)));
      }),
    ),
  );
  return data ?? QUERIES.map(() => null);
}

const QUERIES = [instancesByJob(), requestRateByJob(WINDOW), errorRateByJob(WINDOW), durationByJob(WINDOW)];
