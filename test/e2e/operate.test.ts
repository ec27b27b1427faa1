import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import { startTestServer, type TestServer } from '../testServer.js';
import { expectAccessible, expectInSight, isLookedAt, LOOK_MS, tabTo } from './accessible.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const ADMIN_KEY = 'operate-admin-key-0123456789';
/** What a sender may write into a label, up to the longest there may be. */
const ODD = `<script>document.title='run'</script>"'\\🦊 ${'long '.repeat(180)}`;
const SLOW = 'quantile_over_time(0.5, vector(time() ^ 2 % 9973)[24h:1s])';

/** Every view, by the name of its picture. */
const VIEWS = [
  ['targets', '/targets', 'target-list'],
  ['targets-pushed', '/targets?tab=pushed', 'protocols'],
  ['cardinality', '/cardinality', 'metrics-by-series'],
  ['cardinality-metric', '/cardinality?metric=http_requests_total&label=user', 'metric-labels'],
  ['status', '/status', 'store-figures'],
  ['status-queries', '/status?tab=queries', 'slow-queries'],
  ['status-configuration', '/status?tab=configuration&text=limits', 'configuration'],
  ['status-audit', '/status?tab=audit&text=tsdb', 'audit'],
  ['status-keys', '/status?tab=keys', 'keys'],
] as const;

/** What opens on them: its name, the screen, what is pressed, and what is there then. */
const OPENED = [
  ['targets-labels', '/targets', '.target summary', '.target-details'],
  [
    'cardinality-delete',
    '/cardinality?metric=to_delete_total',
    '[data-testid="delete-series"]',
    '[data-testid="delete-preview"]',
  ],
] as const;

