import { serverUrl } from '../api/request.js';
import { Card } from '../ui/card.js';
import { Section } from '../ui/section.js';
import { Snippet } from '../ui/snippet.js';
import { Tabs } from '../ui/tabs.js';

/** `{url}` stands for the address the dashboard has. */
const WAYS = [
  {
    id: 'express',
    title: 'Express app',
    text: `import { createClient } from '@tinyobs/sdk';

const obs = createClient({ endpoint: '{url}', service: 'shop' });
app.use(obs.express());`,
  },
  {
    id: 'shell',
    title: 'Shell',
    text: `curl {url}/v1/ingest -H 'content-type: application/json' \\
  -d '{"metrics":[{"name":"hello_total","type":"counter","value":1,"labels":{"job":"curl"}}]}'`,
  },
  {
    id: 'prometheus',
    title: 'Prometheus',
    text: `# prometheus.yml
remote_write:
  - url: {url}/api/v1/write`,
  },
  {
    id: 'otel',
    title: 'OpenTelemetry',
    text: `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT={url}/v1/metrics
OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf`,
  },
] as const;

/** The first thing a new user sees below the server's own charts: how to get data in. */
export function GettingStarted() {
  const url = serverUrl('').replace(/\/$/, '');
  return (
    <Section title="Your services will appear here" testId="getting-started">
      <Card look="start">
        <p>
          TinyObs is running and keeps its own metrics above. Every service that reports HTTP requests or
          runtime metrics gets a section of its own, seconds after its first push.
        </p>
        <Tabs
          label="Ways to send the first metric"
          tabs={WAYS.map(({ id, title, text }) => ({
            id,
            title,
            body: <Snippet label={title} text={text.replace('{url}', url)} />,
          }))}
        />
        <p class="note">
          All other metrics are in <a href="#/explore">Explore</a>. Every way in is described at{' '}
          <a href="./docs">HTTP API</a>.
        </p>
      </Card>
    </Section>
  );
}
