import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { build, type InlineConfig, type Plugin } from 'vite';
import { describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import type { Outcomes } from './storeBrowserPage.js';

const STORAGE = join(ROOT, 'packages/storage');
const CONTENT_TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** The suites run while this file is collected, so that each of their cases is reported by its own name. */
const outcomes = await inBrowser(suitesBuild(), async ({ page, problems }) => {
  await page.addScriptTag({ type: 'module', url: './suites.js' });
  await page.waitForFunction('typeof runSuites === "function"').catch((error: unknown) => {
    throw new Error(`the suites did not load: ${problems.join('\n')}`, { cause: error });
  });
  return page.evaluate<Outcomes>('runSuites()');
});

describe('in a browser', () => {
  for (const { name, failure } of outcomes) it(name, () => expect(failure).toBeUndefined());

  it('ran every suite', () => {
    const suites = new Set(outcomes.map(({ name }) => name.split(' > ')[0]));
    expect([...suites]).toEqual([
      'key-value store: IndexedDB',
      'store on IndexedDB',
      'compaction on IndexedDB',
      'documents on IndexedDB',
      'audit log on IndexedDB',
      'a database of IndexedDB',
    ]);
    expect(outcomes.length).toBeGreaterThan(47);
  });
});

describe('the browser example of @tinyobs/storage', () => {
  it('keeps what was written over reloads', async () => {
    await inBrowser(exampleBuild(), async ({ page, problems, folder }) => {
      const answer = async () => {
        await page.waitForFunction("document.getElementById('result').textContent !== ''");
        return page.textContent('#result');
      };
      expect(await answer()).toBe('page_loaded{path="/index.html"} 1 samples');
      await page.reload();
      expect(await answer()).toBe('page_loaded{path="/index.html"} 2 samples');
      expect(problems).toEqual([]);
      const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));
      const text = scripts.map((name) => readFileSync(join(folder, 'assets', name), 'utf8')).join('');
      expect(text).not.toMatch(/["']node:|__vite-browser-external/);
      expect(text.length).toBeGreaterThan(50_000);
    });
  });
});

/** The suites from their sources, with a stand-in for vitest. */
function suitesBuild(): InlineConfig {
  return {
    root: join(ROOT, 'test/integration'),
    plugins: [browserField()],
    resolve: {
      alias: {
        vitest: join(ROOT, 'test/integration/suiteRunner.ts'),
        '@tinyobs/model': join(ROOT, 'packages/model/src/index.ts'),
      },
    },
    build: {
      lib: { entry: 'storeBrowserPage.ts', formats: ['es'], fileName: () => 'suites.js' },
      minify: false,
    },
    define: { 'process.env.NODE_ENV': '"test"' },
  };
}

/** The example from the built packages, as an application would have them. */
function exampleBuild(): InlineConfig {
  return { root: join(STORAGE, 'examples/browser'), base: './' };
}

/** Does for the sources what bundlers do for the built package: puts the files in place that its field `browser` names. */
function browserField(): Plugin {
  const { browser } = JSON.parse(readFileSync(join(STORAGE, 'package.json'), 'utf8')) as {
    browser: Record<string, string>;
  };
  const source = (path: string) => join(STORAGE, path.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
  const places = new Map(Object.entries(browser).map(([from, to]) => [source(from), source(to)]));
  return {
    name: 'browser-field',
    enforce: 'pre',
    async resolveId(specifier, importer) {
      const resolved = await this.resolve(specifier, importer, { skipSelf: true });
      return (resolved && places.get(resolved.id)) ?? resolved;
    },
  };
}

interface OpenPage {
  readonly page: Page;
  /** What the page threw or wrote to its console as an error. */
  readonly problems: readonly string[];
  readonly folder: string;
}

/** Builds, serves and opens a page of its own in a browser of its own. */
async function inBrowser<T>(config: InlineConfig, use: (open: OpenPage) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'tinyobs-browser-'));
  const options = { outDir: folder, emptyOutDir: true, target: 'es2022', ...config.build };
  await build({ configFile: false, logLevel: 'error', ...config, build: options });
  const server = await serve(folder);
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
    return await use({ page, problems, folder });
  } finally {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  }
}

/** The files of a folder, and an empty page where it has no index. */
function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('Content-Type', CONTENT_TYPES[extname(pathname)] ?? 'application/octet-stream');
    const isThere = readdirSync(folder, { recursive: true, encoding: 'utf8' }).includes(pathname.slice(1));
    response.end(
      isThere ? readFileSync(join(folder, pathname)) : '<!doctype html><link rel="icon" href="data:,">',
    );
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
