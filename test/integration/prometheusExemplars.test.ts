import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.js';
import { hasPrometheus, type Prometheus, startPrometheus } from '../prometheus.js';
import { startTestServer, type TestServer } from '../testServer.js';

/** Exemplars that Prometheus must have delivered. */
const EXEMPLARS_MIN = 12;

const isInstalled = hasPrometheus();

describe('a real Prometheus that writes exemplars to TinyObs', () => {
  let folder: string;
  let target: Server;
  let tinyobs: TestServer;
  let prometheus: Prometheus;
  beforeAll(async () => {
    if (!isInstalled) return;
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-exemplars-'));
    tinyobs = await startTestServer();
    target = await serveExemplars();
    const { port } = target.address() as AddressInfo;
    const config = {
      global: { scrape_interval: '1s', scrape_timeout: '1s' },
      scrape_configs: [{ job_name: 'shop', static_configs: [{ targets: [`127.0.0.1:${port}`] }] }],
      remote_write: [
        {
          url: `${tinyobs.url}/api/v1/write`,
          send_exemplars: true,
          queue_config: { batch_send_deadline: '200ms' },
        },
      ],
    };
    prometheus = await startPrometheus(folder, config, ['--enable-feature=exemplar-storage']);
  });
  afterAll(async () => {
    if (!isInstalled) return;
    await prometheus?.stop();
    target?.close();
    await tinyobs?.close();
    await rm(folder, { recursive: true });
  });

  const ask = async (url: string, parameters: Readonly<Record<string, string>>) => {
    const response = await fetch(`${url}/api/v1/query_exemplars?${new URLSearchParams(parameters)}`);
    return { status: response.status, text: await response.text() };
  };

  it.skipIf(!isInstalled)('delivers them, and both answer the same to the letter', async () => {
    const start = String(Date.now() / 1000 - 600);
    await eventually('enough exemplars', async () => {
      const { text } = await ask(tinyobs.url, { query: 'latency_seconds_bucket', start });
      const { data } = JSON.parse(text) as { data: { exemplars: unknown[] }[] };
      const count = data.reduce((sum, { exemplars }) => sum + exemplars.length, 0);
      return count < EXEMPLARS_MIN ? `${count} exemplars` : undefined;
    });
    const end = String(Math.floor(Date.now() / 1000) - 1);
    const queries = [
      'latency_seconds_bucket',
      'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m] offset 1h)))',
      'latency_seconds_bucket{le="0.5"} or done_total',
      'sum(done_total) / on() group_left latency_seconds_count',
      '{__name__=~".+"}',
      'none',
      '1 + 1',
    ];
    for (const query of queries) {
      // What Prometheus has not sent yet is on its way.
      await eventually(query, async () => {
        const [ours, theirs] = await Promise.all(
          [tinyobs.url, prometheus.url].map((url) => ask(url, { query, start, end })),
        );
        const isSame = ours.status === theirs.status && ours.text === theirs.text;
        return isSame ? undefined : `${ours.status} ${ours.text}\n${theirs.status} ${theirs.text}`;
      });
    }
    const { text } = await ask(tinyobs.url, { query: 'done_total', start, end });
    expect(text).toMatch(/"labels":\{"span_id":"s\d+","trace_id":"größe-\d+"\},"value":"1"/);
  });
});

/** A target whose every scrape has other exemplars, some with times of their own. */
async function serveExemplars(): Promise<Server> {
  let scrapes = 0;
  const server = createServer((_, response) => {
    const n = ++scrapes;
    response.setHeader('Content-Type', 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    response.end(`# TYPE latency_seconds histogram
latency_seconds_bucket{le="0.1"} ${n} # {trace_id="a${n}"} 0.05
latency_seconds_bucket{le="0.5"} ${2 * n} # {trace_id="b${n}",user="x"} 0.${n}25 ${(Date.now() / 1000).toFixed(3)}
latency_seconds_bucket{le="+Inf"} ${3 * n}
latency_seconds_count ${3 * n}
latency_seconds_sum ${n}
# TYPE done counter
done_total ${n} # {trace_id="größe-${n}",span_id="s${n}"} 1
# EOF
`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