describe('the screens of who looks after a server', () => {
  let browser: Browser;
  let page: Page;
  let server: TestServer;
  let exporter: Server;
  let isServerOpen = true;
  const complaints: string[] = [];
  const requested: string[] = [];

  const ask = (path: string, init: RequestInit = {}, key = ADMIN_KEY) =>
    fetch(server.url + path, { ...init, headers: { Authorization: `Bearer ${key}`, ...init.headers } });
  const shot = (name: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
  const open = (route: string) =>
    page.evaluate((hash) => {
      window.location.hash = hash;
    }, `#${route}`);
  const hash = () => new URL(page.url()).hash;
  const texts = (testId: string) => page.getByTestId(testId).locator('li').allTextContents();

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    exporter = createServer((_request, response) => response.end(exposition())).listen(0, '127.0.0.1');
    await new Promise((resolve) => exporter.once('listening', resolve));
    const { port } = exporter.address() as AddressInfo;
    server = await startTestServer({
      auth: { adminKey: ADMIN_KEY },
      selfMonitoring: { interval: '1s' },
      limits: { seriesPerMetric: 300, overflowSeries: true },
      scrape: scrapeOf(port),
    });
    await fill(ask);
    browser = await launchBrowser();
    page = await openPage(ADMIN_KEY);
  });
  afterAll(async () => {
    await browser.close();
    if (isServerOpen) await server.close();
    exporter.closeAllConnections();
    exporter.close();
  });

  it('lists targets with their health, what is wrong, and what relabelling made of labels', async () => {
    await open('/targets');
    const list = page.getByTestId('target-list');
    await expect.poll(() => list.locator('[data-health=up]').count()).toBe(2);
    await expect.poll(() => list.locator('[data-health=down]').count()).toBe(1);
    expect(await list.locator('[data-health=down] .problem').textContent()).toMatch(/ECONNREFUSED|refused/);
    const first = list.locator('li').first();
    expect(await first.getAttribute('data-health')).toBe('down');
    await expect
      .poll(() => list.locator('[data-health=up]').first().textContent())
      .toMatch(/Samples\s*3\d\d/);
    await page.getByRole('tab', { name: 'Scraped' }).focus();
    await tabTo(page, list.locator('[data-health=up] summary').first());
    await page.keyboard.press('Enter');
    const labels = await list.locator('.label-table').textContent();
    expect(labels).toContain('__metrics_path__');
    expect(labels).toContain('zone–here new');
    expect(labels).toContain('__meta_seen');
    expect(hash()).toMatch(/^#\/targets\?open=node\+http%3A%2F%2F127\.0\.0\.1/);
    await page.reload();
    await expect.poll(() => list.locator('.label-table').count()).toBe(1);
    await list.locator('details[open] summary').click();
    await expect.poll(hash).toBe('#/targets');
    await page.getByTestId('choose-dropped').click({ force: true });
    await expect.poll(() => list.locator('li').count()).toBe(1);
    expect(hash()).toBe('#/targets?health=dropped');
    await page.getByRole('button', { name: /^shops/ }).click();
    await page.getByText('No target is like that').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.keyboard.press('/');
    await page.keyboard.type('econnrefused');
    await expect.poll(() => list.locator('li').count()).toBe(1);
    expect(hash()).toBe('#/targets?text=econnrefused');
  });

  it('tells what was pushed, refused and why, and how what is sent on fares', async () => {
    await open('/targets');
    await page.getByRole('tab', { name: 'Scraped' }).focus();
    await page.keyboard.press('ArrowRight');
    expect(hash()).toBe('#/targets?tab=pushed');
    await page.getByTestId('protocols').waitFor();
    const protocols = await page.getByTestId('protocols').textContent();
    expect(protocols).toContain('too_many_series_per_metric');
    expect(protocols).toMatch(/invalid|malformed|expected/);
    const destinations = async () => {
      await page.keyboard.press('r');
      return page.getByTestId('destinations').textContent();
    };
    await expect.poll(destinations).toContain('failing');
  });

  it('shows what there is most of, and which metrics are past a limit', async () => {
    await open('/cardinality');
    await page.getByTestId('overflow').waitFor();
    expect(await page.getByTestId('overflow').textContent()).toContain('http_requests_total');
    await expect
      .poll(() => texts('metrics-by-series'))
      .toContain('http_requests_total100 % of its limit 301');
    expect((await texts('growth'))[0]).toMatch(/http_requests_total\+3\d\d/);
    await page.getByTestId('choose-day').click({ force: true });
    expect(hash()).toBe('#/cardinality?since=day');
    await page
      .getByTestId('metrics-by-series')
      .getByRole('link', { name: 'http_requests_total', exact: true })
      .click();
    await expect
      .poll(() => texts('metric-labels'))
      .toEqual(expect.arrayContaining([expect.stringMatching(/^user/)]));
    expect(await page.locator('main').textContent()).toContain('labeldrop');
    await page.getByTestId('metric-labels').getByRole('link', { name: 'user', exact: true }).click();
    await page.getByTestId('label-values').waitFor();
    expect(hash()).toBe('#/cardinality?metric=http_requests_total&label=user&since=day');
    await page.goBack();
    await page.getByTestId('label-values').waitFor({ state: 'detached' });
  });

  it('deletes series only after their number was typed, all by keys', async () => {
    await open('/cardinality?metric=to_delete_total');
    const begin = page.getByTestId('delete-series');
    await begin.waitFor();
    await tabTo(page, begin);
    await page.keyboard.press('Enter');
    await page.getByTestId('delete-preview').waitFor();
    expect(await page.getByTestId('delete-preview').textContent()).toContain('12 series of 1 metric');
    const confirm = page.getByRole('button', { name: 'Delete them' });
    expect(await confirm.isDisabled()).toBe(true);
    await tabTo(page, page.getByLabel('Of which series'));
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('{__name__="to_delete_total", id=~"1.?"}');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('delete-preview').textContent()).toContain('3 series');
    await tabTo(page, page.getByLabel('Type 3 to confirm'));
    await page.keyboard.type('3');
    await tabTo(page, confirm);
    await page.keyboard.press('Enter');
    await page.getByTestId('deleted').waitFor();
    await tabTo(page, page.getByRole('button', { name: 'Give the space back now' }));
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.toast').allTextContents()).toContain('The space was given back.');
    await expect.poll(() => begin.evaluate((button) => button === document.activeElement)).toBe(true);
    const left = await ask('/api/v1/query?query=count(to_delete_total)');
    expect(await left.text()).toContain('"9"');
  });

  it('shows what the store holds and does, and ends a query that runs', async () => {
    await open('/status');
    await page.getByTestId('store-figures').waitFor();
    expect(await page.getByTestId('tiers').textContent()).toContain('Rollups of 5 minutes');
    expect(await texts('metrics-by-bytes')).toEqual(
      expect.arrayContaining([expect.stringMatching(/^http_requests/)]),
    );
    expect(await texts('limits')).toEqual(expect.arrayContaining([expect.stringMatching(/^limits\.series/)]));
    const asked = new URLSearchParams({ query: SLOW, start: '0', end: '10000', step: '1' });
    const running = ask(`/api/v1/query_range?${asked}`);
    await page.getByRole('tab', { name: 'Queries' }).click();
    await page.keyboard.press('r');
    const end = page.getByRole('button', { name: /End the query/ });
    await end.waitFor();
    await tabTo(page, end);
    await page.keyboard.press('Enter');
    expect((await (await running).json()) as object).toMatchObject({ code: 'query_canceled' });
    await expect.poll(() => page.getByTestId('slow-queries').textContent()).toContain('query_canceled');
    expect(await page.locator('main :focus').textContent()).toContain('No query runs');
    await open('/');
    await expect.poll(() => page.getByTestId('slow-queries').textContent()).toContain('query_canceled');
    await page.getByTestId('slow-queries').scrollIntoViewIfNeeded();
    await shot('overview-slow-queries');
  });

  it('shows every key of the configuration, with secrets hidden, and who did what', async () => {
    await open('/status?tab=configuration');
    await page.getByTestId('configuration').waitFor();
    expect(await page.content()).not.toContain(ADMIN_KEY);
    await page.getByTestId('config-search').fill('seriesPerMetric');
    await expect.poll(() => page.getByTestId('configuration').locator('tbody tr').count()).toBeLessThan(4);
    expect(await page.getByTestId('configuration').textContent()).toMatch(
      /limits\.seriesPerMetric.*300.*the host/,
    );
    await page.getByRole('tab', { name: 'Audit log' }).click();
    const audit = page.getByTestId('audit').locator('tbody tr');
    await expect.poll(() => audit.count()).toBe(100);
    // What is older than all that is loaded.
    await page.getByTestId('audit-search').fill('post INGEST');
    await expect.poll(() => audit.allTextContents()).toEqual([expect.stringContaining(' for ingest: ')]);
    await page.getByTestId('audit-search').fill('');
    await expect.poll(() => audit.count()).toBe(100);
    await page.getByRole('button', { name: 'Load older ones' }).click();
    await expect.poll(() => audit.count()).toBeGreaterThan(100);
    await page.getByTestId('audit-search').fill('delete_series');
    await expect.poll(() => audit.count()).toBe(1);
    expect(hash()).toBe('#/status?tab=audit&text=delete_series');
    await page.getByRole('tab', { name: 'Keys' }).click();
    expect(await page.getByTestId('keys').textContent()).toContain(ODD.slice(0, 30));
  });

  it.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)(
    'fits and is accessible in %s at %o',
    async (colorScheme, viewport) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      for (const [place, [name, route, testId]] of VIEWS.entries()) {
        await open(route);
        await page.getByTestId(testId).waitFor();
        const [content, window] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          innerWidth,
        ]);
        expect(content, name).toBeLessThanOrEqual(window);
        if (/^\/(targets|status)/.test(route)) await expectInSight(page.getByRole('tab', { selected: true }));
        if (isLookedAt(place, colorScheme, viewport)) await expectAccessible(page);
        await shot(`${name}-${colorScheme}-${viewport.width}`);
      }
      for (const [place, [name, route, control, opened]] of OPENED.entries()) {
        await open(route);
        await page.locator(control).first().click();
        await page.locator(opened).first().waitFor();
        if (isLookedAt(place, colorScheme, viewport)) await expectAccessible(page);
        await shot(`${name}-${colorScheme}-${viewport.width}`);
        await page.keyboard.press('Escape');
      }
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize(DESKTOP);
    },
    LOOK_MS,
  );

  it('says what is for administrators, how to begin, and what went wrong', async () => {
    const made = await ask('/v1/keys', jsonOf({ name: 'reader', scopes: ['read'] }));
    const admin = page;
    page = await openPage(((await made.json()) as { key: string }).key);
    await open('/status?tab=configuration');
    await page.getByText('For administrators').waitFor();
    await shot('status-no-admin');
    await open('/cardinality?metric=http_requests_total');
    await page.getByTestId('metric-labels').waitFor();
    expect(await page.getByTestId('delete-series').count()).toBe(0);
    const nothing = { activeTargets: [], droppedTargets: [], droppedTargetCounts: {} };
    await page.route('**/api/v1/targets', (route) =>
      route.fulfill({ json: { status: 'success', data: nothing } }),
    );
    await open('/targets');
    await page.getByText('Nothing is scraped yet').waitFor();
    await expectAccessible(page);
    await shot('targets-empty');
    await page.route('**/v1/cardinality*', (route) =>
      route.fulfill({ status: 422, json: { status: 'error', code: 'query_execution', message: 'on fire' } }),
    );
    await open('/cardinality');
    await page.getByText('on fire').waitFor();
    await shot('cardinality-error');
    await page.route('**/v1/status', () => new Promise(() => undefined));
    await open('/status');
    await page.locator('.skeleton').first().waitFor();
    await expectAccessible(page);
    await shot('status-loading');
    await page.context().close();
    page = admin;
  });

  it('keeps what it knew when the server goes away', async () => {
    await open('/targets');
    await page.getByTestId('target-list').waitFor();
    isServerOpen = false;
    await server.close();
    await page.keyboard.press('r');
    await page.getByTestId('server-banner').waitFor();
    expect(await page.getByTestId('target-list').locator('li').count()).toBe(4);
    await shot('targets-server-away');
    await page.setViewportSize(PHONE);
    await shot('targets-server-away-phone');
  });

  it('never ran a strange script, broke its policy or asked another host', async () => {
    expect(complaints.filter((text) => !/status of (422|403)|ERR_/.test(text))).toEqual([]);
    expect(requested.filter((one) => !one.startsWith(server.url))).toEqual([]);
    expect(await page.title()).toBe('Targets · TinyObs');
  });

  /** A page that is signed in. */
  async function openPage(key: string): Promise<Page> {
    const context = await browser.newContext({ viewport: DESKTOP, timezoneId: 'America/New_York' });
    // Before that of the test, so that it is said what was waited for.
    context.setDefaultTimeout(15_000);
    await context.addInitScript((text) => sessionStorage.setItem('tinyobs.key', text), key);
    const opened = await context.newPage();
    opened.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    opened.on('pageerror', (error) => complaints.push(error.message));
    opened.on('request', (request) => requested.push(request.url()));
    await opened.goto(server.url);
    await opened.locator('main').waitFor();
    return opened;
  }
});

