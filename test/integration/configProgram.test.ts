import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configKeys } from '@tinyobs/server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type Program, startProgram } from '../programs.js';
import { ROOT } from '../sources.js';
import { getApi, postJson } from '../testServer.js';

const MAIN = join(ROOT, 'apps/tinyobs/dist/main.js');
const KEY = 'k'.repeat(30);

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tinyobs-program-'));
  file = join(folder, 'tinyobs.yaml');
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs the program to its end; the folder is left out of what it writes. */
async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: unknown; output: string }> {
  const program = startProgram(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  const code = await program.exited;
  return { code, output: program.output().replaceAll(`${folder}/`, '') };
}

describe('the help', () => {
  it.each([[['--help']], [['serve', '--help']], [['check-config', '--help']]])(
    'of %j has each key with its unit, its default and whether it is reloadable, and no other',
    async (args) => {
      const { code, output } = await run(args);
      expect(code).toBe(0);
      const shown = [...output.matchAll(/^ {2}(\S+) \((.*)\)\n {6}(.*)\n {6}(TINYOBS_[A-Z0-9_]+)$/gm)];
      const expected = configKeys().map(({ path, unit, fallback, isReloadable, help, environment }) => {
        const text = typeof fallback === 'string' ? fallback : JSON.stringify(fallback);
        const preset = fallback === undefined ? '' : `; default: ${text}`;
        return [path, `${unit}${preset}${isReloadable ? '; reloadable' : ''}`, help, environment];
      });
      expect(shown.map((found) => found.slice(1))).toEqual(expected);
    },
  );
});

describe('tinyobs check-config', () => {
  it('says that the configuration is valid, and where what is set', async () => {
    writeFileSync(file, 'query:\n  lookback: 1m\nlimits: { series: 10 }\n');
    const env = { TINYOBS_QUERY_QUEUE: '5', TINYOBS_AUTH_ADMIN_KEY: KEY };
    const args = [
      'check-config',
      '--config',
      file,
      '--listen',
      '127.0.0.1:9000',
      '--set',
      'limits.series=20',
    ];
    expect(await run(args, env)).toEqual({
      code: 0,
      output: [
        'configuration is valid',
        '  listen = 127.0.0.1:9000   --listen',
        '  auth.adminKey = <secret>  TINYOBS_AUTH_ADMIN_KEY',
        '  limits.series = 20        --set limits.series',
        '  query.lookback = 1m       tinyobs.yaml:2',
        '  query.queue = 5           TINYOBS_QUERY_QUEUE',
        '',
      ].join('\n'),
    });
    expect(await run(['check-config'])).toEqual({ code: 0, output: 'configuration is valid\n' });
  });

  it('says all that is wrong, each with where it is written', async () => {
    writeFileSync(file, 'limits:\n  seris: 10\n  labelsPerSeries: many\n');
    const args = ['check-config', '--config', file, '--set', 'limits.requestBytes=5 apples'];
    expect(await run(args, { TINYOBS_LIMITS_SERIES: 'lots' })).toEqual({
      code: 1,
      output: [
        'tinyobs: 4 problems in the configuration: [config_invalid]',
        '  tinyobs.yaml:2: unknown configuration key limits.seris; did you mean limits.series?',
        '  TINYOBS_LIMITS_SERIES: limits.series is "lots"; expected: a whole number of at least 1',
        '  tinyobs.yaml:3: limits.labelsPerSeries is "many"; expected: a whole number of at least 1',
        '  --set limits.requestBytes: limits.requestBytes is "5 apples"; expected: a size like 512KiB, 32MB or 1GiB',
        '',
      ].join('\n'),
    });
  });
});

describe('tinyobs print-config', () => {
  it('prints what the server would have, in the order of the schema, which is a valid file', async () => {
    writeFileSync(
      file,
      'storage: { retention: { matchers: { \'{job="debug"}\': 1d } } }\nlimits: { series: 10 }\nlog: { level: warn }\n',
    );
    const env = { TINYOBS_AUTH_ADMIN_KEY: KEY };
    const args = ['--set', 'limits.requestBytes=1MiB', '--set', 'promql.experimental=yes'];
    const first = await run(['print-config', '--config', file, ...args], env);
    expect(first.code).toBe(0);
    expect(first.output).not.toContain(KEY);
    const printed = parse(first.output) as Record<string, Record<string, unknown>>;
    expect(Object.keys(printed).slice(0, 4)).toEqual(['listen', 'dataDir', 'insecure', 'auth']);
    expect(printed).toMatchObject({
      auth: { adminKey: '<secret>' },
      log: { level: 'warn' },
      storage: { durability: 'sync', retention: { raw: '15d', matchers: { '{job="debug"}': '1d' } } },
      limits: { series: 10, seriesPerMetric: 100_000, requestBytes: '1MiB' },
      promql: { experimental: true },
    });
    const again = join(folder, 'printed.yaml');
    writeFileSync(again, first.output);
    expect((await run(['check-config', '--config', again], env)).code).toBe(0);
    expect(await run(['print-config', '--config', again], env)).toEqual(first);
    const json = await run(['print-config', '--json', '--config', again], env);
    expect(JSON.parse(json.output)).toEqual(printed);
  });
});

describe.skipIf(spawnSync('script', ['--version']).error !== undefined)('tinyobs at a terminal', () => {
  it('reads its configuration again on SIGHUP, unless that comes because the terminal was closed', async () => {
    const dataDir = join(folder, 'data');
    const command = `echo pid $$; exec ${process.execPath} ${MAIN} --data-dir ${dataDir} --listen 127.0.0.1:0`;
    const terminal = startProgram('script', ['-qec', command, '/dev/null']);
    const [, pid] = await terminal.waitFor(/pid (\d+)/);
    const [, url] = await terminal.waitFor(/Dashboard\s+(http:\/\/[^\s/]+)/);
    process.kill(Number(pid), 'SIGHUP');
    await terminal.waitFor(/configuration reloaded, nothing changed/);
    await postJson(url, { metrics: [{ name: 'kept', value: 4 }] });
    await terminal.stop('SIGKILL');
    const isRunning = () =>
      fetch(`${url}/health`).then(
        () => true,
        () => false,
      );
    await expect.poll(isRunning).toBe(false);
    // It may still be flushing; nobody else can have the folder until it is done.
    const verified = () => run(['verify', '--data-dir', dataDir, '--json']);
    await expect.poll(async () => (await verified()).code).toBe(0);
    expect((await verified()).output).toContain('"walSamples":0');
  });
});

describe('a running tinyobs', () => {
  let program: Program;
  let url: string;
  const FIXED = 'selfMonitoring: { interval: off }\n';
  const start = async (...args: string[]) => {
    const flags = ['--data-dir', join(folder, 'data'), '--listen', '127.0.0.1:0', '--config', file, ...args];
    program = startProgram(process.execPath, [MAIN, ...flags]);
    [, url] = await program.waitFor(/Dashboard\s+(http:\/\/[^\s/]+)/);
  };
  afterEach(async () => {
    expect(await program.stop()).toBe(0);
  });
  const inForce = async () =>
    (await getApi(url, '/api/v1/status/config')).data as unknown as { yaml: string };
  const points = async () => (parse((await inForce()).yaml) as { query: { points: unknown } }).query.points;

  it('reads its configuration again on SIGHUP, and logs what it says or why not', async () => {
    writeFileSync(file, `${FIXED}query: { points: 100 }\n`);
    await start('--set', 'limits.series=1000');
    writeFileSync(file, `${FIXED}query: { points: 200 }\nlog: { level: debug }\nlimits: { series: 5 }\n`);
    program.child.kill('SIGHUP');
    await program.waitFor(
      /"changes":\[.*"key":"query.points","from":100,"to":200.*"msg":"configuration reloaded"/,
    );
    expect(await points()).toBe(200);
    expect((await inForce()).yaml).toContain('series: 1000');
    await program.waitFor(/"path":"\/api\/v1\/status\/config"/);
    writeFileSync(file, `${FIXED}query: { points: none }\n`);
    program.child.kill('SIGHUP');
    await program.waitFor(/tinyobs\.yaml:2: query\.points is .*"msg":"configuration not reloaded/);
    expect(await points()).toBe(200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('\ntinyobs_config_last_reload_successful 0\n');
    writeFileSync(file, `${FIXED}log: { level: error }\n`);
    expect((await fetch(`${url}/-/reload`, { method: 'POST' })).status).toBe(200);
    expect(await points()).toBe(11_000);
  });

  it('reads it again when the file is replaced, and a secret that it names', async () => {
    const write = (name: string, text: string) => {
      writeFileSync(join(folder, `${name}~`), text);
      renameSync(join(folder, `${name}~`), join(folder, name));
    };
    write('key', KEY);
    write('tinyobs.yaml', `${FIXED}auth: { adminKey: file:key }\n`);
    await start();
    write('tinyobs.yaml', `${FIXED}query: { points: 200 }\nauth: { adminKey: file:key }\n`);
    await program.waitFor(/"key":"query.points","from":11000,"to":200/);
    write('key', `${KEY}-other`);
    await program.waitFor(/"key":"auth.adminKey","from":"<secret>","to":"<secret>"/);
    write('tinyobs.yaml', `${FIXED}query: [broken\n`);
    await program.waitFor(/"msg":"configuration not reloaded/);
    write('tinyobs.yaml', `${FIXED}query: { points: 300 }\nauth: { adminKey: file:key }\n`);
    await program.waitFor(/"key":"query.points","from":200,"to":300/);
    expect(program.output()).not.toContain(KEY);
  });

  it('reads it again when Kubernetes has changed the volume', async () => {
    const version = (name: string, text: string) => {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'tinyobs.yaml'), `${FIXED}${text}`);
      symlinkSync(name, join(folder, '..data_tmp'));
      renameSync(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    version('..1', 'query: { points: 100 }\n');
    symlinkSync('..data/tinyobs.yaml', file);
    await start();
    expect(await points()).toBe(100);
    for (const [name, count] of [
      ['..2', 200],
      ['..3', 300],
    ] as const) {
      version(name, `query: { points: ${count} }\n`);
      await program.waitFor(new RegExp(`"key":"query.points","from":${count - 100},"to":${count}`));
    }
    expect(await points()).toBe(300);
  });
});
