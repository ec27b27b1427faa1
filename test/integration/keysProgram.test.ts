import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTinyObs } from '../programs.js';
import { ROOT } from '../sources.js';

const MAIN = join(ROOT, 'apps/tinyobs/dist/main.js');
const ADMIN_KEY = 'program-admin-key-0123456789';

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly errors: string;
}

function tinyobs(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: { ...process.env, ...env } }, (error, out, errors) =>
      resolve({ code: Number(error?.code ?? 0), out, errors }),
    );
  });
}

describe('tinyobs keys', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const status = async (url: string, key?: string) => {
    const headers = key === undefined ? undefined : { Authorization: `Bearer ${key}` };
    return (await fetch(`${url}/api/v1/query?query=1`, { headers })).status;
  };

  it('makes, lists and revokes keys of a running server', async () => {
    const server = await startTinyObs(join(folder, 'data'), ['--set', `auth.adminKey=${ADMIN_KEY}`]);
    const keyFile = join(folder, 'admin-key');
    writeFileSync(keyFile, `${ADMIN_KEY}\n`);
    const at = ['--url', server.url];
    try {
      const made = await tinyobs(
        ['keys', 'create', '--name', 'grafana', '--scope', 'read', '--expires', '90d', ...at],
        { TINYOBS_AUTH_ADMIN_KEY: ADMIN_KEY },
      );
      expect(made.errors).toMatch(/^Key [0-9a-f]{12} for read, valid until .*Z\. It is shown this once/);
      const key = made.out.trim();
      expect(key).toMatch(/^tinyobs_[0-9a-f]{12}_[\w-]{43}$/);
      expect(await status(server.url, key)).toBe(200);

      const listed = await tinyobs(['keys', 'list', '--key-file', keyFile, ...at]);
      expect(listed.out).toMatch(
        /^ID +STATUS +SCOPES +CREATED +EXPIRES +NAME\n[0-9a-f]{12} +valid +read .* grafana\n$/,
      );
      const id = listed.out.split('\n')[1].split(' ')[0];

      const revoked = await tinyobs(['keys', 'revoke', id, '--key-file', keyFile, ...at]);
      expect(revoked.out).toBe(`Key ${id} (grafana) is revoked.\n`);
      expect(await status(server.url, key)).toBe(401);
      const json = await tinyobs(['keys', 'list', '--json', '--key-file', keyFile, ...at]);
      expect(JSON.parse(json.out).keys).toMatchObject([{ id, status: 'revoked' }]);
    } finally {
      await server.stop();
    }
    expect(server.output()).not.toContain(ADMIN_KEY);
  });

  it('makes the first key while no server runs, which turns access control on', async () => {
    const dataDir = join(folder, 'data');
    const made = await tinyobs([
      'keys',
      'create',
      '--name',
      'first',
      '--scope',
      'read',
      'admin',
      '--data-dir',
      dataDir,
    ]);
    expect(made.code).toBe(0);
    const server = await startTinyObs(dataDir);
    try {
      expect(await status(server.url)).toBe(401);
      expect(await status(server.url, made.out.trim())).toBe(200);
      const locked = await tinyobs(['keys', 'list', '--data-dir', dataDir]);
      expect([locked.code, locked.errors]).toMatchObject([1, expect.stringContaining('[store_locked]')]);
    } finally {
      await server.stop();
    }
  });

  it.each([
    [['create', '--scope', 'read'], /--name/],
    [['create', '--name', 'x'], /--scope/],
    [['create', '--name', 'x', '--scope', 'root'], /ingest, read, admin/],
    [['create', '--name', 'x', '--scope', 'read', '--expires', 'soon'], /expires is "soon"/],
    [['create', '--name', 'x', '--scope', 'read', '--series', 'many'], /limits\.series/],
    [['revoke', 'ffffffffffff'], /\[not_found\]/],
  ])('says what is wrong with %j', async (args, text) => {
    const { code, errors, out } = await tinyobs(['keys', ...args, '--data-dir', folder]);
    expect(code).toBe(1);
    expect(errors).toMatch(text);
    expect(out).toBe('');
  });

  it('says that no server answers', async () => {
    const { code, errors } = await tinyobs(['keys', 'list', '--url', 'http://127.0.0.1:9']);
    expect(code).toBe(1);
    expect(errors).toMatch(/no answer from http:\/\/127\.0\.0\.1:9.*\[server_unreachable\]\n$/);
  });
});
