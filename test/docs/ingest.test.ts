import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Program, startProgram } from '../programs.js';
import { hasPrometheus, startPrometheus } from '../prometheus.js';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';
import { freeUdpPort } from '../udp.js';
import { runProgram, runShell } from './runSnippet.js';
import { readSnippets, type Snippet } from './snippets.js';

const ADDRESS = 'http://127.0.0.1:8080';
const ADMIN_KEY = 'admin-key-of-the-documentation-test';
const SNIPPETS = readSnippets('docs/ingest.md');

const isPrometheusInstalled = hasPrometheus();
const isVmagentInstalled = spawnSync('vmagent', ['-version']).error === undefined;
if (!isVmagentInstalled)
  process.stdout.write('documentation with a real vmagent: skipped, it is not installed\n');

/** What the page's blocks store, by a query that finds it. */
const STORED: Readonly<Record<string, string>> = {
  backup_duration_seconds: '81.5',
  'job_last_success_timestamp_seconds{job="nightly"}': '1700000000',
  'uploads_total{bucket="photos"}': '12',
  'mail_sent_total{kind="invoice"}': '1',
  // Deleted again.
  'absent(backup_last_success_timestamp_seconds)': '1',
  'reports_written_total{job="reports"}': '12',
  'last_over_time(weather_temperature{city="Berlin"}[10y])': '21.5',
  'last_over_time(weather_wet{city="Berlin"}[10y])': '0',
  'shop_checkouts_total{job="shop",method="card"}': '1',
};

