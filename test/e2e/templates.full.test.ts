import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEMPLATES } from '../../web/src/dashboards/templates/templates.js';
import { launchBrowser } from '../browser.js';
import { importScrapes, LONG_DATA, REAL_DATA, SHORT_DATA, withLabels } from '../realData.js';
import { readScrapes } from '../scrapes.js';
import { ROOT } from '../sources.js';
import { importText, startTestServer, type TestServer } from '../testServer.js';
import { expectAccessible } from './accessible.js';
import { databaseFacts, runtimeFacts, serviceFacts } from './dashboardFacts.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const LOOKS = [
  ['light', { width: 1440, height: 900 }],
  ['dark', { width: 1440, height: 900 }],
  ['light', { width: 390, height: 844 }],
] as const;

/** Panels with queries that have no answer yet. */
const WAITING = '.dash-panel:not(.dash-panel-row) > [data-loaded=false]';

/** Panels that are rightly empty here: nothing fails, and nothing is dropped. */
const QUIET: Readonly<Record<string, readonly string[]>> = {
  'template-tinyobs': ['Refused samples', 'Scrapes that failed', 'Errors'],
};

/** Every template with all its panels full; some of them at small scale are in the tests of dashboards. */
describe('the templates, full', () => {
  let browser: Browser;
  let page: Page;
  let server: TestServer;
  const complaints: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTestServer({
      dataDir: mkdtempSync(join(tmpdir(), 'tinyobs-templates-')),
      selfMonitoring: { interval: '1s' },
    });
    await importText(server.url, serviceFacts() + runtimeFacts() + databaseFacts());
    for (const [job, instance] of [
      ['node-exporter', 'alpha:9100'],
      ['prometheus-server', 'prometheus:9090'],
    ]) {
      await importScrapes(server.url, untilNow(job, instance));
    }
    browser = await launchBrowser();
    page = await browser.newPage({ reducedMotion: 'reduce' });
    page.setDefaultTimeout(20_000);
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it.each(TEMPLATES.map(({ id, dashboard }) => [id, dashboard] as const))(
    '%s has nothing to hide in light, dark and on a phone',
    async (id, { panels }) => {
      for (const [colorScheme, viewport] of LOOKS) {
        await page.emulateMedia({ colorScheme });
        // Higher than any page, so that every panel is in sight and asks.
        await page.setViewportSize({ ...viewport, height: 9_000 });
        await page.goto('about:blank');
        await page.goto(`${server.url}/#/dashboards/${id}?range=15m`);
        await page.locator('.dash-panel').first().waitFor();
        await expect.poll(() => page.locator('.dash-panel').count()).toBe(panels.length);
        await expect.poll(() => page.locator(WAITING).count()).toBe(0);
        const end = await page.evaluate(
          () => [...document.querySelectorAll('.dash-panel')].at(-1)?.getBoundingClientRect().bottom ?? 0,
        );
        await page.setViewportSize({ ...viewport, height: Math.ceil(end) + 90 });
        await expectAccessible(page);
        await page.screenshot({
          path: join(SCREENSHOTS, `full-${id}-${colorScheme}-${viewport.width}.png`),
          animations: 'disabled',
        });
        expect(await page.locator('.dash-panel-error').allTextContents()).toEqual([]);
        const empty = await page
          .locator('.dash-panel:has(.dash-panel-blank)')
          .evaluateAll((all) => all.map((one) => one.getAttribute('data-panel') ?? ''));
        expect(empty.filter((title) => !QUIET[id]?.includes(title))).toEqual([]);
      }
    },
    120_000,
  );

  it('complain of nothing', () => {
    expect(complaints).toEqual([]);
  });
});

/** Real scrapes of a target, moved so that the last was just now. */
function untilNow(file: string, instance: string) {
  const { folder } = REAL_DATA.find(({ name, isThere }) => name === LONG_DATA && isThere) ?? shortData();
  const scrapes = [...readScrapes(join(folder, `${file}.scrapes.gz`))];
  const shiftMs = Date.now() - scrapes[scrapes.length - 1].timeMs;
  return scrapes.map(({ timeMs, text }) => ({
    timeMs: timeMs + shiftMs,
    text: withLabels(text, `instance="${instance}"`),
  }));
}

function shortData() {
  const short = REAL_DATA.find(({ name }) => name === SHORT_DATA);
  if (short === undefined) throw new Error('there are no scrapes');
  return short;
}
