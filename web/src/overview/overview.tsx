import { labelValues } from '../api/client.js';
import { nowMs } from '../state/clock.js';
import { route } from '../state/location.js';
import { resolveRange } from '../state/timeRange.js';
import { useQuery } from '../state/useQuery.js';
import { GettingStarted } from './gettingStarted.js';
import { SERVER_JOB } from './serverPanels.js';
import { ServerSection } from './serverSection.js';
import { SERVICE_METRIC } from './servicePanels.js';
import { ServiceSection } from './serviceSection.js';

/** Services are looked for this far back at least: one that went silent is what a reader comes to see. */
const DISCOVERY_SEC_MIN = 3_600;

/** The server and each service that reports HTTP requests, live. */
export function Overview() {
  const { data: jobs, error } = useJobs();
  const services = jobs?.filter((job) => job !== SERVER_JOB) ?? [];
  return (
    <main class="overview" data-testid="overview">
      <ServerSection />
      {services.map((job) => (
        <ServiceSection key={job} job={job} />
      ))}
      {jobs !== null && services.length === 0 && <GettingStarted />}
      {jobs === null && error !== null && !error.isOutage && (
        <p class="notice" role="alert">
          The services could not be listed: {error.message}
        </p>
      )}
    </main>
  );
}

function useJobs() {
  const { range } = route.value;
  const { startSec, endSec } = resolveRange(range, nowMs.value);
  const grid = { startSec: Math.min(startSec, endSec - DISCOVERY_SEC_MIN), endSec };
  const request = { subject: 'jobs', variant: JSON.stringify(range), tick: nowMs.value };
  return useQuery(request, (signal) => labelValues('job', { match: SERVICE_METRIC, grid }, signal));
}
