import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import { importText, postJson } from '../testServer.js';
import { expectAccessible } from './accessible.js';
import { type MountedHost, startMountedHost } from './mountedHost.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const FIRST_LOAD_BYTES_MAX = 120 * 1024;
/** What a sender may write into a label, up to the longest there may be. */
const ODD = `<script>document.title='run'</script><img src=x onerror="document.title='run'">"'\\🦊 ${'long '.repeat(180)}`;

describe('the shell of the dashboard, mounted in an app', () => {
  let browser: Browser;
  let page: Page;
  let host: MountedHost;
  let url: string;
  const complaints: string[] = [];
  const requested: string[] = [];

  const shot = (name: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled' });
  const hash = () => new URL(page.url()).hash;
  /** Loads the page anew, however little the address changes. */
  const open = async (route: string) => {
    await page.goto('about:blank');
    await page.goto(`${url}#${route}`);
    await page.locator('main').waitFor();
  };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    host = await startMountedHost({ selfMonitoring: { interval: '1s' } });
    url = host.url;
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: DESKTOP, timezoneId: 'America/New_York' });
    // Before that of the test, so that it is said what was waited for.
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requested.push(request.url()));
  });
  afterAll(async () => {
    await browser.close();
    await host.close();
  });

  it('says how to begin where there is nothing yet, and everything of it is accessible', async () => {
    await open('/');
    await page.getByTestId('getting-started').waitFor();
    await expect.poll(() => page.locator('[data-testid=panel-server-series] canvas').count()).toBe(1);
    await expectAccessible(page);
    await shot('empty-light');
    await page.getByRole('tab', { name: 'Shell' }).click();
    expect(await page.getByRole('tabpanel').textContent()).toContain(`curl ${url}v1/ingest`);
    await page.keyboard.press('ArrowRight');
    expect(await page.getByRole('tabpanel').textContent()).toContain('remote_write');
  });

  it('loads little at first, and nothing from elsewhere', async () => {
    // As they come over the network.
    const sizes = await page.evaluate(() =>
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[])
        .filter(({ name }) => name.includes('/assets/'))
        .map(({ encodedBodySize }) => encodedBodySize),
    );
    expect(sizes.length).toBeGreaterThan(1);
    expect(Math.min(...sizes)).toBeGreaterThan(0);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThan(FIRST_LOAD_BYTES_MAX);
  });

  it('finds services by either kind of names, and hosts, and shows odd names as they are', async () => {
    await writeFacts(url);
    await open('/');
    await expect.poll(() => page.getByTestId('services').locator('tbody tr').count()).toBe(4);
    const table = await page.getByTestId('services').textContent();
    for (const job of ['api', 'checkout', 'node', ODD]) expect(table).toContain(job);
    const services = await page.locator('.service-link').allTextContents();
    expect(services).toContain(ODD);
    await expect
      .poll(() => page.getByTestId('panel-api-requests').getAttribute('data-last-value'))
      .not.toBe('');
    await page
      .getByText(/^Data since \d+ /)
      .first()
      .waitFor();
    await page.getByTestId('panel-checkout-requests').scrollIntoViewIfNeeded();
    await expect
      .poll(() => page.getByTestId('panel-checkout-requests').getAttribute('data-last-value'))
      .not.toBe('');
    expect(await page.getByTestId('service-checkout').textContent()).toContain('/orders/{id}');
    await page.getByTestId('panel-hosts-cpu').scrollIntoViewIfNeeded();
    await expect
      .poll(async () => Number(await page.getByTestId('panel-hosts-cpu').getAttribute('data-last-value')))
      .toBeCloseTo(0.25, 1);
    expect(await page.title()).toBe('Overview · TinyObs');
    expect(await page.locator('main img, main script').count()).toBe(0);
  });

  it.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)('is accessible and fits in %s at %o', async (colorScheme, viewport) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    // What lies over the page differs by its colours only, which are compared elsewhere.
    const isFirst = viewport === DESKTOP && colorScheme === 'light';
    for (const [name, route] of [
      ['overview', '/'],
      ['explore', '/explore?q=sum+by+(job)+(rate({__name__=~"http.%2B_(total|count)"}[1m]))'],
    ]) {
      await open(route);
      await page.locator('main canvas').first().waitFor();
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content).toBeLessThanOrEqual(window);
      if (name === 'overview' || viewport === DESKTOP) await expectAccessible(page);
      await shot(`${name}-${colorScheme}-${viewport.width}`);
    }
    await open('/');
    await page.getByTestId('time-range').click();
    if (isFirst) await expectAccessible(page);
    await shot(`time-${colorScheme}-${viewport.width}`);
    await page.keyboard.press('Escape');
    expect(await focusedTestId()).toBe('time-range');
    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('tot');
    if (isFirst) await expectAccessible(page);
    await shot(`palette-${colorScheme}-${viewport.width}`);
    await page.keyboard.press('Escape');
    await page.getByTestId('theme-menu').click();
    if (isFirst) await expectAccessible(page);
    await shot(`theme-${colorScheme}-${viewport.width}`);
    await page.keyboard.press('Escape');
  });

  it('is led by keys alone', async () => {
    await page.setViewportSize(DESKTOP);
    await page.emulateMedia({ colorScheme: 'light' });
    await open('/');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
    await help.waitFor();
    await expectAccessible(page);
    await shot('help-light');
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await page.getByTestId('explore').waitFor();
    await page.keyboard.press('/');
    expect(await focusedTestId()).toBe('metric-search');
    await page.keyboard.type('g o');
    await expect.poll(hash).toBe('#/explore?find=g+o');
    await page.locator('.query-input').waitFor();
    await page.keyboard.press('Control+k');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('http_requests');
    await expect.poll(() => page.getByRole('option').allTextContents()).toContain('http_requests_total');
    await page.keyboard.press('Enter');
    await expect.poll(hash).toBe('#/explore?q=http_requests_total');
    await page.goBack();
    expect(hash()).toBe('#/explore?find=g+o');
  });

  it('walks through time, which is all in the address', async () => {
    await open('/?range=1h');
    await page.keyboard.press('[');
    await expect.poll(hash).toMatch(/from=\d+&to=\d+$/);
    const [from, to] = ends();
    expect(to - from).toBeCloseTo(3_600, -1);
    expect(Date.now() / 1000 - to).toBeGreaterThan(1_700);
    await page.keyboard.press('z');
    await expect.poll(() => ends()[1] - ends()[0]).toBeGreaterThan(7_000);
    await page.keyboard.press('b');
    await expect.poll(ends).toEqual([from, to]);
    await page.keyboard.press('l');
    await expect.poll(hash).toBe('#/?range=1h');
    await page.getByTestId('time-range').click();
    await page.getByLabel('Zone').selectOption('utc');
    await page.getByLabel('From').fill('2026-03-01T10:00:00');
    await page.getByLabel('To', { exact: true }).fill('2026-03-01T09:00:00');
    await page.getByRole('button', { name: 'Show this stretch' }).click();
    expect(await page.getByRole('alert').allTextContents()).toContain(
      'The end must lie behind the beginning.',
    );
    await page.getByLabel('To', { exact: true }).fill('2026-03-01T12:30:00');
    await page.getByRole('button', { name: 'Show this stretch' }).click();
    const first = Date.UTC(2026, 2, 1, 10) / 1000;
    expect(hash()).toBe(`#/?from=${first}&to=${first + 9_000}&zone=utc`);
    expect(await page.getByTestId('time-range').textContent()).toBe('1 Mar 10:00 – 12:30 UTC');
    await open(`/?from=${first}&to=${first + 9_000}`);
    expect(await page.getByTestId('time-range').textContent()).toBe('1 Mar 05:00 – 07:30');
  });

  it('hears of newer samples by the stream, and asks no more often than there is news', async () => {
    await open('/?range=5m');
    await page.locator('.live-dot[data-state="streaming"]').waitFor();
    expect(requested.some((one) => one === `${url}v1/live`)).toBe(true);
    await postJson(url.replace(/\/$/, ''), {
      metrics: [{ name: 'http_requests_total', type: 'counter', value: 1, labels: { job: 'late' } }],
    });
    await page.getByTestId('service-late').waitFor({ timeout: 20_000 });
    await page.getByTestId('refresh-menu').click();
    await page.getByTestId('menu-refresh-off').click();
    await expect.poll(hash).toContain('refresh=off');
    expect(await page.locator('.live-dot').count()).toBe(0);
  });

  it('asks every few seconds where there is no stream', async () => {
    await page.route('**/v1/live', (route) => route.fulfill({ status: 404, body: '{}' }));
    await open('/?range=15m');
    await page.locator('.live-dot[data-state="polling"]').waitFor();
    await page.unroute('**/v1/live');
    await page.locator('.live-dot[data-state="streaming"]').waitFor({ timeout: 20_000 });
    complaints.splice(0, complaints.length, ...complaints.filter((text) => !/status of 404/.test(text)));
  });

  it('shows that it waits, and what went wrong', async () => {
    await page.route(/query_range/, () => new Promise(() => undefined));
    await open('/?range=24h');
    await page.locator('.skeleton').first().waitFor();
    await expectAccessible(page);
    await shot('loading-light');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    const body = JSON.stringify({ status: 'error', errorType: 'execution', error: 'the store is on fire' });
    await page.route(/api\/v1\/(label|query)/, (route) => route.fulfill({ status: 422, body }));
    await open('/');
    await page.getByText('The overview could not be loaded').waitFor();
    expect(await page.locator('main').textContent()).toContain('the store is on fire');
    await expectAccessible(page);
    await shot('error-light');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByTestId('services').waitFor();
  });

  it('never ran a strange script, broke its policy or asked another host', () => {
    expect(complaints.filter((text) => !/status of 422/.test(text))).toEqual([]);
    expect(requested.filter((one) => !one.startsWith(url))).toEqual([]);
  });

  function ends(): number[] {
    const params = new URLSearchParams(hash().split('?')[1]);
    return [Number(params.get('from')), Number(params.get('to'))];
  }

  function focusedTestId(): Promise<string | null | undefined> {
    return page.evaluate(() => document.activeElement?.getAttribute('data-testid'));
  }
});

