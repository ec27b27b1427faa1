import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';

const SYSTEM_CHROMIUM = '/usr/bin/chromium';

export interface BrowserProgram {
  readonly executablePath: string;
  /** Variables it needs beside those of this process. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * `$CHROMIUM_PATH`, else the system's Chromium, else the one inside the registry package, with the libraries
 * that come with it. The latter is unpacked into the temporary folder once.
 */
export async function findBrowser(): Promise<BrowserProgram> {
  if (process.env.CHROMIUM_PATH) return { executablePath: process.env.CHROMIUM_PATH, env: {} };
  if (existsSync(SYSTEM_CHROMIUM)) return { executablePath: SYSTEM_CHROMIUM, env: {} };
  return unpackBrowser();
}

export async function launchBrowser(): Promise<Browser> {
  const { executablePath, env } = await findBrowser();
  return chromium.launch({
    executablePath,
    // Under the locale C Chromium names a language that is none, as on many servers and in containers.
    env: { ...(process.env as Record<string, string>), LANG: 'C.UTF-8', ...env },
    args: ['--no-sandbox', '--disable-gpu', '--hide-scrollbars'],
  });
}

async function unpackBrowser(): Promise<BrowserProgram> {
  const { default: packaged } = await import('@sparticuz/chromium');
  const executablePath = await packaged.executablePath();
  const libraries = join(tmpdir(), 'tinyobs-chromium-libraries');
  if (!existsSync(join(libraries, 'lib'))) {
    const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
    const archive = join(dirname(entry), '../../bin/al2023.tar.br');
    mkdirSync(libraries, { recursive: true });
    execFileSync('tar', ['-x', '-C', libraries], { input: brotliDecompressSync(readFileSync(archive)) });
  }
  const path = [join(libraries, 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { executablePath, env: { LD_LIBRARY_PATH: path } };
}