/** What the exporter says: more series of a metric than there may be. */
function exposition(): string {
  const requests = Array.from(
    { length: 310 },
    (_, i) => `http_requests_total{path="/p${i % 7}",user="u${i}"} ${i}`,
  );
  return `# TYPE http_requests_total counter\n${requests.join('\n')}\n`;
}

/** A job that fares well but for one target, and one whose only target is left out. */
function scrapeOf(port: number) {
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      {
        job_name: 'node',
        static_configs: [
          { targets: [`127.0.0.1:${port}`, '127.0.0.1:1'], labels: { __meta_seen: 'here' } },
          { targets: ['10.0.0.1:9100'], labels: { __meta_seen: 'there' } },
        ],
        relabel_configs: [
          { source_labels: ['__meta_seen'], regex: 'there', action: 'drop' as const },
          { source_labels: ['__meta_seen'], regex: '(.*)', target_label: 'zone' },
        ],
      },
      { job_name: 'shops', static_configs: [{ targets: [`localhost:${port}`] }] },
    ],
    remote_write: [{ name: 'far', url: 'http://127.0.0.1:1/api/v1/write' }],
  };
}

type Ask = (path: string, init?: RequestInit) => Promise<Response>;

const jsonOf = (body: object): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify(body),
});

/** Samples, something that is wrong, a slow query, a key with an odd name, and many entries of the audit log. */
async function fill(ask: Ask): Promise<void> {
  const lines = Array.from({ length: 12 }, (_, i) => `to_delete_total{id="${i}"} ${i}`);
  const odd = JSON.stringify(ODD);
  await ask('/api/v1/import/prometheus', {
    method: 'POST',
    body: `${lines.join('\n')}\nodd_labels{a=${odd}} 1\n`,
  });
  await ask('/api/v1/import/prometheus', { method: 'POST', body: 'fine 1\nbroken not-a-number\n' });
  await ask('/api/v1/import/prometheus', { method: 'POST', body: exposition().replaceAll('"u', '"v') });
  await ask('/v1/keys', jsonOf({ name: ODD.slice(0, 100), scopes: ['ingest'] }));
  await ask(`/api/v1/query?${new URLSearchParams({ query: SLOW })}`);
  await Promise.all(Array.from({ length: 110 }, () => ask('/api/v1/admin/flush', { method: 'POST' })));
}