/** Half an hour of a service of either kind of names, of a host, and of one that nobody would name so. */
async function writeFacts(url: string): Promise<void> {
  const base = url.replace(/\/$/, '');
  const lines: string[] = [];
  const now = Date.now();
  for (let second = -1_800; second <= 0; second += 15) {
    const at = now + second * 1000;
    const count = second + 1_800;
    for (const [route, rate] of [
      ['/', 5],
      ['/cart', 2],
    ] as const) {
      lines.push(
        `http_requests_total{job="api",instance="a",route="${route}",status="200"} ${count * rate} ${at}`,
      );
    }
    lines.push(`http_requests_total{job="api",instance="a",route="/cart",status="503"} ${count / 2} ${at}`);
    const otel = 'job="checkout",instance="c",http_route="/orders/{id}",http_response_status_code="200"';
    for (const [le, share] of [
      ['0.1', 0.5],
      ['0.5', 0.9],
      ['+Inf', 1],
    ] as const) {
      lines.push(`http_server_request_duration_seconds_bucket{${otel},le="${le}"} ${count * share} ${at}`);
    }
    lines.push(`http_server_request_duration_seconds_count{${otel}} ${count} ${at}`);
    lines.push(`node_cpu_seconds_total{job="node",instance="host-1",mode="idle"} ${count * 0.75} ${at}`);
    lines.push(`node_memory_MemAvailable_bytes{job="node",instance="host-1"} 3e9 ${at}`);
    lines.push(`node_memory_MemTotal_bytes{job="node",instance="host-1"} 8e9 ${at}`);
  }
  await importText(base, `${lines.join('\n')}\n`);
  const odd = {
    name: 'http_requests_total',
    type: 'counter',
    labels: { job: ODD, route: ODD, status: '200' },
  };
  for (const value of [1, 2]) {
    const answer = await postJson(base, {
      metrics: [{ ...odd, value, timestamp: now - 20_000 * (3 - value) }],
    });
    if (!answer.ok) throw new Error(await answer.text());
  }
}
