import { labelValues } from '../api/client.js';
import { Section } from '../ui/section.js';
import { HOST_METRIC, HOST_PANELS } from './hostPanels.js';
import { Panel } from './panel.js';
import { useDiscovery } from './useDiscovery.js';

/** The machines, where a node exporter tells of them. */
export function HostSection() {
  const { data: hosts } = useDiscovery('hosts', (span, signal) =>
    labelValues('instance', { matches: [HOST_METRIC], span }, signal),
  );
  if (hosts === null || hosts.length === 0) return null;
  return (
    <Section title="Hosts" facts={hosts.length === 1 ? hosts[0] : `${hosts.length} hosts`} testId="hosts">
      <div class="charts">
        {HOST_PANELS.map((spec) => (
          <Panel key={spec.slug} spec={spec} />
        ))}
      </div>
    </Section>
  );
}
