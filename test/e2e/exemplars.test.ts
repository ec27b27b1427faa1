import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeRemoteWrite } from '@tinyobs/formats';
import { Labels, WriteBatch } from '@tinyobs/model';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { startTinyObs, type TinyObsProgram } from '../programs.js';
import { ROOT } from '../sources.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1280, height: 900 };
const PHONE = { width: 390, height: 844 };
const QUERY = 'histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[1m])))';
const BUCKETS = [0.1, 0.25, 0.5, 1, 2.5];
const STEPS = 60;
const STEP_MS = 10_000;

describe('exemplars on the dashboard', () => {
  let browser: Browser;
  let page: Page;
  let server: TinyObsProgram;
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-exemplars-'));
  const complaints: string[] = [];

  const shot = (name: string) => page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  const dots = () => page.locator('.exemplar');
  const card = () => page.getByTestId('exemplar-card');

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTinyObs(dataDir);
    await writeLatencies(server.url, 'slow', 1);
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: DESKTOP });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await rm(dataDir, { recursive: true });
  });

  it('are dots over the graph of a query that has some', async () => {
    await page.goto(`${server.url}/#/explore?q=${encodeURIComponent(QUERY)}`);
    await expect.poll(() => dots().count(), { timeout: 20_000 }).toBe(STEPS);
    expect(await page.locator('.result-body').textContent()).toContain(`${STEPS} exemplars.`);
    const plot = (await page.locator('.u-over').first().boundingBox())!;
    for (const box of await dots().evaluateAll((all) =>
      all.map((one) => one.getBoundingClientRect().toJSON()),
    )) {
      const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
      expect(x).toBeGreaterThanOrEqual(plot.x - 1);
      expect(x).toBeLessThanOrEqual(plot.x + plot.width + 1);
      expect(y).toBeGreaterThanOrEqual(plot.y - 1);
      expect(y).toBeLessThanOrEqual(plot.y + plot.height + 1);
    }
    await shot('explore-exemplars');
  });

  it('say what they are when they are pointed at, and can be copied from when they are chosen', async () => {
    const dot = dots().nth(30);
    await dot.hover();
    await card().waitFor();
    expect(await card().textContent()).toContain('slow-30');
    expect(await card().getByRole('button').count()).toBe(0);
    await dot.click();
    const text = await card().textContent();
    for (const part of ['trace_id', 'slow-30', 'latency_seconds_bucket', 'le="0.5"'])
      expect(text).toContain(part);
    await page.mouse.move(5, 5);
    await shot('explore-exemplar-card');
    await card().getByRole('button', { name: 'Copy trace_id' }).click();
    await expect.poll(() => card().textContent()).toContain('Copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('slow-30');
    await page.mouse.click(5, 300);
    await expect.poll(() => card().count()).toBe(0);
  });

  it('are reached with the keyboard alone', async () => {
    await page.locator('.plot').first().focus();
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-dot'));
    const first = Number(await focused());
    await page.keyboard.press('ArrowRight');
    expect(Number(await focused())).toBe(first + 1);
    await card().waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    while (
      !(await page.evaluate(() => document.activeElement?.getAttribute('aria-label')))?.startsWith('Copy')
    ) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Escape');
    await expect.poll(() => card().getByRole('button').count()).toBe(0);
  });

  it('can be hidden, which the address keeps', async () => {
    await page.getByTestId('exemplars-toggle').uncheck();
    await expect.poll(() => dots().count()).toBe(0);
    expect(page.url()).toContain('exemplars=0');
    await page.reload();
    await page.locator('canvas').first().waitFor();
    expect(await page.getByTestId('exemplars-toggle').isChecked()).toBe(false);
    expect(await dots().count()).toBe(0);
    await page.getByTestId('exemplars-toggle').check();
    await expect.poll(() => dots().count()).toBe(STEPS);
    expect(page.url()).not.toContain('exemplars');
  });

  it('are as many as can be told apart where there are more', async () => {
    await writeLatencies(server.url, 'many', 10);
    await page.reload();
    await expect.poll(() => dots().count()).toBeGreaterThan(STEPS);
    expect(await dots().count()).toBeLessThanOrEqual(100);
    expect(await page.locator('.result-body').textContent()).toMatch(/\d+ of 660 exemplars are drawn/);
  });

  it('have a dark face, and fit a phone', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await dots().nth(20).click();
    await card().waitFor();
    await shot('explore-exemplars-dark');
    await page.setViewportSize(PHONE);
    await expect.poll(() => dots().count()).toBeGreaterThan(0);
    await dots().last().click({ force: true });
    await card().waitFor();
    const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(content).toBeLessThanOrEqual(window);
    const box = (await card().boundingBox())!;
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(PHONE.width);
    await shot('explore-exemplars-phone');
    await page.setViewportSize(DESKTOP);
  });

  it('are no trouble to a query that has none, or selects nothing', async () => {
    for (const query of ['up', '1 + 1']) {
      await page.goto(`${server.url}/#/explore?q=${encodeURIComponent(query)}`);
      await expect.poll(() => page.locator('.result').getAttribute('aria-busy')).toBe('false');
      expect(await dots().count()).toBe(0);
      expect(await page.locator('.query-notice').count()).toBe(0);
    }
    expect(complaints).toEqual([]);
  });
});

/** A histogram over the last minutes, with exemplars of the bucket up to half a second. */
async function writeLatencies(url: string, name: string, exemplarsPerStep: number): Promise<void> {
  const endMs = Date.now();
  const batch = new WriteBatch();
  const series = [...BUCKETS.map(String), '+Inf'].map((le) =>
    batch.addSeries(Labels.fromObject({ __name__: 'latency_seconds_bucket', le, job: name })),
  );
  const counts = series.map(() => 0);
  for (let step = 0; step < STEPS; step++) {
    const timeMs = endMs - (STEPS - step) * STEP_MS;
    const slow = 0.5 + 0.4 * Math.sin(step / 6);
    series.forEach((one, i) => {
      const share = i === BUCKETS.length ? 1 : Math.min(1, BUCKETS[i] / slow);
      counts[i] += 100 * share;
      batch.addSample(one, timeMs, counts[i], step);
    });
    for (let i = 0; i < exemplarsPerStep; i++) {
      const labels = Labels.fromObject({
        trace_id: `${name}-${step}${i === 0 ? '' : `-${i}`}`,
        span: 'checkout',
      });
      const value = 0.25 + 0.25 * Math.abs(Math.sin(step * 7 + i));
      batch.exemplars.push({ series: series[2], labels, value, timeMs: timeMs - i * 100 });
    }
  }
  const { status } = await fetch(`${url}/api/v1/write`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-protobuf', 'Content-Encoding': 'snappy' },
    body: encodeRemoteWrite(batch) as Uint8Array<ArrayBuffer>,
  });
  expect(status).toBe(204);
}
