import { labelNames, labelValues } from '../api/client.js';
import { quote } from '../api/promqlText.js';
import { Section } from '../ui/section.js';
import { Skeleton } from '../ui/skeleton.js';
import { drawnOf, namesAmong } from './httpMetrics.js';
import { Panel } from './panel.js';
import { servicePanels } from './servicePanels.js';
import { useDiscovery } from './useDiscovery.js';

/** One service: its traffic, errors and durations, then what its instances cost. */
export function ServiceSection({ job }: { job: string }) {
  const { data: facts } = useDiscovery(`service ${job}`, async (span, signal) => {
    const metrics = await labelValues('__name__', { matches: [drawnOf(job)], span }, signal);
    const http = namesAmong(metrics);
    if (http === undefined) return { job, metrics, http, labels: [] };
    const labels = await labelNames({ matches: [`${http.requests}{job=${quote(job)}}`], span }, signal);
    return { job, metrics, http, labels };
  });
  return (
    <Section title={job === '' ? '(no job label)' : job} testId={`service-${job}`}>
      <div class="charts">
        {facts === null
          ? PLACES.map((place) => (
              <div key={place} class="panel-wide">
                <Skeleton heightPx={250} />
              </div>
            ))
          : servicePanels(facts).map((spec) => <Panel key={spec.slug} spec={spec} />)}
      </div>
    </Section>
  );
}

const PLACES = [0, 1];
