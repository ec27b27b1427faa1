import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { eventually } from '../eventually.js';
import { ROOT } from '../sources.js';
import { getApi, startTestServer, type TestServer } from '../testServer.js';

const SDK = join(ROOT, 'packages/sdk/dist');

/** What somebody would put into a page, with the SDK as it is published. */
const pageOf = (endpoint: string): string => `<!doctype html><title>Shop</title><button>Buy</button>
<script type="module">
  import { createClient } from '/sdk/core.js';
  const obs = createClient({
    endpoint: '${endpoint}', service: 'page', intervalMs: 3_600_000,
    onError: ({ code, message }) => console.error(code + ': ' + message),
  });
  const clicks = obs.counter('clicks_total', { labelNames: ['button'] });
  const loaded = obs.histogram('page_load_seconds', { buckets: [60] });
  loaded.observe(performance.now() / 1_000);
  document.querySelector('button').addEventListener('click', () => clicks.inc({ button: 'größe' }));
  document.addEventListener('visibilitychange', () => void obs.flush());
  document.title = 'ready';
</script>`;

describe('a page of another origin', () => {
  let pages: Server;
  let origin: string;
  let server: TestServer;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    pages = createServer((request, response) => {
      const path = normalize(new URL(request.url ?? '/', 'http://page').pathname);
      if (path.startsWith('/sdk/')) {
        response.setHeader('content-type', 'text/javascript');
        response.end(readFileSync(join(SDK, path.slice('/sdk/'.length))));
      } else if (path === '/favicon.ico') {
        response.writeHead(204).end();
      } else {
        response.setHeader('content-type', 'text/html; charset=utf-8');
        response.end(pageOf(server.url));
      }
    }).listen(0, '127.0.0.1');
    await once(pages, 'listening');
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    server = await startTestServer({ server: { cors: { origins: [origin] } } });
    browser = await launchBrowser();
    page = await browser.newPage();
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    pages?.close();
  });

  const value = async (query: string): Promise<number> => {
    const { data } = await getApi(server.url, '/api/v1/query', { query });
    return Number((data.result as { value: [number, string] }[])[0]?.value[1]);
  };

  it('pushes its metrics when it is hidden', async () => {
    await page.goto(origin);
    await page.waitForFunction("document.title === 'ready'");
    for (let i = 0; i < 3; i++) await page.click('button');
    // What a browser says when its tab is left; there is nobody to leave it here.
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await eventually('what was clicked', async () => {
      const clicks = await value('sum(last_over_time(clicks_total{job="page",button="größe"}[1h]))');
      return clicks === 3 ? undefined : `${clicks}`;
    });
    expect(await value('sum(increase(clicks_total[1h]))')).toBeGreaterThan(0);
    expect(await value('sum(last_over_time(page_load_seconds_bucket{le="60"}[1h]))')).toBe(1);
    expect(problems).toEqual([]);
  });
});
