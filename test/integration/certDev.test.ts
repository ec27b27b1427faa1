import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProgram, startTinyObs } from '../programs.js';
import { ROOT } from '../sources.js';

const MAIN = join(ROOT, 'apps/tinyobs/dist/main.js');
const CURL = '/usr/bin/curl';
const DAY_MS = 86_400_000;

describe('tinyobs cert dev', () => {
  let folder: string;
  let files: { cert: string; key: string };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-cert-'));
    files = { cert: join(folder, 'tinyobs-cert.pem'), key: join(folder, 'tinyobs-key.pem') };
  });
  afterEach(() => rm(folder, { recursive: true }));

  const run = async (...args: string[]): Promise<{ code: unknown; output: string }> => {
    const program = startProgram(process.execPath, [MAIN, 'cert', 'dev', ...args], { cwd: folder });
    return { code: await program.exited, output: program.output() };
  };
  const tlsFlags = () => ['--set', `server.tls.cert=${files.cert}`, '--set', `server.tls.key=${files.key}`];

  it('writes a certificate for a year and the hosts given, with a key that is for this user only', async () => {
    const { code, output } = await run(
      '--host',
      'obs.example',
      '--host',
      '10.0.0.7',
      '--host',
      'bücher.example',
    );
    expect(code).toBe(0);
    expect(output).toContain('--set server.tls.cert=tinyobs-cert.pem --set server.tls.key=tinyobs-key.pem');
    expect(statSync(files.key).mode & 0o777).toBe(0o600);
    const certificate = new X509Certificate(readFileSync(files.cert));
    for (const name of ['localhost', 'obs.example', 'xn--bcher-kva.example']) {
      expect(certificate.checkHost(name), name).toBe(name);
    }
    for (const address of ['127.0.0.1', '::1', '10.0.0.7']) {
      expect(certificate.checkIP(address), address).toBe(address);
    }
    expect(certificate.checkHost('other.example')).toBeUndefined();
    expect(certificate.ca).toBe(false);
    const leftMs = Date.parse(certificate.validTo) - Date.now();
    expect(leftMs / DAY_MS).toBeGreaterThan(364);
    expect(leftMs / DAY_MS).toBeLessThanOrEqual(365);
  });

  it('is a certificate that the server takes, and that clients trust once they are told', async () => {
    expect((await run()).code).toBe(0);
    const program = await startTinyObs(join(folder, 'data'), tlsFlags());
    expect(program.url).toMatch(/^https:/);
    const ask = `fetch('${program.url}/-/healthy').then((r) => r.text()).then(console.log)`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: files.cert };
    const client = startProgram(process.execPath, ['-e', ask], { env });
    expect([await client.exited, client.output()]).toEqual([0, 'TinyObs is Healthy.\n\n']);
    if (existsSync(CURL)) {
      const { stdout } = await promisify(execFile)(CURL, [
        '-sS',
        '--cacert',
        files.cert,
        `${program.url}/-/healthy`,
      ]);
      expect(stdout).toBe('TinyObs is Healthy.\n');
    }
    expect(await program.stop()).toBe(0);
  });

  it.each(['cert', 'key'] as const)('leaves a %s alone that is there, unless it is forced', async (part) => {
    writeFileSync(files[part], 'mine', { mode: 0o644 });
    const { code, output } = await run();
    expect(code).toBe(1);
    expect(output).toMatch(
      new RegExp(`^tinyobs: tinyobs-${part}.pem is there already .*--force.*\\[config_invalid\\]\\n$`),
    );
    expect(readFileSync(files[part], 'utf8')).toBe('mine');
    expect(existsSync(files[part === 'cert' ? 'key' : 'cert'])).toBe(false);
    expect((await run('--force')).code).toBe(0);
    expect(new X509Certificate(readFileSync(files.cert)).subject).toContain('TinyObs');
    expect(statSync(files.key).mode & 0o777).toBe(0o600);
  });

  it.each([
    [['--host', 'obs.example:8080'], /--host obs\.example:8080 .* without a port \[config_invalid\]/],
    [['--host', 'https://obs.example'], /--host https:\/\/obs\.example .*\[config_invalid\]/],
    [['--host', ''], /--host {2}is neither .*\[config_invalid\]/],
    [['--dir', 'nowhere'], /cannot write into nowhere: ENOENT.*\[config_invalid\]/],
  ])('refuses %j', async (args, line) => {
    const { code, output } = await run(...args);
    expect(code).toBe(1);
    expect(output).toMatch(line);
    expect(output.trim().split('\n')).toHaveLength(1);
    expect(existsSync(files.cert) || existsSync(files.key)).toBe(false);
  });
});
