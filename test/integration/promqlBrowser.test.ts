import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';

const EXAMPLE = join(ROOT, 'packages/promql/examples/browser');
const CONTENT_TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

describe('the browser example of @tinyobs/promql', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-browser-'));
    await build({
      root: EXAMPLE,
      configFile: false,
      base: './',
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true, target: 'es2022' },
    });
    server = await serve(folder);
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`);
  });
  afterAll(async () => {
    await browser?.close();
    await new Promise((resolve) => server?.close(resolve));
    await rm(folder, { recursive: true });
  });

  const answerTo = async (query: string) => {
    await page.evaluate("document.getElementById('result').textContent = ''");
    await page.fill('#query', query);
    await page.press('#query', 'Enter');
    await page.waitForFunction("document.getElementById('result').textContent !== ''");
    return page.textContent('#result');
  };

  it('is made of the built package alone, without anything of Node', () => {
    const scripts = readdirSync(join(folder, 'assets')).filter((name) => name.endsWith('.js'));
    expect(scripts).toHaveLength(1);
    const script = readFileSync(join(folder, 'assets', scripts[0]), 'utf8');
    expect(script).not.toMatch(/node:|__vite-browser-external|\bBuffer\./);
    expect(script.length).toBeGreaterThan(50_000);
  });

  it('evaluates the query it comes with', async () => {
    await page.waitForFunction("document.getElementById('result').textContent !== ''");
    expect(await page.textContent('#result')).toMatch(/^\{queue="mail"\} 0\.\d+\n\{queue="print"\} 0\.\d+$/);
  });

  it.each([
    ['1 + 2', '3'],
    ['"\\u00e9\\x41"', 'éA'],
    ['count_over_time(jobs_waiting[10m])', '{queue="mail"} 40'],
    ['{__name__=~"jobs_.*",queue="mail"}[1m]', /^(jobs_(total|waiting)\{queue="mail"\} 4 points\n?){2}$/],
    ['sum(rat(x[5m]))', /^1:5: parse error: unknown function with name "rat"; did you mean "rate"\?$/],
    ['jobs_total{queue=~"["}', /^1:12: parse error/],
    ['nothing_at_all', 'nothing'],
  ])('answers %s', async (query, expected) => {
    expect(await answerTo(query)).toMatch(expected);
  });

  it('lets the page breathe during a heavy query', async () => {
    const frames = page.evaluate(
      'new Promise((resolve) => { let n = 0; const next = () => { n++; ' +
        "document.getElementById('result').textContent === '' || n < 5 ? requestAnimationFrame(next) : resolve(n); }; next(); })",
    );
    const heavy = 'sum(count_over_time((jobs_total * 1)[50m:10ms]))';
    const [answer, count] = await Promise.all([answerTo(heavy), frames]);
    expect(answer).toBe('{} 600000');
    expect(count).toBeGreaterThanOrEqual(5);
  });

  it('has met no error', () => {
    expect(problems).toEqual([]);
  });
});

function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('Content-Type', CONTENT_TYPES[extname(pathname)] ?? 'application/octet-stream');
    response.end(readFileSync(join(folder, pathname)));
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}
