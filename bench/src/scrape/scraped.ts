import { INTERVAL_MS } from './setup.js';

/** What is scraped, as a file of Prometheus says it: so many targets of each exporter. */
export function scrapedOf(addresses: readonly string[], targetsEach: number): object {
  const targets = addresses.flatMap((address, exporter) =>
    Array.from({ length: targetsEach }, (_, path) => ({
      targets: [address],
      labels: { __metrics_path__: `/${path}/metrics`, target: `${exporter}-${path}` },
    })),
  );
  return {
    global: { scrape_interval: `${INTERVAL_MS / 1000}s`, scrape_timeout: '10s' },
    scrape_configs: [{ job_name: 'bench', static_configs: targets }],
  };
}
