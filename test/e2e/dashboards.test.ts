import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
/** What a sender may write into a label. */
const ODD = `<script>document.title='run'</script>"'\\🦊 ${'long '.repeat(180)}`;

/** A reference as it is written, which would be taken for one of this language. */
const BRACED = '$'.concat('{route}');

const EDITING = [
  ['edit', '/dashboards/template-http-service?edit=1'],
  ['panel', '/dashboards/template-http-service?edit=1&panel=panel-7'],
] as const;

describe('the dashboards', () => {
  let browser: Browser;
  let page: Page;
  let server: TestServer;
  const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-dashboards-'));
  const complaints: string[] = [];
  const requested: string[] = [];

  const shot = (name: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `dashboards-${name}.png`), animations: 'disabled' });
  const hash = () => new URL(page.url()).hash;
  const open = async (route: string) => {
    await page.goto('about:blank');
    await page.goto(`${server.url}/#${route}`);
    await page.locator('main').waitFor();
  };
  const panel = (title: string) => page.locator(`[data-testid=panel][data-panel="${title}"]`);
  /** Every panel on the screen has its answer; those out of sight are not asked for. */
  const settled = () => expect.poll(() => page.evaluate(skeletonsInSight)).toBe(0);
  const editor = () => page.locator('.panel-query .cm-content').first();
  /** The query once what is offered is taken; a list that has only just opened leaves Enter to the query. */
  const accepted = async () => {
    await page.keyboard.press('Enter');
    return editor().textContent();
  };
  const offered = () => page.locator('.cm-tooltip-autocomplete');
  const saved = async () => {
    const answer = await fetch(`${server.url}/v1/dashboards/${hash().split(/[/?]/)[2]}`);
    return ((await answer.json()) as { dashboard: { panels: { title: string; x: number; w: number }[] } })
      .dashboard;
  };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTestServer({ dataDir, selfMonitoring: { interval: '1s' } });
    await importText(server.url, facts());
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce' });
    context.setDefaultTimeout(10_000);
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requested.push(request.url()));
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it('begin with nothing but templates, by key', async () => {
    await open('/');
    await page.keyboard.press('g');
    await page.keyboard.press('d');
    await page.getByText('No dashboards yet').waitFor();
    expect(await page.locator('.template').count()).toBe(6);
    await expectAccessible(page);
    await shot('empty');
  });

  it.each([
    ['template-http-service', 'Requests by route'],
    ['template-node-exporter', 'Processor by mode'],
    ['template-tinyobs', 'Samples by protocol'],
  ])('%s shows what is there, and is not saved', async (id, graph) => {
    await open(`/dashboards/${id}`);
    await panel(graph).locator('canvas').waitFor();
    await settled();
    expect(await page.getByText('Not saved yet').count()).toBe(1);
    expect(await page.locator('.dash-panel-error').allTextContents()).toEqual([]);
    await shot(id);
  });

  it('choose by variables, which the address has, and show odd values as they are', async () => {
    await open('/dashboards/template-http-service');
    await page.getByTestId('variable-route').click();
    await page.getByRole('checkbox', { name: '/orders/{id}', exact: true }).check();
    await expect.poll(hash).toContain('var-route=%2Forders%2F%7Bid%7D');
    await page.getByRole('checkbox', { name: ODD.slice(0, 20) }).check();
    await page.keyboard.press('Escape');
    await panel('Requests by route').locator('canvas').waitFor();
    await expect.poll(() => panel('Requests by route').textContent()).toContain(ODD.slice(0, 30));
    expect(await page.locator('.dash-panel-error').allTextContents()).toEqual([]);
    await page.reload();
    await panel('Requests by route').locator('canvas').waitFor();
    expect(await page.getByTestId('variable-route').textContent()).toContain('/orders/{id}');
  });

  it('are made: a panel is added, described and saved', async () => {
    await open('/dashboards');
    await page.getByTestId('new-dashboard').click();
    await page.getByTestId('add-first-panel').click();
    await editor().click();
    await page.keyboard.insertText('sum by (route) (rate(http_requests_total');
    await page.keyboard.type('[');
    await expect.poll(() => offered().textContent()).toContain('$__rate_intervalwindow for rate()');
    await page.keyboard.type('$__rate_i');
    await expect.poll(() => offered().locator('li').count()).toBe(1);
    await expect.poll(accepted).toMatch(/\[\$__rate_interval\]$/);
    await page.keyboard.press('End');
    await page.keyboard.insertText('))');
    await page.getByTestId('panel-title').fill('Requests');
    await page.locator('.panel-editor canvas').waitFor();
    await expectAccessible(page);
    await shot('editor');
    await page.getByTestId('panel-done').click();
    await page.getByTestId('settings').click();
    await page.getByTestId('dashboard-title').fill('Mine');
    await page.getByRole('button', { name: 'Add variable' }).click();
    await page.getByTestId('variable-name').fill('job');
    await page.getByTestId('variable-label').fill('job');
    await expectAccessible(page);
    await shot('settings');
    await page.getByTestId('settings-apply').click();
    await page.getByTestId('save').click();
    await expect.poll(hash).toMatch(/^#\/dashboards\/[0-9a-f]{12}\?var|^#\/dashboards\/[0-9a-f]{12}$/);
    await page.getByTestId('edit').waitFor();
    expect((await saved()).panels.map(({ title }) => title)).toEqual(['Requests']);
  });

  it('are arranged by keys and by drag; what is deleted comes back', async () => {
    await page.getByTestId('edit').click();
    await page.getByRole('button', { name: 'Duplicate Requests' }).click();
    await expect.poll(() => panel('Requests').count()).toBe(2);
    const move = page.getByRole('button', { name: /^Move Requests/ }).last();
    await move.focus();
    for (let step = 0; step < 12; step += 1) await page.keyboard.press('ArrowRight');
    const boxes = () =>
      panel('Requests').evaluateAll((all) => all.map((one) => one.getBoundingClientRect().top));
    await expect.poll(async () => new Set(await boxes()).size).toBe(1);
    const corner = await page
      .getByRole('button', { name: /^Resize Requests/ })
      .last()
      .boundingBox();
    if (!corner) throw new Error('there is no corner to drag');
    await page.mouse.move(corner.x + 10, corner.y + 10);
    await page.mouse.down();
    await page.mouse.move(corner.x - 170, corner.y + 130, { steps: 4 });
    await page.mouse.up();
    await shot('arranging');
    await page.getByRole('button', { name: 'Delete Requests' }).first().click();
    await expect.poll(() => panel('Requests').count()).toBe(1);
    await page.getByTestId('undo').click();
    await expect.poll(() => panel('Requests').count()).toBe(2);
    await page.getByTestId('save').click();
    await expect.poll(async () => (await saved()).panels.map(({ x }) => x)).toEqual([0, 12]);
    expect((await saved()).panels[1].w).toBeLessThan(12);
  });

  it('keep what is not saved when the reader leaves, and say so', async () => {
    await page.getByRole('button', { name: 'Delete Requests' }).first().click();
    await page.locator('nav').getByText('Overview').click();
    await expect
      .poll(() => page.locator('.toast').allTextContents())
      .toContainEqual(expect.stringContaining('Changes of “Mine” are not saved'));
    await page.goBack();
    await page.getByText('Changed', { exact: true }).waitFor();
    await expect.poll(() => panel('Requests').count()).toBe(1);
  });

  it('notice that somebody else has saved: theirs, mine, or a copy', async () => {
    const path = `${server.url}/v1/dashboards/${hash().split(/[/?]/)[2]}`;
    const present = (await (await fetch(path)).json()) as { version: number; dashboard: object };
    const dashboard = { ...present.dashboard, title: 'Theirs' };
    const theirs = await fetch(path, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ version: present.version, dashboard }),
    });
    expect(theirs.status).toBe(200);
    await page.getByTestId('save').click();
    await page.getByTestId('conflict').waitFor();
    await expectAccessible(page);
    await shot('conflict');
    await page.getByTestId('save-over').click();
    await expect.poll(async () => (await saved()).panels).toHaveLength(1);
    await page.getByTestId('stop-editing').click();
    await page.getByTestId('dashboard-menu').click();
    await page.getByRole('button', { name: 'Versions' }).click();
    await expect.poll(() => page.getByTestId('versions').textContent()).toContain('Theirs');
    await shot('versions');
    await page.getByRole('button', { name: 'Restore' }).first().click();
    await page.getByRole('heading', { name: 'Theirs' }).waitFor();
  });

  it('come from Grafana, with a list of what was not understood', async () => {
    await open('/dashboards');
    await expect.poll(() => page.getByTestId('dashboards').textContent()).toContain('Theirs');
    await page.getByTestId('import').click();
    await page.getByTestId('import-text').fill(JSON.stringify(grafana()));
    await expect.poll(() => page.getByTestId('import-findings').textContent()).toContain('piechart');
    await expectAccessible(page);
    await shot('import');
    await page.getByTestId('import-open').click();
    await panel('Load').locator('canvas').waitFor();
    await panel('Now').locator('.stat').waitFor();
    await page.getByTestId('save').click();
    await expect.poll(hash).toMatch(/^#\/dashboards\/[0-9a-f]{12}/);
  });

  it('take variables in queries for what they stand for: completed, explained, and no mistakes', async () => {
    await open('/dashboards/template-http-service?edit=1&panel=panel-5&var-job=shop');
    const written = ['$job', '$route', '$__rate_interval'];
    await expect.poll(() => editor().locator('.cm-variable').allTextContents()).toEqual(written);
    const asked = page.waitForRequest(/parse_query/);
    await editor().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.type(' / $nothing');
    expect(new URL((await asked).url()).searchParams.get('query')).toContain(
      '{job=~"shop", route=~".*"}[4m]',
    );
    await expect.poll(() => page.locator('.cm-lintRange-error').allTextContents()).toEqual(['$']);
    await shot('variables');
    await editor().locator('.cm-variable').first().hover();
    await expect.poll(() => page.locator('.editor-help').textContent()).toBe('$jobshop');
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('http_requests_total{job="$job", route=');
    await page.keyboard.type(`"${BRACED.slice(0, 5)}`);
    await expect.poll(() => offered().locator('li').allTextContents()).toEqual([`${BRACED}all`]);
    await expect.poll(accepted).toBe(`http_requests_total{job="$job", route="${BRACED}"`);
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText('http_requests_total{job="$job", status=');
    await page.keyboard.type('"');
    await expect.poll(() => offered().locator('li').allTextContents()).toEqual(['200', '500']);
  });

  it.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)('are accessible and fit in %s at %o', async (colorScheme, viewport) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    // Editing has the same colours, and the same widths.
    const isEdited = (colorScheme === 'light') === (viewport === DESKTOP);
    for (const [name, route] of [
      ['list', '/dashboards'],
      ['view', '/dashboards/template-http-service'],
      ...(isEdited ? EDITING : []),
    ]) {
      await open(route);
      if (name === 'list') await page.getByTestId('dashboards').waitFor();
      else await page.locator('.dash-panel canvas').first().waitFor();
      await settled();
      const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content).toBeLessThanOrEqual(window);
      await expectAccessible(page);
      await shot(`${name}-${colorScheme}-${viewport.width}`);
    }
  });

  it('say what is wrong in its place', async () => {
    await page.setViewportSize(DESKTOP);
    await page.emulateMedia({ colorScheme: 'light' });
    await open('/dashboards/000000000000');
    await page.getByText('This dashboard could not be opened').waitFor();
    await shot('missing');
    await open('/dashboards/new?edit=1');
    await page.getByTestId('add-first-panel').click();
    await editor().click();
    await page.keyboard.type('sum(');
    await expect.poll(() => page.locator('.dash-panel-error').textContent()).toContain('parse error');
    await shot('query-error');
  });

  it('never ran into the policy, asked a stranger, or ran what a label says', async () => {
    expect(complaints.filter((text) => !/status of (400|404|409)/.test(text))).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(server.url) && url !== 'about:blank')).toEqual([]);
    expect(await page.title()).toBe('Dashboards · TinyObs');
  });
});

