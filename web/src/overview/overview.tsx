import './overview.css';
import { labelValues } from '../api/client.js';
import { refreshNow } from '../state/clock.js';
import { Button } from '../ui/button.js';
import { EmptyState } from '../ui/emptyState.js';
import { Section } from '../ui/section.js';
import { GettingStarted } from './gettingStarted.js';
import { HostSection } from './hostSection.js';
import { drawnOf } from './httpMetrics.js';
import { SERVER_JOB } from './serverPanels.js';
import { ServerSection } from './serverSection.js';
import { ServiceSection } from './serviceSection.js';
import { ServiceTable } from './serviceTable.js';
import { useDiscovery } from './useDiscovery.js';

/** As many services are drawn; the table has all. */
const DRAWN_MAX = 6;

/** What is there, without being told: services, hosts and the server itself. */
export function Overview() {
  const { data, error } = useDiscovery('services', async (span, signal) => {
    const [jobs, drawn] = await Promise.all([
      labelValues('job', { span }, signal),
      labelValues('job', { matches: [drawnOf()], span }, signal),
    ]);
    return { jobs: jobs.filter(isForeign), drawn: drawn.filter(isForeign) };
  });
  const isFault = data === null && error !== null && !error.isOutage;
  return (
    <main class="overview" id="main" data-testid="overview">
      {data !== null && data.jobs.length > 0 && (
        <Section title="Services" facts={countOf(data.jobs.length, data.drawn.length)}>
          <ServiceTable jobs={data.jobs} watched={data.drawn} />
        </Section>
      )}
      {data?.drawn.slice(0, DRAWN_MAX).map((job) => (
        <ServiceSection key={job} job={job} />
      ))}
      <HostSection />
      {isFault ? (
        <EmptyState icon="alert" title="The overview could not be loaded" isFault>
          <p>{error.message}</p>
          <Button onClick={refreshNow}>Try again</Button>
        </EmptyState>
      ) : (
        <ServerSection />
      )}
      {data !== null && data.jobs.length === 0 && <GettingStarted />}
    </main>
  );
}

function isForeign(job: string): boolean {
  return job !== SERVER_JOB;
}

function countOf(all: number, drawn: number): string {
  return drawn > DRAWN_MAX ? `${all}, of which ${DRAWN_MAX} are drawn below` : String(all);
}
