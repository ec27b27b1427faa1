import { buildInfo, queryInstant } from '../api/client.js';
import { nowMs } from '../state/clock.js';
import { outage } from '../state/connection.js';
import { formatAge } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';
import { Section } from '../ui/section.js';
import { Panel } from './panel.js';
import { SERVER_PANELS, UPTIME_QUERY } from './serverPanels.js';
import { SlowQueries } from './slowQueries.js';

/** TinyObs itself: how much comes in, how much it holds, how it feels, and what takes its time. */
export function ServerSection() {
  return (
    <Section title="TinyObs itself" facts={<ServerFacts />} testId="server">
      <div class="tiles">
        {SERVER_PANELS.map((spec) => (
          <Panel key={spec.slug} spec={spec} />
        ))}
      </div>
      <SlowQueries />
    </Section>
  );
}

function ServerFacts() {
  const uptime = useQuery({ subject: 'uptime', variant: '', tick: nowMs.value }, async (signal) => {
    const { data } = await queryInstant(UPTIME_QUERY, nowMs.value / 1000, signal);
    return data.resultType === 'vector' && data.result.length > 0 ? Number(data.result[0].value[1]) : null;
  });
  // The version can only change while the server is away.
  const build = useQuery({ subject: 'build', variant: '', tick: outage.value === null ? 1 : 0 }, buildInfo);
  return (
    <>
      {uptime.data !== null && (
        <span data-testid="panel-server-uptime" data-last-value={uptime.data}>
          up {formatAge(uptime.data)}
        </span>
      )}
      {build.data?.tinyobsVersion !== undefined && <span>version {build.data.tinyobsVersion}</span>}
    </>
  );
}
