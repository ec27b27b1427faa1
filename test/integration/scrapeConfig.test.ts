import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConfigInput, createTinyObs, loadConfig } from '@tinyobs/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seriesOf } from '../answers.js';
import { type ScrapedApp, startScrapedApp } from '../scrapedApp.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

const SECRET = 'hunter2-hunter2';

describe('what is scraped', () => {
  let folder: string;
  let app: ScrapedApp;
  let server: TestServer | undefined;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-scrape-config-'));
    app = await startScrapedApp();
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    await app.close();
    await rm(folder, { recursive: true });
  });

  const write = (file: string, ...lines: string[]): string => {
    const path = join(folder, file);
    writeFileSync(path, lines.join('\n'));
    return path;
  };
  const load = (file: string, environment: Record<string, string> = {}) => loadConfig({ file, environment });
  const jobs = async () => (await getApi(server!.url, '/api/v1/scrape_pools')).data;
  const count = async (query: string) =>
    seriesOf(await getApi(server!.url, '/api/v1/query', { query })).length;
  const jobOf = (name: string, path: string, more = '') =>
    `  - { job_name: ${name}, metrics_path: ${path}, scrape_interval: 200ms, params: { job: [${name}] }, static_configs: [{ targets: ['${app.address}'] }]${more} }`;

  it('is in a file of Prometheus that the configuration names, whose changes are taken while the rest goes on', async () => {
    mkdirSync(join(folder, 'sub'));
    write('sub/prometheus.yml', 'scrape_configs:', jobOf('stays', '/changing'), jobOf('goes', '/gzip'));
    const file = write('tinyobs.yaml', 'scrape: { config: sub/prometheus.yml }');
    const { input, files } = load(file);
    expect([...files.keys()]).toEqual([file, join(folder, 'sub/prometheus.yml')]);
    server = await startTestServer({
      ...input,
      readConfig: () => ({ ...load(file).input, ...ownConfig(server!) }),
    });
    const reload = () => fetch(`${server!.url}/-/reload`, { method: 'POST' });
    expect(await jobs()).toEqual({ scrapePools: ['goes', 'stays'] });
    await expect.poll(() => count('always{job="stays"}')).toBe(1);
    await expect.poll(() => count('zipped{job="goes"}')).toBe(1);

    write('sub/prometheus.yml', 'scrape_configs:', jobOf('stays', '/changing'), jobOf('comes', '/typeless'));
    expect((await reload()).status).toBe(200);
    expect(await jobs()).toEqual({ scrapePools: ['comes', 'stays'] });
    await expect.poll(() => count('typeless{job="comes"}')).toBe(1);
    await expect.poll(() => count('{job="goes"}')).toBe(0);
    // What stays was scraped on and on, and its series were not begun anew.
    const valuesOf = async (metric: string) => {
      const query = `${metric}{job="stays"}[1m]`;
      const [{ points }] = seriesOf(await getApi(server!.url, '/api/v1/query', { query }));
      return points.map(([, value]) => Number(value));
    };
    await expect.poll(async () => (await valuesOf('always')).length).toBeGreaterThan(2);
    const values = await valuesOf('always');
    expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
    const added = await valuesOf('scrape_series_added');
    expect(added.filter((count) => count > 2)).toEqual([6]);

    write('sub/prometheus.yml', 'scrape_configs:', '  - job_nam: x');
    const refused = await reload();
    expect([refused.status, await refused.json()]).toMatchObject([
      422,
      {
        code: 'config_invalid',
        message: expect.stringMatching(
          /tinyobs\.yaml:1: scrape\.config: .*prometheus\.yml:2: scrape_configs\[0\]: unknown key job_nam; did you mean job_name\?/,
        ),
      },
    ]);
    expect(await jobs()).toEqual({ scrapePools: ['comes', 'stays'] });
  });

  it('is in the configuration itself, with paths from its folder and no secret shown', async () => {
    write('targets.json', JSON.stringify([{ targets: [app.address] }]));
    write('pass', 'pass\n');
    const file = write(
      'tinyobs.yaml',
      'scrape:',
      '  global: { scrape_interval: 200ms }',
      '  scrape_configs:',
      '    - job_name: secret',
      '      metrics_path: /secret',
      '      basic_auth: { username: user, password_file: pass }',
      '      file_sd_configs: [{ files: [targets.json] }]',
      '    - job_name: hidden',
      `      bearer_token: ${SECRET}`,
    );
    const loaded = load(file);
    expect(JSON.stringify([loaded.written, loaded.settings])).not.toContain(SECRET);
    server = await startTestServer(loaded.input);
    await expect.poll(() => count('secret{job="secret"}')).toBe(1);
    const { data } = await getApi(server.url, '/api/v1/status/config');
    expect(JSON.stringify(data)).toContain('bearer_token: <secret>');
    expect(JSON.stringify(data)).not.toContain(SECRET);
  });

  it.each([{ worker: false }, { worker: true }])(
    'is what a reload of its keys in place says, with %j',
    async (options) => {
      server = await startTestServer(options);
      const { obs } = server.server;
      const reload = async (scrape: ConfigInput['scrape']) => {
        const { changes } = await obs.reload({ ...ownConfig(server!), scrape });
        return changes.map(({ key }) => key);
      };
      const shown = async (): Promise<{ scrapeInterval: string; lastError: string } | undefined> => {
        const { data } = await getApi(server!.url, '/api/v1/targets');
        return (data as unknown as { activeTargets: never[] }).activeTargets[0];
      };
      // A link-local address that nothing is sent to: it needs the name of an interface, too.
      const near = [{ job_name: 'near', static_configs: [{ targets: ['[fe80::1]:1'] }] }];
      expect(await reload({ scrape_configs: near })).toEqual(['scrape.scrape_configs']);
      expect(await jobs()).toEqual({ scrapePools: ['near'] });
      await expect.poll(async () => (await shown())?.scrapeInterval).toBe('1m');
      const global = { scrape_interval: '100ms' };
      expect(await reload({ global, scrape_configs: near })).toEqual(['scrape.global']);
      await expect.poll(async () => (await shown())?.lastError).toMatch(/scrape\.allowLinkLocal/);
      expect((await shown())?.scrapeInterval).toBe('100ms');
      const all = { global, scrape_configs: near, allowLinkLocal: true };
      expect(await reload(all)).toEqual(['scrape.allowLinkLocal']);
      await expect.poll(async () => (await shown())?.lastError).not.toMatch(/scrape\.allowLinkLocal|^$/);
      expect(await reload({})).toHaveLength(3);
      expect(await jobs()).toEqual({ scrapePools: [] });
    },
  );

  it('may be YAML in a variable', () => {
    const { input } = load(write('tinyobs.yaml', ''), {
      TINYOBS_SCRAPE_SCRAPE_CONFIGS: '[{ job_name: a, static_configs: [{ targets: [b:1] }] }]',
      TINYOBS_SCRAPE_GLOBAL: 'scrape_interval: 5s',
    });
    expect(() => loadConfig({ environment: { TINYOBS_SCRAPE_SCRAPE_CONFIGS: '[{' } })).toThrow(/YAML/);
    expect(input.scrape).toMatchObject({ global: 'scrape_interval: 5s' });
  });

  it.each([
    ['scrape: { config: missing.yml }', /tinyobs\.yaml:1: scrape\.config: cannot be read: ENOENT/],
    [
      'scrape: { scrape_configs: [{ job_name: 5 }] }',
      /scrape\.scrape_configs\.0\.job_name: expected a job name/,
    ],
    [
      'scrape: { scrape_configs: [{ job_name: a, ec2_sd_configs: [{}] }] }',
      /scrape\.scrape_configs\.0: ec2_sd_configs is not supported by TinyObs/,
    ],
    [
      'scrape: { global: { scrape_interval: 1s }, scrape_configs: [{ job_name: a, scrape_timeout: 2s }] }',
      /scrape_timeout of at most the scrape_interval of the job a/,
    ],
    ['scrape: { scrape_config: [] }', /unknown configuration key scrape\.scrape_config; did you mean/],
    ['scrape: { allowLinkLocal: perhaps }', /scrape\.allowLinkLocal is "perhaps"; expected: true or false/],
  ])('cannot be %s', (text, expected) => {
    expect(() => load(write('tinyobs.yaml', text))).toThrow(expected);
  });

  it('is said in one place', () => {
    write('prometheus.yml', 'scrape_configs: []');
    const file = write(
      'tinyobs.yaml',
      'scrape: { config: prometheus.yml, scrape_configs: [{ job_name: a }] }',
    );
    expect(() => load(file)).toThrow(
      /scrape\.config, or scrape\.scrape_configs and scrape\.remote_write, not both/,
    );
  });

  it('is scraped by an embedded TinyObs, also in a thread of its own, which marks the end when it is closed', async () => {
    for (const worker of [false, true]) {
      const dataDir = join(folder, `data-${worker}`);
      const options = {
        dataDir,
        log: { level: 'silent' as const },
        selfMonitoring: { interval: 'off' },
      };
      const obs = await createTinyObs({
        ...options,
        worker,
        scrape: {
          global: { scrape_interval: '200ms' },
          scrape_configs: [
            {
              job_name: `j${worker}`,
              metrics_path: '/changing',
              static_configs: [{ targets: [app.address] }],
            },
          ],
        },
      });
      await expect.poll(() => app.count('/changing', 'TinyObs')).toBeGreaterThan(worker ? 12 : 3);
      await obs.close();
      server = await startTestServer({ dataDir });
      const time = { time: (Date.now() / 1000).toFixed(3) };
      const now = await getApi(server.url, '/api/v1/query', { query: `{job="j${worker}"}`, ...time });
      expect(seriesOf(now)).toEqual([]);
      expect(
        seriesOf(
          await getApi(server.url, '/api/v1/query', {
            query: `last_over_time(always{job="j${worker}"}[1m])`,
          }),
        ),
      ).toHaveLength(1);
      await server.server.close();
      server = undefined;
    }
  });
});

/** What a test server has besides, so that a reload changes no more than it says. */
function ownConfig({ dataDir }: TestServer): ConfigInput {
  return {
    listen: '127.0.0.1:0',
    dataDir,
    log: { level: 'silent' },
    selfMonitoring: { interval: 'off' },
    storage: { retention: { raw: 'off' } },
    limits: { requestsPerMinute: 'off' },
  };
}
