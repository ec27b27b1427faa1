import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@tinyobs/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../eventually.js';
import { hasPrometheus, startPrometheus } from '../prometheus.js';
import { type Receiver, startReceiver } from '../remoteWriteReceiver.js';
import { getApi, importText, startTestServer, type TestServer } from '../testServer.js';
import { runShell } from './runSnippet.js';
import { readSnippets } from './snippets.js';

const SNIPPETS = readSnippets('docs/forwarding.md');
const ADDRESS = 'http://127.0.0.1:8080';

let folder: string;
let receiver: Receiver;
let server: TestServer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tinyobs-docs-forwarding-'));
  receiver = await startReceiver();
  const file = join(folder, 'tinyobs.yaml');
  writeFileSync(file, snippet('yaml').replace('http://127.0.0.1:9090', receiver.url));
  const { scrape } = loadConfig({ file, environment: {} }).input;
  server = await startTestServer({ scrape });
});
afterAll(async () => {
  await server.close();
  await receiver.close();
  await rm(folder, { recursive: true });
});

function snippet(language: string): string {
  const found = SNIPPETS.filter((one) => one.language === language);
  expect(found.length).toBe(1);
  return found[0].text;
}

it('is in languages that this test runs', () => {
  expect(SNIPPETS.map(({ language }) => language).sort()).toEqual(['sh', 'yaml', 'yaml prometheus']);
});

it('sends on as the page has it', async () => {
  await importText(server.url, 'debug_steps 1\nsteps 2\n');
  const { series } = receiver.at('/api/v1/write');
  await eventually('a sample', async () => (series.size > 0 ? undefined : 'nothing'));
  expect([...series.keys()]).toEqual(['[["__name__","steps"],["site","north"]]']);
});

it('says how it fares', async () => {
  const output = await runShell(snippet('sh').replace(ADDRESS, server.url), folder);
  expect(JSON.parse(output)).toMatchObject({ status: 'ok', destinations: [{ name: 'far', state: 'ok' }] });
});

it.skipIf(!hasPrometheus())('lets a real Prometheus query it', async () => {
  const config = parse(snippet('yaml prometheus').replace(ADDRESS, server.url)) as object;
  const prometheus = await startPrometheus(folder, config);
  try {
    expect((await getApi(prometheus.url, '/api/v1/query', { query: 'steps + 1' })).data.result).toHaveLength(
      1,
    );
  } finally {
    await prometheus.stop();
  }
});
