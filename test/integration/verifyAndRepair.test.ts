import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@tinyobs/storage';
import { ClassicLevel } from 'classic-level';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram, startTinyObs } from '../programs.js';
import { ROOT } from '../sources.js';
import { getApi, postJson, startTestServer } from '../testServer.js';

const MAIN = join(ROOT, 'apps/tinyobs/dist/main.js');
const START_MS = 1_700_000_000_000;

async function run(...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const program = startProgram(process.execPath, [MAIN, ...args]);
  let stdout = '';
  let stderr = '';
  program.child.stdout?.on('data', (text: string) => (stdout += text));
  program.child.stderr?.on('data', (text: string) => (stderr += text));
  return { code: await program.exited, stdout, stderr };
}

describe('tinyobs verify and tinyobs repair', () => {
  let root: string;
  let dataDir: string;
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'tinyobs-repair-'));
    dataDir = join(root, 'data');
    const server = await startTinyObs(dataDir, ['--set', 'selfMonitoring.interval=off']);
    const metrics = Array.from({ length: 4000 }, (_, i) => ({
      name: `m_${i % 4}`,
      value: Math.sin(i),
      timestamp: START_MS + 1000 * i,
      labels: { lane: String(i % 8) },
    }));
    expect(await postJson(server.url, { metrics })).toMatchObject({ status: 200 });
    const locked = await run('verify', '--data-dir', dataDir);
    expect([locked.code, locked.stderr]).toEqual([
      2,
      expect.stringMatching(/stop the server.*\[store_locked\]\n$/),
    ]);
    expect(await server.stop()).toBe(0);
  });
  afterAll(() => rm(root, { recursive: true }));

  it.each(['verify', 'repair'])('%s says how it is used, and when it cannot be', async (command) => {
    const folders = [join(root, 'nowhere'), root];
    const [help, none, ...refused] = await Promise.all([
      run(command, '--help'),
      run(command),
      ...folders.map((folder) => run(command, '--data-dir', folder)),
    ]);
    expect(help.code).toBe(0);
    expect(help.stdout).toMatch(/--data-dir.*Stop the server first.*Exit status/s);
    expect(none.code).toBe(2);
    for (const { code, stdout, stderr } of refused) {
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^tinyobs: .*\[store_unreadable\]\n$/);
    }
    expect(readdirSync(root)).not.toContain('nowhere');
  });

  it('find nothing in a sound store', async () => {
    const verified = await run('verify', '--data-dir', dataDir);
    expect(verified.stdout).toMatch(/^Checked .*: 8 series, 4,000 samples .*\n.* is sound\.\n$/);
    expect(verified.code).toBe(0);
    expect(verified.stderr).toMatch(/^checking files: \d+ %, .* of about .*$/m);
    const repaired = await run('repair', '--data-dir', dataDir);
    expect([repaired.code, repaired.stdout]).toEqual([0, expect.stringContaining('nothing was changed')]);
  });

  it('find damage, keep the rest and say what was lost', async () => {
    const file = join(dataDir, largest(dataDir));
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1] ^= 16;
    writeFileSync(file, bytes);
    const verified = await run('verify', '--data-dir', dataDir, '--json');
    expect(verified.code).toBe(1);
    const lines = verified.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; severity?: string; isSound?: boolean });
    expect(lines.filter(({ severity }) => severity === 'damage').length).toBeGreaterThan(0);
    expect(lines[lines.length - 1]).toMatchObject({ type: 'report', isSound: false });

    // The signal may come after the new files are in place: a copy is either untouched or whole.
    const copy = join(root, 'copy');
    cpSync(dataDir, copy, { recursive: true });
    const before = filesOf(copy);
    const killed = startProgram(process.execPath, [MAIN, 'repair', '--data-dir', copy]);
    await killed.waitFor(/^writing/m);
    const end = await killed.stop('SIGINT');
    const isUntouched = filesOf(copy).join() === before.join();
    if (isUntouched) expect(end).toBe('SIGINT');
    expect((await run('verify', '--data-dir', copy)).code).toBe(isUntouched ? 1 : 0);

    const repaired = await run('repair', '--data-dir', dataDir);
    expect(repaired.code).toBe(1);
    expect(repaired.stdout).toMatch(/DAMAGE.*lost: up to \d+ samples.*Repaired.*The old files are in/s);
    expect(repaired.stderr).toContain('writing');
    expect(readdirSync(dataDir).filter((name) => name.startsWith('damaged-'))).toHaveLength(1);

    expect((await run('verify', '--data-dir', dataDir)).code).toBe(0);
    const server = await startTinyObs(dataDir);
    const count = 'sum(count_over_time({lane!=""}[2h]))';
    const { data } = await getApi(server.url, '/api/v1/query', {
      query: count,
      time: START_MS / 1000 + 4000,
    });
    const left = Number((data.result as { value: [number, string] }[])[0]?.value[1] ?? 0);
    const lost = [...repaired.stdout.matchAll(/lost: up to (\d+) samples/g)].map(([, number]) =>
      Number(number),
    );
    expect(left + lost.reduce((sum, number) => sum + number, 0)).toBeGreaterThanOrEqual(4000);
    expect(await server.stop()).toBe(0);
  });
});

