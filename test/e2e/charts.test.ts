import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import { importText, startTestServer, type TestServer } from '../testServer.js';
import { expectAccessible } from './accessible.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const END_SEC = 1_780_000_000;
const SPAN_SEC = 3_600;
const DAY_SEC = 86_400;
/** What a sender may write into a label. */
const ODD = `<script>document.title='run'</script>"'\\🦊 ${'long '.repeat(40)}`;
const LATENCY = 'sum by (le) (rate(latency_seconds_bucket[5m]))';

describe('charts, and what a result looks like', () => {
  let browser: Browser;
  let page: Page;
  let server: TestServer;
  const complaints: string[] = [];

  const shot = (name: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `charts-${name}.png`), animations: 'disabled' });
  const hash = () => new URL(page.url()).hash;
  /** Loads Explore anew over the hour there is data of. */
  const explore = async (query: string, rest = '') => {
    await page.goto('about:blank');
    const params = new URLSearchParams({ q: query, from: String(END_SEC - SPAN_SEC), to: String(END_SEC) });
    await page.goto(`${server.url}/#/explore?${params}&zone=utc${rest}`);
    await page.getByTestId('explore').waitFor();
  };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTestServer();
    await writeFacts(server.url);
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: DESKTOP, acceptDownloads: true });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)('is accessible and fits in every form, in %s at %o', async (colorScheme, viewport) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    for (const [name, query, rest, ready] of FORMS) {
      await explore(query, rest);
      await page.locator(ready).first().waitFor();
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content, name).toBeLessThanOrEqual(window);
      await expectAccessible(page);
      await shot(`${name}-${colorScheme}-${viewport.width}`);
    }
  });

  it('never ran a strange script or broke its policy', () => {
    expect(complaints).toEqual([]);
    expect(hash()).toContain('explore');
  });
});

const CANVAS = '.result canvas';
/** Name, query, rest of the address, and what is there when it is drawn. */
const FORMS = [
  ['lines', 'sum by (route) (rate(requests_total[5m]))', '&compare=day', CANVAS],
  ['area', 'queue_bytes', '&kind=area&scale=log', CANVAS],
  ['stacked', 'sum by (route) (rate(requests_total[5m]))', '&kind=stacked', CANVAS],
  ['bars', 'sum by (route) (rate(requests_total[5m]))', '&kind=bars', CANVAS],
  ['heatmap', LATENCY, '&tab=heatmap', CANVAS],
  ['table', 'queue_bytes', '&tab=table', '.label-table'],
  ['table-range', 'queue_bytes', '&tab=table&over=range', '.label-table'],
  ['stat', 'sum by (route) (rate(requests_total[5m]))', '&tab=stat', '.stat canvas'],
  ['gauge', 'sum by (route) (rate(requests_total[5m]))', '&tab=stat&stat=gauge', '.gauge'],
  ['bar-list', 'queue_bytes', '&tab=stat&stat=bars', '.bar'],
  ['raw', 'queue_bytes', '&tab=raw', '.raw-json'],
] as const;

/** An hour, and the same hour a day before, of requests by route, their durations, and queues with odd names. */
async function writeFacts(url: string): Promise<void> {
  const lines: string[] = [];
  const bounds = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '+Inf'];
  for (let second = -SPAN_SEC - 300; second <= 0; second += 30) {
    for (const [agoSec, share] of [
      [0, 1],
      [DAY_SEC, 0.7],
    ]) {
      const at = (END_SEC + second - agoSec) * 1000;
      const seconds = second + SPAN_SEC + 300;
      ['/', '/cart', '/orders/{id}', '/search'].forEach((route, place) => {
        const count = share * (seconds * (place + 1) + 300 * Math.sin(seconds / 500 + place));
        lines.push(`requests_total{route="${route}"} ${count.toFixed(1)} ${at}`);
      });
    }
    const at = (END_SEC + second) * 1000;
    bounds.forEach((le, place) => {
      const wave = 1 + 0.5 * Math.sin(second / 700);
      const share = le === '+Inf' ? 1 : Math.min(1, 1 / (1 + Math.exp(-(place - 3.5 * wave) * 1.3)));
      const count = (second + SPAN_SEC + 300) * 40 * share;
      lines.push(`latency_seconds_bucket{le="${le}"} ${count.toFixed(0)} ${at}`);
    });
    ['mail', 'billing', ODD].forEach((queue, place) => {
      const bytes = 10 ** (place * 2 + 3) * (1.2 + Math.sin(second / 400 + place));
      lines.push(`queue_bytes{queue=${JSON.stringify(queue)}} ${bytes.toFixed(0)} ${at}`);
    });
  }
  await importText(url, `${lines.join('\n')}\n`);
}
