import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import { startTestServer, type TestServer } from '../testServer.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');

describe('the page at /docs in a browser', () => {
  let browser: Browser;
  let server: TestServer;
  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTestServer();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  const open = async (
    options: BrowserContextOptions,
    anchor = '',
  ): Promise<{ page: Page; said: string[] }> => {
    const page = await (await browser.newContext(options)).newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('requestfailed', (request) => said.push(request.url()));
    await page.goto(`${server.url}/docs${anchor}`);
    return { page, said };
  };

  it.each(['light', 'dark'] as const)('is shown in %s, by what is in it alone', async (colorScheme) => {
    const { page, said } = await open({ colorScheme, viewport: { width: 1440, height: 900 } });
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(background).toBe(colorScheme === 'light' ? 'rgb(244, 246, 244)' : 'rgb(14, 18, 17)');
    expect(said).toEqual([]);
    await page.screenshot({ path: join(SCREENSHOTS, `docs-${colorScheme}.png`) });
    await page.context().close();
  });

  it('leads from the list of routes to the route, and selects a command whole by a click', async () => {
    const { page } = await open({ viewport: { width: 1440, height: 900 } });
    await page.getByRole('navigation').getByRole('link', { name: '/api/v1/query_range' }).click();
    await page.waitForURL('**/docs#query-range');
    await page.locator('#query-range .command code').click();
    const selected = await page.evaluate(() => String(getSelection()));
    expect(selected).toMatch(/^curl -sS .*query_range.*step=60s$/s);
    await page.screenshot({ path: join(SCREENSHOTS, 'docs-route.png') });
    await page.context().close();
  });

  it('fits on a phone', async () => {
    const { page } = await open({ viewport: { width: 360, height: 740 } });
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths[0]).toBeLessThanOrEqual(widths[1]);
    await page.screenshot({ path: join(SCREENSHOTS, 'docs-phone.png') });
    await page.locator('#query').scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(SCREENSHOTS, 'docs-phone-route.png') });
    await page.context().close();
  });
});
