import { mkdirSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { startTinyObs, type TinyObsProgram } from '../programs.js';
import { ROOT } from '../sources.js';
import { expectAccessible } from './accessible.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const ADMIN_KEY = 'dashboard-admin-key-0123456789';

describe('the dashboard of a server that asks for a key', () => {
  let browser: Browser;
  let page: Page;
  let server: TinyObsProgram;
  let readKey: string;
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-sign-in-'));
  const requested: string[] = [];

  const makeKey = async (scope: string): Promise<string> => {
    const made = await fetch(`${server.url}/v1/keys`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: scope, scopes: [scope] }),
    });
    return ((await made.json()) as { key: string }).key;
  };
  const enter = async (key: string) => {
    await page.getByLabel(/API key/).fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  };
  const failure = () => page.getByTestId('sign-in-failure').textContent();
  const seriesShown = async () =>
    Number(await page.getByTestId('panel-server-series').getAttribute('data-last-value'));

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTinyObs(dataDir, [
      ...['--set', `auth.adminKey=${ADMIN_KEY}`],
      ...['--set', 'selfMonitoring.interval=1s'],
    ]);
    readKey = await makeKey('read');
    browser = await launchBrowser();
    page = await (await browser.newContext({ viewport: DESKTOP })).newPage();
    page.on('request', (request) => requested.push(request.url()));
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    await rm(dataDir, { recursive: true });
  });

  it('asks for a key and shows nothing before', async () => {
    await page.goto(server.url);
    await page.getByTestId('sign-in').waitFor();
    expect(await page.getByTestId('sign-in-reason').textContent()).toBe('This server asks for a key.');
    expect(await page.getByTestId('panel-server-series').count()).toBe(0);
    await page.screenshot({ path: join(SCREENSHOTS, 'sign-in.png') });
  });

  it('says what is wrong with a key that does not do', async () => {
    await enter('not a key');
    await expect.poll(failure).toContain('not known');
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.screenshot({ path: join(SCREENSHOTS, 'sign-in-refused-dark.png') });
    await expectAccessible(page);
    await page.emulateMedia({ colorScheme: 'light' });
    await expectAccessible(page);
    await page.setViewportSize({ width: 390, height: 844 });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(await overflow()).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(SCREENSHOTS, 'sign-in-phone.png') });
    await page.setViewportSize(DESKTOP);
    await enter(await makeKey('ingest'));
    await expect.poll(failure).toContain('read');
  });

  it('opens with the right key, which outlives a reload and is nowhere but in the storage of the tab', async () => {
    await enter(readKey);
    await expect.poll(seriesShown).toBeGreaterThan(10);
    await page.locator('.live-dot[data-state="streaming"]').waitFor();
    await page.reload();
    await expect.poll(seriesShown).toBeGreaterThan(10);
    expect(await page.content()).not.toContain(readKey);
    expect(await page.evaluate(() => document.cookie)).toBe('');
    expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(readKey);
    expect(requested.filter((url) => url.includes(readKey))).toEqual([]);
  });

  it('completes in the editor with the key', async () => {
    await page.goto(`${server.url}/#/explore?q=1`);
    await page.getByTestId('query-input').locator('.cm-content').click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type('tinyobs_storage_ser');
    await expect
      .poll(() => page.locator('.cm-tooltip-autocomplete').textContent())
      .toContain('tinyobs_storage_series');
    await page.keyboard.press('Escape');
  });

  it('signs out', async () => {
    await page.getByTestId('sign-out').click();
    await page.getByTestId('sign-in').waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    expect(await page.getByTestId('sign-out').count()).toBe(0);
  });
});