function skeletonsInSight(): number {
  const isInSight = (one: Element) => one.getBoundingClientRect().top < innerHeight;
  return [...document.querySelectorAll('.dash-panel .skeleton')].filter(isInSight).length;
}

/** Ten minutes of a service and of a host, a sample every 15 s. */
function facts(): string {
  const now = Date.now();
  const lines: string[] = [];
  const add = (series: string, valueAt: (step: number) => number) => {
    for (let step = 0; step <= 40; step += 1)
      lines.push(`${series} ${valueAt(step)} ${now - (40 - step) * 15_000}`);
  };
  const quoted = ODD.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  for (const [route, weight] of [
    ['/', 40],
    ['/orders/{id}', 25],
    [quoted, 10],
  ] as const) {
    const labels = `job="shop",route="${route}",status="200"`;
    add(
      `http_requests_total{${labels}}`,
      (step) => step * weight * 15 + Math.round(90 * Math.sin(step / 4)) + 90,
    );
    for (const [le, share] of [
      ['0.01', 0.5],
      ['0.1', 0.9],
      ['1', 0.99],
      ['+Inf', 1],
    ] as const) {
      add(`http_request_duration_seconds_bucket{${labels},le="${le}"}`, (step) =>
        Math.round(step * weight * 15 * share),
      );
    }
    add(`http_response_size_bytes_sum{${labels}}`, (step) => step * weight * 8_000);
  }
  add('http_requests_total{job="shop",route="/",status="500"}', (step) => step * 5);
  add('http_requests_in_flight{job="shop"}', (step) => 3 + (step % 4));
  const host = 'instance="alpha:9100"';
  for (const [mode, share] of [
    ['idle', 0.7],
    ['user', 0.2],
    ['system', 0.1],
  ] as const) {
    add(`node_cpu_seconds_total{${host},cpu="0",mode="${mode}"}`, (step) => step * 15 * share);
  }
  for (const [name, value] of [
    ...([
      ['node_load1', 0.8],
      ['node_load5', 0.7],
      ['node_load15', 0.6],
    ] as const),
    ...([
      ['node_memory_MemTotal_bytes', 8e9],
      ['node_memory_MemAvailable_bytes', 5e9],
      ['node_memory_MemFree_bytes', 2e9],
    ] as const),
    ...([
      ['node_time_seconds', 1e6],
      ['node_boot_time_seconds', 1e5],
    ] as const),
  ]) {
    add(`${name}{${host}}`, (step) => value * (1 + 0.05 * Math.sin(step / 5)));
  }
  for (const [mount, free] of [
    ['/', 40e9],
    ['/data', 8e9],
  ] as const) {
    add(`node_filesystem_size_bytes{${host},fstype="ext4",mountpoint="${mount}"}`, () => 100e9);
    add(`node_filesystem_avail_bytes{${host},fstype="ext4",mountpoint="${mount}"}`, () => free);
  }
  return `${lines.join('\n')}\n`;
}

function grafana() {
  return {
    title: 'From Grafana',
    time: { from: 'now-15m', to: 'now' },
    templating: {
      list: [
        {
          name: 'node',
          type: 'query',
          query: 'label_values(node_load1, instance)',
          includeAll: true,
          multi: true,
        },
      ],
    },
    panels: [
      { type: 'row', title: 'Host', gridPos: { x: 0, y: 0, w: 24, h: 1 } },
      {
        type: 'timeseries',
        title: 'Load',
        gridPos: { x: 0, y: 1, w: 16, h: 8 },
        targets: [{ expr: 'node_load1{instance=~"$node"}', legendFormat: '{{instance}}' }],
      },
      {
        type: 'stat',
        title: 'Now',
        gridPos: { x: 16, y: 1, w: 8, h: 8 },
        targets: [{ expr: 'node_load5{instance=~"$node"}' }],
      },
      { type: 'piechart', title: 'Pie', gridPos: { x: 0, y: 9, w: 8, h: 8 } },
    ],
  };
}