describe('what docs/ingest.md tells senders to do', () => {
  let server: TestServer;
  let guarded: TestServer;
  let statsdPort: number;
  let key: string;
  let cwd: string;
  const programs: Program[] = [];
  beforeAll(async () => {
    statsdPort = await freeUdpPort();
    server = await startTestServer({
      statsd: { listen: `127.0.0.1:${statsdPort}`, interval: '1s' },
    });
    guarded = await startTestServer({ auth: { adminKey: ADMIN_KEY } });
    key = await ingestKey(guarded.url);
    cwd = mkdtempSync(join(tmpdir(), 'tinyobs-docs-ingest-'));
  });
  afterAll(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    await server.close();
    await guarded.close();
    await rm(cwd, { recursive: true });
  });

  const blocks = (language: string): Snippet[] => SNIPPETS.filter((one) => one.language === language);
  const block = (language: string, url = server.url): string => {
    const [{ text }, ...others] = blocks(language);
    expect(others).toEqual([]);
    return text.replaceAll(ADDRESS, url);
  };
  const environmentOf = (text: string, variables: Readonly<Record<string, string>> = {}) =>
    startProgram('bash', ['-c', `${text}\nexec ${process.execPath} ${otlpProgram()}`], {
      env: { ...process.env, ...variables },
    }).exited;
  const arrives = (query: string, { url, headers }: { url: string; headers?: Record<string, string> }) =>
    expect.poll(() => countOf(url, query, headers), { interval: 100 }).toBeGreaterThan(0);

  it('is in languages that this test runs', () => {
    expect(new Set(SNIPPETS.map(({ language }) => language))).toEqual(
      new Set([
        ...['sh', 'sh vmagent', 'sh environment', 'js', 'yaml', 'yaml prometheus 3', 'yaml collector'],
        ...['sh statsd', 'toml telegraf'],
        ...['sh key', 'yaml key', 'sh vmagent key', 'sh environment key'],
      ]),
    );
  });

  it.each(blocks('sh').map((one) => [one.line, one] as const))(
    'commands, line %i',
    async (_line, { text }) => {
      const output = await runShell(text.replaceAll(ADDRESS, server.url), cwd);
      expect(output).not.toContain('"status":"error"');
    },
  );

  it.each(blocks('js').map((one) => [one.line, one] as const))(
    'programs, line %i',
    async (_line, snippet) => {
      const program = await runProgram(snippet, server.url, cwd);
      expect([program.exitCode, program.output()]).toEqual([0, '']);
    },
  );

  it('stored what it says', async () => {
    for (const [query, value] of Object.entries(STORED)) {
      const { data } = await getApi(server.url, '/api/v1/query', { query });
      expect([query, data.result]).toEqual([
        query,
        [expect.objectContaining({ value: [expect.any(Number), value] })],
      ]);
    }
  });

  it.skipIf(!isPrometheusInstalled)('configures a real Prometheus', async () => {
    const remoteWrite = parse(block('yaml')) as object;
    await withPrometheus(cwd, 'plain', remoteWrite, () => arrives('up{job="self"}', server));
    const keyFile = join(cwd, 'key');
    writeFileSync(keyFile, key);
    const withKey = parse(
      block('yaml key', guarded.url).replace('/run/secrets/tinyobs-key', keyFile),
    ) as object;
    await withPrometheus(cwd, 'key', withKey, () =>
      arrives('up{job="self"}', { url: guarded.url, headers: bearer(ADMIN_KEY) }),
    );
  });

  it('names a message of remote write that is taken', async () => {
    const { remote_write } = parse(block('yaml prometheus 3')) as {
      remote_write: [{ url: string; protobuf_message: string }];
    };
    const [{ url, protobuf_message }] = remote_write;
    const headers = {
      'Content-Type': `application/x-protobuf;proto=${protobuf_message}`,
      'Content-Encoding': 'snappy',
    };
    // The empty message in the block format of snappy.
    const response = await fetch(url, { method: 'POST', headers, body: Uint8Array.of(0) });
    expect(response.status).toBe(204);
  });

  it.skipIf(!isVmagentInstalled)('configures a real vmagent', async () => {
    const scrape = {
      job_name: 'by-vmagent',
      scrape_interval: '1s',
      static_configs: [{ targets: [new URL(server.url).host] }],
    };
    writeFileSync(join(cwd, 'scrape.yml'), JSON.stringify({ scrape_configs: [scrape] }));
    const start = (text: string, folder: string, env = process.env) =>
      programs.push(
        startProgram('bash', ['-c', `exec ${text} -httpListenAddr= -remoteWrite.tmpDataPath=${folder}`], {
          cwd,
          env,
        }),
      );
    start(block('sh vmagent'), 'vmagent-data');
    start(block('sh vmagent key', guarded.url), 'vmagent-data-key', { ...process.env, KEY: key });
    await arrives('up{job="by-vmagent"}', server);
    await arrives('up{job="by-vmagent"}', { url: guarded.url, headers: bearer(ADMIN_KEY) });
  });

  it('sets the environment of an OpenTelemetry SDK', async () => {
    expect(await environmentOf(block('sh environment'))).toBe(0);
    expect(await countOf(server.url, 'from_environment_total{job="shop"}')).toBe(1);
    const guardedEnvironment = `${block('sh environment', guarded.url)}\n${block('sh environment key')}`;
    expect(await environmentOf(guardedEnvironment, { KEY: key })).toBe(0);
    expect(await countOf(guarded.url, 'from_environment_total{job="shop"}', bearer(ADMIN_KEY))).toBe(1);
  });

  it('names an address that takes what a collector sends', async () => {
    const { exporters } = parse(block('yaml collector')) as {
      exporters: { otlphttp: { metrics_endpoint: string } };
    };
    const headers = { 'Content-Type': 'application/x-protobuf' };
    const response = await fetch(exporters.otlphttp.metrics_endpoint, { method: 'POST', headers, body: '' });
    expect(response.status).toBe(200);
  });

  it('sends to StatsD', async () => {
    const output = await runShell(block('sh statsd').replace('8125', String(statsdPort)), cwd);
    expect(output).toBe('');
    await arrives('checkout_done_total{shop="west"}', server);
  });

  it('names an address that takes what Telegraf sends', async () => {
    const [, url] = /urls = \["(.*)"\]/.exec(block('toml telegraf')) ?? [];
    const response = await fetch(`${url}/api/v2/write?bucket=any&org=any&precision=ns`, {
      method: 'POST',
      headers: { Authorization: 'Token ' },
      body: 'cpu,host=a usage_idle=98.5 1700000000000000000\n',
    });
    expect(response.status).toBe(204);
  });

  it('shows how to send a key', async () => {
    const output = await runShell(`KEY=${key}\n${block('sh key', guarded.url)}`, cwd);
    expect(output).toContain('"status":"ok"');
    expect((await postJson(guarded.url, { metrics: [] })).status).toBe(401);
  });
});

function bearer(key: string): Record<string, string> {
  return { Authorization: `Bearer ${key}` };
}

async function ingestKey(url: string): Promise<string> {
  const response = await fetch(`${url}/v1/keys`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...bearer(ADMIN_KEY) },
    body: JSON.stringify({ name: 'docs', scopes: ['ingest'] }),
  });
  return ((await response.json()) as { key: string }).key;
}

async function countOf(url: string, query: string, headers: Record<string, string> = {}): Promise<number> {
  const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query })}`, { headers });
  return ((await response.json()) as { data: { result: unknown[] } }).data.result.length;
}

/** A program of OpenTelemetry's own that is told nothing but by its environment. */
function otlpProgram(): string {
  return join(import.meta.dirname, 'otlpFromEnvironment.mjs');
}

async function withPrometheus(
  cwd: string,
  name: string,
  configured: object,
  use: () => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(cwd, `${name}-`));
  const targets = join(folder, 'targets.json');
  writeFileSync(targets, '[]');
  const prometheus = await startPrometheus(folder, {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ job_name: 'self', file_sd_configs: [{ files: [targets], refresh_interval: '1s' }] }],
    ...configured,
  });
  try {
    writeFileSync(targets, JSON.stringify([{ targets: [new URL(prometheus.url).host] }]));
    await use();
  } finally {
    await prometheus.stop();
  }
}
