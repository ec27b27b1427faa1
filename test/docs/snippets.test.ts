import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@tinyobs/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { startProgram } from '../programs.js';
import { ROOT } from '../sources.js';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';
import { runProgram, runShell } from './runSnippet.js';
import { readSnippets, type Snippet } from './snippets.js';

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'docs/tracing.md',
  'packages/model/README.md',
  'packages/formats/README.md',
  'packages/promql/README.md',
  'packages/sdk/README.md',
  'packages/server/README.md',
  'packages/storage/README.md',
  'packages/scrape/README.md',
  'docs/scraping.md',
  'docs/from-prom-client.md',
];

const PROMTOOL = '/usr/bin/promtool';

describe('documentation is run', () => {
  let server: TestServer;
  let cwd: string;
  beforeAll(async () => {
    server = await startTestServer();
    cwd = mkdtempSync(join(tmpdir(), 'tinyobs-docs-'));
  });
  afterAll(async () => {
    await server.close();
    await rm(cwd, { recursive: true });
  });

  const snippets = PAGES.flatMap(readSnippets);
  const titled = (language: string) =>
    snippets
      .filter((snippet) => snippet.language === language)
      .map((snippet) => [`${snippet.page}:${snippet.line}`, snippet] as const);

  it('has no snippet in a language that is not run', () => {
    // Blocks without a language are layouts and listings, not something to type in.
    const languages = new Set(snippets.map(({ language }) => language));
    expect(
      [...languages].filter((language) => !['', 'sh', 'js', 'ts', 'yaml', 'json'].includes(language)),
    ).toEqual([]);
    expect(titled('js').length).toBeGreaterThan(5);
  });

  describe('programs', () => {
    it.each([...titled('js'), ...titled('ts')])('%s', async (_title, snippet) => {
      const program = await runProgram(snippet, server.url, mkdtempSync(join(cwd, 'run-')));
      try {
        if (program.port === undefined)
          expect([program.exitCode, program.output()]).toEqual([0, expect.any(String)]);
        else await expectToServe(snippet, program.port, server.url);
      } finally {
        await program.stop();
      }
    });
  });

  describe('commands', () => {
    it.each(titled('sh'))('%s', async (_title, { text }) => {
      if (text.startsWith('npm start')) return expectToStart(text, cwd);
      const output = await runShell(text.replaceAll('http://127.0.0.1:8080', server.url), cwd);
      expect(output).not.toContain('"status":"error"');
    });
  });

  it('the commands of the README stored and found what they say', async () => {
    const { data } = await getApi(server.url, '/api/v1/query', {
      query: 'sum by (queue) (jobs_done_total + ignoring() jobs_waiting)',
    });
    expect(data.result).toEqual([{ metric: { queue: 'mail' }, value: [expect.any(Number), '49'] }]);
  });

  it('the programs of the page for prom-client pushed what they say', async () => {
    const pushed = { checkout_orders_total: '3', checkout_refunds_total: '1', nightly_report_rows: '1200' };
    for (const [metric, value] of Object.entries(pushed)) {
      const query = `sum(last_over_time(${metric}[1h]))`;
      const { data } = await getApi(server.url, '/api/v1/query', { query });
      expect(data.result, metric).toEqual([{ metric: {}, value: [expect.any(Number), value] }]);
    }
  });

  describe('bodies', () => {
    it.each(titled('json'))('%s', async (_title, { text }) => {
      const response = await postJson(server.url, text);
      expect([response.status, await response.json()]).toEqual([
        200,
        expect.objectContaining({ status: 'ok' }),
      ]);
    });
  });

  const isOurs = ([, { text }]: readonly [string, Snippet]) => text.startsWith('# tinyobs --config');

  describe('configuration of TinyObs', () => {
    it.each(titled('yaml').filter(isOurs))('%s', (_title, { text }) => {
      const file = join(cwd, 'tinyobs.yaml');
      writeFileSync(file, text);
      // What it may name.
      writeFileSync(join(cwd, 'prometheus.yml'), 'scrape_configs: []');
      expect(loadConfig({ file, environment: {} }).settings.length).toBeGreaterThan(0);
    });
  });

  describe('configuration of a Prometheus', () => {
    it.each(titled('yaml').filter((snippet) => !isOurs(snippet)))('%s', (_title, { text }) => {
      expect(Object.keys(parse(text))).toEqual([expect.stringMatching(/^(scrape_configs|remote_write)$/)]);
      if (!existsSync(PROMTOOL)) return;
      const file = join(cwd, 'prometheus.yml');
      writeFileSync(file, text);
      expect(execFileSync(PROMTOOL, ['check', 'config', file], { encoding: 'utf8' })).toContain('SUCCESS');
    });
  });
});

/** A documented app answers, and what it is documented to do happens. */
async function expectToServe({ text }: Snippet, port: number, serverUrl: string): Promise<void> {
  const origin = `http://127.0.0.1:${port}`;
  if (text.includes('createTinyObs')) {
    const mount = text.includes('/obs') ? '/obs' : '';
    expect((await fetch(`${origin}${mount}/health`)).status).toBe(200);
    return;
  }
  const response = await fetch(`${origin}/`);
  if (text.includes('metricsHandler')) {
    expect(await response.text()).toContain('\norders_total 1\n');
    return;
  }
  expect(response.status).toBeLessThan(500);
  const query = 'sum(http_requests_total{job="shop"})';
  const seen = async () => (await getApi(serverUrl, '/api/v1/query', { query })).data.result;
  await expect.poll(seen, { timeout: 20_000, interval: 200 }).toHaveLength(1);
}

/** `npm start …` announces a dashboard that answers, and SIGTERM to npm ends the server cleanly. */
async function expectToStart(command: string, cwd: string): Promise<void> {
  const text = command
    .replace(/127\.0\.0\.1:9000/, '127.0.0.1:0')
    .replace('./elsewhere', join(cwd, 'elsewhere'));
  const env = { ...process.env, TINYOBS_LISTEN: '127.0.0.1:0', TINYOBS_DATA_DIR: join(cwd, 'data') };
  const program = startProgram('bash', ['-c', `exec ${text}`], { cwd: ROOT, env });
  const [, url] = await program.waitFor(/Dashboard\s+(http:\/\/[^\s/]+)/);
  expect((await fetch(`${url}/`)).headers.get('content-type')).toContain('text/html');
  expect(await program.stop('SIGTERM')).toBe(0);
  expect(program.output()).toContain('everything acknowledged is on disk');
}
