import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProgram } from '../programs.js';
import { ROOT } from '../sources.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface Packed {
  readonly manifest: Manifest;
  /** Path in the repository. */
  readonly home: string;
  readonly files: readonly string[];
}

/** Packages as they are published, installed with the libraries they name and no others. */
describe('published packages', () => {
  let folder: string;
  let packages: readonly Packed[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-packed-'));
    packages = installPacked(folder);
  }, 60_000);
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });

  it('are the program and all it is made of', () => {
    expect(packages.map(({ manifest }) => manifest.name)).toEqual(
      expect.arrayContaining(['tinyobs', '@tinyobs/server', '@tinyobs/sdk', '@tinyobs/storage']),
    );
    const names = new Set(packages.map(({ manifest }) => manifest.name));
    for (const { manifest } of packages) {
      for (const [name, version] of Object.entries(manifest.dependencies ?? {})) {
        if (!name.startsWith('@tinyobs/')) continue;
        expect([name, names.has(name), version]).toEqual([name, true, manifest.version]);
      }
    }
  });

  it('bring a licence and a page to read, and nothing of tests and of the build', () => {
    for (const { manifest, files } of packages) {
      expect(files, manifest.name).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
      expect(manifest.license).toBe('MIT');
      const foreign = files.filter((file) => /\.(test|suite)\.|tsbuildinfo|^src\//.test(file));
      expect(foreign, manifest.name).toEqual([]);
    }
  });

  it('have every file that they export or run', () => {
    for (const { home, files } of packages) {
      const text = readFileSync(join(ROOT, home, 'package.json'), 'utf8');
      const named = [...text.matchAll(/"\.\/(dist\/[^"]+)"/g)].map(([, path]) => path);
      expect(named.length, home).toBeGreaterThan(0);
      expect(
        named.filter((path) => !files.includes(path)),
        home,
      ).toEqual([]);
    }
  });

  it('start as a program that has its dashboard, and end by SIGTERM', async () => {
    const main = join(folder, 'node_modules/tinyobs/dist/main.js');
    const args = [main, '--data-dir', join(folder, 'data'), '--listen', '127.0.0.1:0'];
    const program = startProgram(process.execPath, args, { cwd: folder });
    try {
      const [, url] = await program.waitFor(/Dashboard\s+(https?:\/\/[^\s/]+)/);
      const page = await (await fetch(`${url}/`)).text();
      const [, script] = /src="([^"]+\.js)"/.exec(page) ?? [];
      expect((await fetch(new URL(script, `${url}/`))).status).toBe(200);
      const description = await (await fetch(`${url}/v1/openapi.json`)).json();
      expect(description).toMatchObject({ info: { title: expect.any(String) } });
    } finally {
      expect(await program.stop()).toBe(0);
    }
  });

  it('run inside a program that has them installed', async () => {
    const script = join(folder, 'host.mjs');
    writeFileSync(
      script,
      `import { createTinyObs } from '@tinyobs/server';
      import { createClient } from '@tinyobs/sdk';
      const obs = await createTinyObs({ dataDir: './embedded' });
      const client = createClient({ store: obs, service: 'host' });
      client.counter('orders_total', { help: 'Orders' }).inc(3);
      await client.close();
      await obs.close();
      console.log('stored and closed');`,
    );
    const program = startProgram(process.execPath, [script], { cwd: folder });
    expect([await program.exited, program.output()]).toEqual([
      0,
      expect.stringContaining('stored and closed'),
    ]);
  });
});

/** Packs what is to be published and lays it out as an installation does. */
function installPacked(folder: string): Packed[] {
  const homes = ['packages', 'apps']
    .flatMap((parent) => readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`))
    .filter((home) => existsSync(join(ROOT, home, 'package.json')))
    .filter((home) => !readManifest(join(ROOT, home)).private);
  const selected = homes.map((home) => `--workspace=${home}`);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder, ...selected], { cwd: ROOT });
  return homes.map((home) => {
    const { name, version } = readManifest(join(ROOT, home));
    const target = join(folder, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    const archive = join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    execFileSync('tar', ['xzf', archive, '-C', target, '--strip-components=1']);
    const manifest = readManifest(target);
    linkLibraries(folder, home, manifest);
    return { manifest, home, files: listFiles(target) };
  });
}

/** The libraries a package names, from where the repository has them. */
function linkLibraries(folder: string, home: string, manifest: Manifest): void {
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    if (name.startsWith('@tinyobs/')) continue;
    const link = join(folder, 'node_modules', name);
    if (existsSync(link)) continue;
    mkdirSync(dirname(link), { recursive: true });
    const own = join(ROOT, home, 'node_modules', name);
    symlinkSync(existsSync(own) ? own : join(ROOT, 'node_modules', name), link);
  }
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}
