import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProgram, startTinyObs } from '../programs.js';
import { ROOT } from '../sources.js';
import { getApi, postJson } from '../testServer.js';

const MAIN = join(ROOT, 'apps/tinyobs/dist/main.js');

/** Runs the program to its end. */
async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: unknown; output: string }> {
  const program = startProgram(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } });
  const code = await new Promise((resolve) => program.child.once('close', resolve));
  return { code, output: program.output() };
}

describe('the program', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-program-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('prints its version and its help, which has every configuration key', async () => {
    expect((await run(['--version'])).output).toMatch(/^\d+\.\d+\.\d+\n$/);
    const { code, output } = await run(['serve', '--help']);
    expect(code).toBe(0);
    expect(output).toContain('--data-dir');
    expect(output).toContain('TINYOBS_LIMITS_SERIES_PER_METRIC');
  });

  it('on SIGTERM flushes, exits 0 and has everything after a restart', async () => {
    const first = await startTinyObs(join(folder, 'data'));
    await postJson(first.url, { metrics: [{ name: 'kept', value: 4, timestamp: 1_700_000_000_000 }] });
    expect(await first.stop('SIGTERM')).toBe(0);
    const second = await startTinyObs(join(folder, 'data'));
    const { data } = await getApi(second.url, '/api/v1/query', { query: 'kept', time: 1_700_000_000 });
    expect(data.result).toEqual([{ metric: { __name__: 'kept' }, value: [1_700_000_000, '4'] }]);
    expect(await second.stop('SIGINT')).toBe(0);
  });

  it('flushes and exits 0 although nobody reads its output any more', async () => {
    const program = await startTinyObs(join(folder, 'data'));
    program.child.stdout?.destroy();
    program.child.stderr?.destroy();
    await postJson(program.url, { metrics: [{ name: 'kept', value: 4 }] });
    expect(await program.stop('SIGTERM')).toBe(0);
  });

  it('says in one line that another server has the folder', async () => {
    const first = await startTinyObs(folder);
    const { code, output } = await run(['--data-dir', folder, '--listen', '127.0.0.1:0']);
    expect(code).toBe(1);
    expect(output).toMatch(/^tinyobs: .*\[store_locked\]\n$/);
    expect(await first.stop()).toBe(0);
  });

  it('says in one line that the port is busy', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, output } = await run([
      '--data-dir',
      folder,
      '--listen',
      `127.0.0.1:${port}`,
      '--set',
      'log.level=error',
    ]);
    other.close();
    expect(code).toBe(1);
    expect(output).toMatch(new RegExp(`^tinyobs: 127.0.0.1:${port} is in use .*\\[listen_failed\\]\\n$`));
  });

  it('says in one line that the folder cannot be used', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const dataDir of [file, join(file, 'below'), '/sys/tinyobs']) {
      const { code, output } = await run(['--data-dir', dataDir, '--listen', '127.0.0.1:0']);
      expect(code).toBe(1);
      expect(output).toMatch(/^tinyobs: .*\[store_unreadable\]\n$/);
    }
  });

  it.each([
    [['--set', 'limits.seris=5'], {}, /did you mean limits\.series\? \[config_unknown_key\]/],
    [[], { TINYOBS_LIMIT_SERIES: '5' }, /did you mean TINYOBS_LIMITS_SERIES\? \[config_unknown_key\]/],
    [['--set', 'limits.series=lots'], {}, /limits\.series is "lots".*\[config_invalid\]/],
    [['--config', '/nowhere/tinyobs.yaml'], {}, /\/nowhere\/tinyobs\.yaml.*\[config_invalid\]/],
  ])('refuses %j %j', async (args, env, line) => {
    const { code, output } = await run(['--data-dir', join(folder, 'd'), ...args], env);
    expect(code).toBe(1);
    expect(output).toMatch(line);
    expect(output.trim().split('\n')).toHaveLength(1);
  });

  it('refuses to let other machines in without a key, once it has seen that the store has none', async () => {
    const { code, output } = await run(['--data-dir', join(folder, 'd'), '--listen', '0.0.0.0:0']);
    expect(code).toBe(1);
    expect(output.trim().split('\n').at(-1)).toMatch(/^tinyobs: .*--insecure.* \[listen_failed\]$/);
    expect(output).not.toContain('TinyObs is running');
  });
});
