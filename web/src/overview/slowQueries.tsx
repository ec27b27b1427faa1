import { queries } from '../api/operate.js';
import { RunningQueryTable, SlowQueryTable } from '../queries/queryTables.js';
import { nowMs } from '../state/clock.js';
import { route } from '../state/location.js';
import { operateHref } from '../state/route.js';
import { useQuery } from '../state/useQuery.js';

/** Shorter ones are over before anybody could read of them. */
const RUNNING_SECONDS_MIN = 1;
/** What nobody has noticed need not be shown. */
const SLOW_SECONDS_MIN = 0.25;
const ROWS_MAX = 5;

/** What has run for long, and what took longest of late; nothing for keys that may not see it. */
export function SlowQueries() {
  const { data } = useQuery({ subject: 'queries', variant: '', tick: nowMs.value }, queries);
  const running = (data?.queries ?? [])
    .filter(({ seconds }) => seconds >= RUNNING_SECONDS_MIN)
    .toSorted((a, b) => b.seconds - a.seconds)
    .slice(0, ROWS_MAX);
  const slow = (data?.slowest ?? []).filter(({ seconds }) => seconds >= SLOW_SECONDS_MIN).slice(0, ROWS_MAX);
  return (
    <>
      {running.length > 0 && (
        <div class="subsection">
          <h3>Slowest queries now</h3>
          <RunningQueryTable queries={running} />
        </div>
      )}
      {slow.length > 0 && (
        <div class="subsection">
          <h3>
            Slowest queries of the last hour ·{' '}
            <a href={operateHref({ screen: 'status', tab: 'queries', text: '' }, route.value)}>all of them</a>
          </h3>
          <SlowQueryTable queries={slow} />
        </div>
      )}
    </>
  );
}
