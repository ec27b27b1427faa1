import { queryInstant } from '../api/client.js';
import { nowMs } from '../state/clock.js';
import { route } from '../state/location.js';
import { exploreHref } from '../state/route.js';
import { resolveRange } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';
import { Panel } from './panel.js';
import { instancesQuery, servicePanels } from './servicePanels.js';

const INSTANCES_SHOWN = 6;

/** One service: its traffic, errors and latency, then what its instances cost. */
export function ServiceSection({ job }: { job: string }) {
  return (
    <section class="section" aria-label={`Service ${job}`} data-testid={`service-${job}`}>
      <header class="section-head">
        <h2>{job === '' ? '(no job label)' : job}</h2>
        <Instances job={job} />
      </header>
      <div class="charts">
        {servicePanels(job).map((spec) => (
          <Panel key={spec.slug} spec={spec} />
        ))}
      </div>
    </section>
  );
}

function Instances({ job }: { job: string }) {
  const { range } = route.value;
  const query = instancesQuery(job);
  const { endSec } = resolveRange(range, nowMs.value);
  const request = { subject: query, variant: JSON.stringify(range), tick: nowMs.value };
  const { data } = useQuery(request, async (signal) => {
    const answer = await queryInstant(query, endSec, signal);
    if (answer.data.resultType !== 'vector') return [];
    return answer.data.result.map(({ metric }) => metric['instance'] ?? '(no instance)');
  });
  if (data === null) return null;
  const hidden = data.length - INSTANCES_SHOWN;
  return (
    <p class="facts">
      <a href={exploreHref([query], range)} data-testid="service-instances" data-last-value={data.length}>
        {data.length === 0
          ? 'silent: no instance reports'
          : data.length === 1
            ? '1 instance'
            : `${data.length} instances`}
      </a>
      {data.slice(0, INSTANCES_SHOWN).map((instance) => (
        <span key={instance} class="chip">
          {instance}
        </span>
      ))}
      {hidden > 0 && <span>and {hidden} more</span>}
    </p>
  );
}
