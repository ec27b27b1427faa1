import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { type Program, startProgram, startTinyObs, type TinyObsProgram } from '../programs.js';
import { ROOT } from '../sources.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

describe('the dashboard over the demo', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let server: TinyObsProgram;
  let shop: Program;
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-e2e-'));
  /** What the browser's console and the page's scripts complained about. */
  const complaints: string[] = [];

  const shot = (name: string) => page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  const lastValue = async (panel: string) =>
    Number(await page.getByTestId(panel).getAttribute('data-last-value'));

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTinyObs(dataDir, ['--set', 'selfMonitoring.interval=1s']);
    browser = await launchBrowser();
    context = await browser.newContext({ viewport: DESKTOP });
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await shop?.stop();
    await server.stop();
    await rm(dataDir, { recursive: true });
  });

  it('is alive on the first start: the server watches itself', async () => {
    await page.goto(server.url);
    await expect.poll(() => page.title()).toContain('TinyObs');
    await expect.poll(() => lastValue('panel-server-series')).toBeGreaterThan(10);
    expect(await page.getByTestId('getting-started').isVisible()).toBe(true);
    await shot('overview-empty');
  });

  it('shows a service as soon as it reports, and its request rate rises', async () => {
    shop = startProgram(process.execPath, [
      join(ROOT, 'apps/example/dist/main.js'),
      ...['--endpoint', server.url, '--listen', '127.0.0.1:0', '--interval', '500ms', '--rate', '40'],
    ]);
    await shop.waitFor(/http:\/\//);
    await expect
      .poll(() => page.getByTestId('panel-shop-requests').isVisible(), { timeout: 20_000 })
      .toBe(true);
    await expect.poll(() => lastValue('panel-shop-requests'), { timeout: 20_000 }).toBeGreaterThan(0);
    const first = await lastValue('panel-shop-requests');
    await expect
      .poll(() => lastValue('panel-shop-requests'), { timeout: 20_000 })
      .toBeGreaterThan(first * 1.2);
    await shot('overview-light');
  });

  it('changes the range, and keeps it in the address', async () => {
    await page.getByTestId('time-range').click();
    await page.locator('[data-range="5m"]').click();
    await expect.poll(() => page.url()).toContain('range=5m');
    await expect.poll(() => lastValue('panel-shop-requests')).toBeGreaterThan(0);
  });

  it('opens Explore from a chart, with its query and range', async () => {
    await page.getByTestId('panel-shop-requests').getByTestId('panel-explore-link').click();
    await page.getByTestId('explore').waitFor();
    expect(new URL(page.url()).hash).toMatch(/^#\/explore\?q=.*range=5m/);
    await expect.poll(() => page.getByTestId('query-input').textContent()).toContain('http_requests_total');
    await page.locator('canvas').first().waitFor();
    await shot('explore-graph');
  });

  it('reads the table', async () => {
    await page.getByTestId('tab-table').click();
    const rows = page.getByTestId('result-table').locator('tbody tr');
    await expect.poll(() => rows.count()).toBeGreaterThan(3);
    const values = await rows
      .locator('td[data-value]')
      .evaluateAll((cells) => cells.map((cell) => Number(cell.getAttribute('data-value'))));
    expect(values.every((value) => value >= 0)).toBe(true);
    expect(Math.max(...values)).toBeGreaterThan(0);
    await shot('explore-table');
  });

  it('runs a query that was typed, and finds it again after a reload', async () => {
    await typeQuery('sum(http_requests_total{job="shop"})');
    await expect.poll(() => page.getByTestId('result-table').locator('tbody tr').count()).toBe(1);
    await page.reload();
    await expect.poll(() => page.getByTestId('result-table').locator('tbody tr').count()).toBe(1);
  });

  it('keeps up with typing, key by key, and completes', async () => {
    const editor = page.getByTestId('query-input').locator('.cm-content');
    await editor.click();
    await page.keyboard.press('Control+A');
    const query = 'sum by (le) (rate(http_request_duration_seconds_bucket[5m]))';
    await page.keyboard.type('http_requests_t');
    await expect
      .poll(() => page.locator('.cm-tooltip-autocomplete').textContent())
      .toContain('http_requests_total');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(query.replace(/\)+$/, ''));
    await expect.poll(() => editor.textContent()).toBe(query);
    await page.keyboard.press('Escape');
  });

  it('says where a query is wrong', async () => {
    await typeQuery('sum(rate(http_requests_total[5m])');
    await page.getByTestId('query-error').waitFor();
    expect(await page.getByTestId('query-error').textContent()).toMatch(/parse error/);
    await shot('explore-error');
  });

  it('lists metrics with their help, and searches them', async () => {
    await page.getByTestId('metric-search').fill('orders');
    await expect.poll(() => page.getByTestId('metric-list').textContent()).toContain('orders_total');
    expect(await page.getByTestId('metric-list').textContent()).not.toContain('process_cpu_seconds_total');
  });

  it('zooms by drag, and back', async () => {
    await page.getByTestId('metric-search').fill('');
    await typeQuery('sum(rate(http_requests_total{job="shop"}[1m]))');
    await page.getByTestId('tab-graph').click();
    const plot = page.locator('.u-over').first();
    await plot.waitFor();
    const box = await plot.boundingBox();
    if (!box) throw new Error('the plot has no place on the page');
    const y = box.y + box.height / 2;
    await page.mouse.move(box.x + box.width * 0.6, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, y, { steps: 5 });
    await page.mouse.up();
    await page.getByTestId('reset-zoom').waitFor();
    await page.getByTestId('reset-zoom').click();
    await expect.poll(() => page.getByTestId('reset-zoom').count()).toBe(0);
  });

  it('fits a phone', async () => {
    await page.setViewportSize(PHONE);
    for (const [name, hash] of [
      ['overview', '#/'],
      ['explore', '#/explore?q=sum(http_requests_total)&tab=table'],
    ] as const) {
      await page.goto(`${server.url}/${hash}`);
      await page.getByTestId(name).waitFor();
      if (name === 'overview') await expect.poll(() => lastValue('panel-shop-requests')).toBeGreaterThan(0);
      else await page.getByTestId('result-table').waitFor();
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content).toBeLessThanOrEqual(window);
      await shot(`${name}-phone`);
    }
    await page.setViewportSize(DESKTOP);
  });

  it('has a dark face', async () => {
    await page.goto(`${server.url}/#/`);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const before = await background();
    await page.getByTestId('theme-menu').click();
    await page.getByTestId('menu-theme-dark').click();
    await expect.poll(background).not.toBe(before);
    await expect.poll(() => lastValue('panel-shop-requests')).toBeGreaterThan(0);
    await shot('overview-dark');
  });

  it('never ran into its own content security policy or an exception', () => {
    expect(complaints.filter((text) => !/status of 400/.test(text))).toEqual([]);
  });

  it('says that the server is away, and keeps what it knew', async () => {
    await server.stop();
    await page.getByTestId('server-banner').waitFor({ timeout: 20_000 });
    expect(await lastValue('panel-shop-requests')).toBeGreaterThan(0);
    await shot('overview-server-away');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(PHONE);
    await shot('overview-server-away-phone');
    await page.setViewportSize(DESKTOP);
  });

  it('survives that it comes back', async () => {
    server = await startTinyObs(dataDir, [
      ...['--listen', new URL(server.url).host],
      ...['--set', 'selfMonitoring.interval=1s'],
    ]);
    await expect.poll(() => page.getByTestId('server-banner').count()).toBe(0);
    await expect.poll(() => page.locator('.toast').allTextContents()).toContain('The server is back.');
    await page.locator('.live-dot[data-state="streaming"]').waitFor();
    await expect.poll(() => lastValue('panel-shop-requests')).toBeGreaterThan(0);
  });

  async function typeQuery(text: string): Promise<void> {
    const editor = page.getByTestId('query-input').locator('.cm-content');
    await editor.waitFor();
    await editor.fill(text);
    await page.getByTestId('run-query').click();
  }
});