describe('documents that are gone or damaged', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-repair-'));
  });
  afterAll(() => rm(dataDir, { recursive: true }));

  /** What a server makes of the folder, given the address of its dashboards. */
  const served = async <T>(use: (url: string) => Promise<T>): Promise<T> => {
    const { url, server } = await startTestServer({ dataDir });
    return use(`${url}/v1/dashboards`).finally(() => server.close());
  };

  it('are said to be lost by the server, verify and repair, which keep the others', async () => {
    const [, damaged] = await served(async (url) => [
      await makeDashboard(url, 'First'),
      await makeDashboard(url, 'Second'),
      await makeDashboard(url, 'Third'),
    ]);
    await damage(dataDir, `v/${damaged}`);
    await served(async (url) => {
      expect(await dashboardTitles(url)).toEqual(['First', 'Third']);
      expect(await codeOf(`${url}/${damaged}`)).toBe('store_corrupt');
    });
    const store = await openStore({ dataDir });
    for (const id of ['a', 'b', 'c']) await store.documents.put('key', id, Buffer.from(id));
    const seq = await store.audit.append(Buffer.from('made three keys'));
    await store.close();
    const level = new ClassicLevel(dataDir);
    await level.del('k/b');
    await level.close();

    const gone = 'DAMAGE  document: documents of kind key are lost: 1 of 3';
    const bad = `DAMAGE  document: document ${damaged} of kind dashboard is lost`;
    for (const command of ['verify', 'repair']) {
      const { code, stdout } = await run(command, '--data-dir', dataDir);
      expect([code, stdout]).toEqual([1, expect.stringContaining(gone)]);
      expect(stdout).toContain(bad);
      expect(stdout).toMatch(
        command === 'verify'
          ? new RegExp(`, 4 documents, ${seq} audit entries, 0 exemplars\\.$`, 'm')
          : /Something was lost/,
      );
    }
    expect((await run('verify', '--data-dir', dataDir)).code).toBe(0);

    const mended = await openStore({ dataDir });
    expect((await mended.documents.list('key')).map(({ id }) => id)).toEqual(['a', 'c']);
    expect(await mended.audit.append(Buffer.from('repaired'))).toBe(seq + 1);
    for (const id of ['a', 'c']) await mended.documents.delete('key', id);
    await mended.close();
    await served(async (url) => {
      expect(await codeOf(`${url}/${damaged}`)).toBe('not_found');
      await makeDashboard(url, 'After');
      expect(await dashboardTitles(url)).toEqual(['After', 'First', 'Third']);
    });
  });
});

/** Its id. */
async function makeDashboard(url: string, title: string): Promise<string> {
  const made = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ dashboard: { title } }),
  });
  return ((await made.json()) as { id: string }).id;
}

async function dashboardTitles(url: string): Promise<string[]> {
  const { dashboards } = (await (await fetch(url)).json()) as { dashboards: { title: string }[] };
  return dashboards.map(({ title }) => title);
}

async function codeOf(url: string): Promise<string | undefined> {
  return ((await (await fetch(url)).json()) as { code?: string }).code;
}

/** Turns a bit of a stored value. */
async function damage(dataDir: string, key: string): Promise<void> {
  const level = new ClassicLevel<string, Buffer>(dataDir, { valueEncoding: 'buffer' });
  const value = (await level.get(key)) ?? Buffer.alloc(0);
  value[value.length >> 1] ^= 16;
  await level.put(key, value);
  await level.close();
}

function filesOf(dataDir: string): string[] {
  const entries = readdirSync(dataDir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => `${name} ${statSync(join(dataDir, name)).size}`);
}

/** The file of the database with the most bytes. */
function largest(dataDir: string): string {
  const size = (name: string) => statSync(join(dataDir, name)).size;
  const files = readdirSync(dataDir).filter((name) => /\.(ldb|log)$/.test(name));
  return files.sort((a, b) => size(b) - size(a))[0];
}
