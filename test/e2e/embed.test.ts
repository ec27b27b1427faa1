import { mkdirSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import { startTestServer, type TestServer } from '../testServer.js';
import { expectAccessible } from './accessible.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const ADMIN_KEY = 'dashboard-admin-key-0123456789';
const ODD = `<script>document.title='run'</script>"'\\🦊`;

describe('a panel in a page of others', () => {
  let browser: Browser;
  let reader: BrowserContext;
  let page: Page;
  let stranger: Page;
  let server: TestServer;
  let named: Host;
  let other: Host;
  let id: string;
  /** The link that the dialog made. */
  let link: string;
  const complaints: string[] = [];

  const shot = (of: Page, name: string) =>
    of.screenshot({ path: join(SCREENSHOTS, `embed-${name}.png`), animations: 'disabled' });
  const admin = (path: string, body: unknown) =>
    fetch(`${server.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const grantLink = async (panel: string, search = '') => {
    const made = await admin(`/v1/dashboards/${id}/panels/${panel}/grants`, { values: { job: ['shop'] } });
    const { key } = (await made.json()) as { key: string };
    return `${server.url}/embed/${id}/${panel}${search}#${key}`;
  };
  const inPageOf = async (host: Host, url: string) => {
    await stranger.goto('about:blank');
    await stranger.goto(`${host.origin}/?${encodeURIComponent(url)}`);
    return stranger.frameLocator('iframe');
  };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    [named, other] = await Promise.all([startHost(), startHost()]);
    server = await startTestServer({
      dataDir: mkdtempSync(join(tmpdir(), 'tinyobs-embed-')),
      auth: { adminKey: ADMIN_KEY },
      web: { embedOrigins: [named.origin] },
    });
    expect((await admin('/api/v1/import/prometheus', facts())).status).toBe(204);
    const made = await admin('/v1/dashboards', { dashboard: DASHBOARD });
    id = ((await made.json()) as { id: string }).id;
    browser = await launchBrowser();
    const options = { viewport: DESKTOP, reducedMotion: 'reduce' } as const;
    reader = await browser.newContext(options);
    await reader.addInitScript((key) => {
      if (location.protocol === 'http:') sessionStorage.setItem('tinyobs.key', key);
    }, ADMIN_KEY);
    page = await reader.newPage();
    stranger = await (
      await browser.newContext({ ...options, viewport: { width: 900, height: 560 } })
    ).newPage();
    for (const one of [page, stranger]) {
      one.setDefaultTimeout(10_000);
      one.on('pageerror', (error) => complaints.push(error.message));
      one.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    }
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
    for (const host of [named, other]) host.server.close();
  });

  const openDialog = async () => {
    await page.goto('about:blank');
    await page.goto(`${server.url}/#/dashboards/${id}?range=1h`);
    await page.getByRole('button', { name: 'More to do with Requests of shop' }).click();
    await page.getByTestId('menu-embed').click();
    await page.getByTestId('make-link').waitFor();
  };

  it('is made a link in the dialog, by key, in light and dark and on a phone', async () => {
    await openDialog();
    await page.getByText(`Pages of ${named.origin} may show it.`).waitFor();
    await page.getByTestId('embed-dialog').getByLabel('Range').selectOption('6h');
    await page.getByTestId('choose-light').focus();
    await page.keyboard.press('Space');
    await page.getByTestId('make-link').focus();
    await page.keyboard.press('Enter');
    await page.getByTestId('grants').waitFor();
    link = String(await page.getByTestId('embed-url').locator('code').textContent());
    expect(link.replace(/#.*/, '')).toBe(`${server.url}/embed/${id}/graph?range=6h&theme=light`);
    expect(await page.getByTestId('embed-frame').textContent()).toContain('<iframe src="http');
    expect(await page.getByTestId('grants').textContent()).toContain('job: shop');
    for (const [colorScheme, viewport, name] of [
      ['light', DESKTOP, 'dialog'],
      ['dark', DESKTOP, 'dialog-dark'],
      ['light', PHONE, 'dialog-phone'],
      ['dark', PHONE, 'dialog-dark-phone'],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await expectAccessible(page);
      await shot(page, name);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(DESKTOP);
  });

  it('is shown in a page of an origin that is named, without a key', async () => {
    const frame = await inPageOf(named, link);
    await frame.locator('canvas').waitFor();
    expect(await frame.locator('h1').textContent()).toBe('Requests of shop');
    const open = frame.getByRole('link', { name: 'Open in TinyObs' });
    expect(await open.getAttribute('href')).toBe(`#/dashboards/${id}?var-job=shop&range=6h`);
    expect([await open.getAttribute('target'), await open.getAttribute('rel')]).toEqual([
      '_blank',
      'noopener',
    ]);
    await shot(stranger, 'frame');
    await (await inPageOf(named, link.replace('theme=light', 'theme=dark'))).locator('canvas').waitFor();
    await shot(stranger, 'frame-dark');
  });

  it('is shown in no other page', async () => {
    expect(complaints).toEqual([]);
    await inPageOf(other, link);
    await expect.poll(() => complaints.join()).toContain('frame-ancestors');
    expect(await stranger.frames()[1].locator('[data-testid]').count()).toBe(0);
    complaints.length = 0;
  });

  it.each([
    ['number', '.stat-value'],
    ['table', 'td'],
    ['text', 'strong'],
  ])('may be a %s, which fits its frame', async (panel, part) => {
    for (const theme of ['light', 'dark']) {
      await stranger.goto('about:blank');
      await stranger.goto(await grantLink(panel, `?range=1h&theme=${theme}`));
      await stranger.locator(part).first().waitFor();
      await expectAccessible(stranger);
      await shot(stranger, `${panel}-${theme}`);
    }
    expect(await stranger.title()).toContain('TinyObs');
    await stranger.setViewportSize({ width: 320, height: 240 });
    const overflow = () =>
      stranger.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement;
        return Math.max(scrollWidth - innerWidth, scrollHeight - innerHeight);
      });
    await expect.poll(overflow).toBeLessThanOrEqual(0);
    await shot(stranger, `${panel}-small`);
    await stranger.setViewportSize({ width: 900, height: 560 });
  });

  it('says that there is nothing to show, and that the server is away', async () => {
    await stranger.goto(await grantLink('graph', '?from=1&to=1000'));
    await stranger.getByText('No data in this range').waitFor();
    await expectAccessible(stranger);
    await shot(stranger, 'empty');
    await stranger.goto('about:blank');
    await stranger.route('**/v1/embed/**', (route) => route.abort());
    await stranger.goto(link);
    await stranger.getByText('It is tried again').waitFor();
    await shot(stranger, 'away');
    await stranger.unroute('**/v1/embed/**');
    complaints.length = 0;
  });

  it('is shown no longer once the link is revoked', async () => {
    await openDialog();
    const rows = page.getByTestId('grants').locator('li');
    const before = await rows.count();
    await rows.last().getByRole('button', { name: 'Revoke' }).click();
    await expect.poll(() => rows.count()).toBe(before - 1);
    const frame = await inPageOf(named, link);
    await frame.getByText('was revoked').waitFor();
    expect(await frame.locator('canvas').count()).toBe(0);
    await shot(stranger, 'revoked');
    await stranger.goto('about:blank');
    await stranger.goto(link);
    await stranger.getByTestId('embed-failure').waitFor();
    await expectAccessible(stranger);
  });
});

interface Host {
  readonly server: Server;
  readonly origin: string;
}

/** A page of somebody else, with a frame that its address names. */
async function startHost(): Promise<Host> {
  const server = createServer((request, response) => {
    const source = decodeURIComponent(request.url?.split('?')[1] ?? '').replaceAll('&', '&amp;');
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><html lang="en"><title>Wiki</title>
      <link rel="icon" href="data:,"><body style="margin: 40px; font: 16px sans-serif"><h1>Our shop</h1>
      <p>As it is now:</p><iframe src="${source}" title="Requests" width="100%" height="320" style="border: 0"></iframe>`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const PANEL = {
  ...{ id: 'graph', kind: 'graph', title: 'Requests of $job', description: '', x: 0, y: 0, w: 12, h: 8 },
  ...{ queries: [{ expr: 'sum by (route) (requests{job="$job"})', legend: '{{route}}' }], unit: 'none' },
  ...{ thresholds: [], look: 'area', legend: 'list', text: '' },
};

const DASHBOARD = {
  ...{ title: 'Shop', description: '', tags: [], range: '' },
  variables: [
    {
      ...{ name: 'job', label: '', kind: 'query', labelName: 'job', selector: '', values: [] },
      ...{ isMulti: false, hasAll: false },
    },
  ],
  panels: [
    PANEL,
    { ...PANEL, id: 'number', kind: 'stat', title: 'All', queries: [{ expr: 'sum(requests)', legend: '' }] },
    { ...PANEL, id: 'table', kind: 'table', title: 'By route', queries: [{ expr: 'requests', legend: '' }] },
    {
      ...{ ...PANEL, id: 'text', kind: 'text', title: 'About', queries: [] },
      text: '# $job\n**Ask** whoever is on call.\n- first\n- second',
    },
  ].map((panel, place) => ({ ...panel, x: 12 * (place % 2), y: 8 * Math.floor(place / 2) })),
};

/** The last hour of a shop. */
function facts(): string {
  const nowMs = Date.now();
  const escaped = ODD.replace(/["\\]/g, '\\$&');
  const lines = ['/cart', '/orders', escaped].flatMap((route, place) =>
    Array.from({ length: 240 }, (_, step) => {
      const value = 20 + 8 * place + 6 * Math.sin(step / (9 + place));
      return `requests{job="shop",route="${route}"} ${value.toFixed(2)} ${nowMs - (240 - step) * 15_000}`;
    }),
  );
  return `${lines.join('\n')}\n`;
}
