import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import { importText, startTestServer, type TestServer } from '../testServer.js';
import { expectAccessible } from './accessible.js';
import { GRAFANA, hostFacts, ODD, postDashboard, readDashboard, serviceFacts } from './dashboardFacts.js';
import { dropFile, isDrawnIn, skeletonsInSight } from './dashboardProbes.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const JSON_FILE = { name: 'dashboard.json', mimeType: 'application/json' };
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
  /** Where the page is open already, only its address changes. */
  const open = async (route: string) => {
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
  const saved = () => readDashboard(server.url, hash().split(/[/?]/)[2]);
  const make = (dashboard: object) => postDashboard(server.url, dashboard);

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTestServer({ dataDir, selfMonitoring: { interval: '1s' } });
    await importText(server.url, serviceFacts() + hostFacts());
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
    await page.getByTestId('import-text').fill(JSON.stringify(GRAFANA));
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

  it('say in every kind of panel what is past a threshold', async () => {
    const kinds = ['graph', 'stat', 'gauge', 'bars', 'table'];
    const id = await make({
      title: 'Limits',
      panels: kinds.map((kind) => ({
        ...{ kind, title: kind, h: 6, queries: [{ expr: 'node_load1' }] },
        thresholds: kind === 'graph' ? [] : [{ from: 0.5, role: 'warn' }],
      })),
    });
    await open(`/dashboards/${id}?edit=1&panel=panel-1`);
    await page.locator('.panel-editor canvas').waitFor();
    expect(await page.evaluate(isDrawnIn, '--bad')).toBe(false);
    await page.getByRole('button', { name: 'Add threshold' }).click();
    await page.getByLabel('From').fill('0.8');
    await expect.poll(() => page.evaluate(isDrawnIn, '--bad')).toBe(true);
    await page.getByRole('button', { name: 'Add threshold' }).click();
    await page.getByLabel('It is').last().selectOption('good');
    await expectAccessible(page);
    await shot('thresholds-editor');
    await page.getByRole('button', { name: 'Remove the threshold' }).last().click();
    await page.getByTestId('panel-done').click();
    await page.getByTestId('save').click();
    await expect.poll(async () => (await saved()).panels[0].thresholds).toEqual([{ from: 0.8, role: 'bad' }]);
    await page.getByTestId('stop-editing').click();
    for (const value of ['.stat-value', '.gauge-value', '.bar-value', 'td']) {
      await page.locator(`${value}[data-role=warn]`).waitFor();
    }
    await shot('thresholds');
  });

  it('show tables, of which a heading sorts the rows', async () => {
    const id = await make({
      title: 'Disks',
      panels: [
        {
          ...{ kind: 'table', title: 'Disks', w: 24, unit: 'bytes' },
          queries: [
            { expr: 'sum by (mountpoint) (node_filesystem_avail_bytes)', legend: 'free' },
            { expr: 'sum by (mountpoint) (node_filesystem_size_bytes)', legend: 'size' },
          ],
        },
      ],
    });
    await open(`/dashboards/${id}`);
    const table = panel('Disks').getByTestId('result-table');
    await table.waitFor();
    expect((await table.locator('th').allTextContents()).map((text) => text.replace(/[↓↑]/, ''))).toEqual([
      ...['mountpoint', 'free', 'size'],
    ]);
    const mounts = () => table.locator('tbody td:first-child').allTextContents();
    expect(await mounts()).toEqual(['/', '/data']);
    await table.getByRole('button', { name: 'free' }).click();
    await expect.poll(mounts).toEqual(['/data', '/']);
    expect(await table.locator('td.number').first().textContent()).toBe('7.45 GiB');
    await expectAccessible(page);
    await shot('table');
  });

  it('repeat a panel for each value of a variable, of which an expression takes a part', async () => {
    const id = await make({
      title: 'Repeated',
      variables: [
        {
          ...{ name: 'mount', labelName: 'mountpoint', selector: 'node_filesystem_size_bytes' },
          ...{ regex: '^/(.*)$', isMulti: true, hasAll: true },
        },
        { name: 'disk', labelName: 'mountpoint', regex: 'data', isMulti: true, hasAll: true },
        { name: 'worst', kind: 'result', selector: 'topk(1, node_load1)', regex: 'instance="(.*?):' },
        { name: 'broken', selector: 'up{' },
      ],
      panels: [
        {
          ...{ kind: 'stat', title: 'Free on $disk', repeat: 'disk', unit: 'bytes', h: 5 },
          queries: [{ expr: 'node_filesystem_avail_bytes{mountpoint="$disk"}' }],
        },
        { kind: 'text', title: 'Below', text: 'Worst: $worst, of $mount', h: 3 },
      ],
    });
    await open(`/dashboards/${id}`);
    await panel('Free on $disk').locator('.stat').waitFor();
    expect(await panel('Free on $disk').locator('h3').allTextContents()).toEqual([
      expect.stringContaining('Free on /data'),
    ]);
    expect(await panel('Below').textContent()).toContain('Worst: alpha, of data');
    expect(await page.getByRole('alert').allTextContents()).toEqual([
      expect.stringMatching(/“broken” could not be found: .*parse error/),
    ]);
    await page.getByTestId('edit').click();
    await page.getByTestId('settings').click();
    await page.getByTestId('variable-regex').nth(1).fill('');
    await expectAccessible(page);
    await shot('settings-regex');
    await page.getByTestId('settings-apply').click();
    await expect.poll(() => panel('Free on $disk').count()).toBe(1);
    await page.getByTestId('stop-editing').click();
    await expect
      .poll(() => panel('Free on $disk').locator('.stat-value').allTextContents())
      .toEqual([...['37.3 GiB', '7.45 GiB']]);
    await shot('repeated');
    await page.getByTestId('variable-disk').click();
    await page.getByRole('checkbox', { name: '/data', exact: true }).check();
    await expect.poll(() => panel('Free on $disk').count()).toBe(1);
  });

  it('are exported to a file, and the same again once it is imported', async () => {
    const id = hash().split(/[/?]/)[2];
    await page.getByTestId('dashboard-menu').click();
    await page.getByRole('button', { name: 'Discard the changes' }).click();
    await page.getByText('Changed', { exact: true }).waitFor({ state: 'detached' });
    await page.getByTestId('dashboard-menu').click();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as JSON' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe('repeated.json');
    const before = await saved();
    await page.getByRole('link', { name: 'All dashboards' }).click();
    await page.getByTestId('import').click();
    await page.getByLabel('File').setInputFiles({ ...JSON_FILE, buffer: Buffer.from('{"half":') });
    await page.getByRole('alert').getByText('This is not JSON').waitFor();
    await page
      .getByRole('heading', { name: 'Import a dashboard' })
      .evaluate(dropFile, JSON.stringify(GRAFANA));
    await page.getByTestId('import-findings').getByText('From Grafana').waitFor();
    await page.getByLabel('File').setInputFiles(await file.path());
    await expect
      .poll(() => page.getByTestId('import-findings').textContent())
      .toBe('Repeated: 2 panels, 4 variables. It is not saved before you save it.');
    await shot('import-file');
    await page.getByTestId('import-open').click();
    await page.getByTestId('save').click();
    await expect.poll(hash).toMatch(/^#\/dashboards\/[0-9a-f]{12}/);
    expect(hash()).not.toContain(id);
    expect(await saved()).toEqual(before);
  });

  it('are duplicated, and deleted after a question', async () => {
    await page.getByTestId('dashboard-menu').click();
    await page.getByRole('button', { name: 'Duplicate' }).click();
    await page.getByRole('heading', { name: 'Repeated (copy)' }).waitFor();
    await page.getByText('Not saved yet').waitFor();
    await page.getByTestId('save').click();
    await expect.poll(hash).toMatch(/^#\/dashboards\/[0-9a-f]{12}/);
    const path = `${server.url}/v1/dashboards/${hash().split(/[/?]/)[2]}`;
    const deleting = page.getByRole('dialog', { name: 'Delete the dashboard' });
    for (const answer of ['Keep it', 'Delete']) {
      await page.getByTestId('dashboard-menu').click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await deleting.waitFor();
      if (answer === 'Delete') await expectAccessible(page);
      if (answer === 'Delete') await shot('delete');
      await deleting.getByRole('button', { name: answer, exact: true }).click();
      await deleting.waitFor({ state: 'detached' });
      await expect.poll(async () => (await fetch(path)).status).toBe(answer === 'Delete' ? 404 : 200);
    }
    await expect
      .poll(() => page.locator('.toast').allTextContents())
      .toContain('“Repeated (copy)” is deleted.');
    await page.getByTestId('dashboards').waitFor();
    expect(await page.getByTestId('dashboards').textContent()).not.toContain('(copy)');
  });

  it('have panels for other pages, once the configuration names one', async () => {
    await page.getByRole('link', { name: 'Limits' }).click();
    await page.getByRole('button', { name: 'More to do with stat' }).click();
    await page.getByTestId('menu-embed').click();
    expect(await page.getByTestId('embed-nowhere').textContent()).toContain('embedOrigins: [https://');
    expect(await page.getByTestId('make-link').count()).toBe(0);
    const link = String(await page.getByTestId('embed-url').locator('code').textContent());
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize(PHONE);
    await expectAccessible(page);
    await shot('embed-dark-390');
    await page.goto(link);
    await page.locator('.stat-value').waitFor();
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(DESKTOP);
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

  it('show their places while they load, and what was known while the server is away', async () => {
    const said = complaints.length;
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/api/v1/query*', async (route) => {
      await released;
      await route.continue();
    });
    await open('/dashboards/template-http-service');
    await panel('Requests by route').locator('.skeleton').waitFor();
    await expectAccessible(page);
    await shot('loading');
    release();
    await panel('Requests by route').locator('canvas').waitFor();
    await page.context().setOffline(true);
    await page.keyboard.press('r');
    await page.getByTestId('server-banner').waitFor();
    await panel('Requests by route').locator('canvas').waitFor();
    await shot('away');
    await page.context().setOffline(false);
    await page.keyboard.press('r');
    await page.getByTestId('server-banner').waitFor({ state: 'detached' });
    await page.unroute('**/api/v1/query*');
    // What the browser itself says of the network.
    complaints.length = said;
  });

  it('never ran into the policy, asked a stranger, or ran what a label says', async () => {
    expect(complaints.filter((text) => !/status of (400|404|409)/.test(text))).toEqual([]);
    expect(requested.filter((url) => !url.startsWith(server.url) && url !== 'about:blank')).toEqual([]);
    expect(await page.title()).toBe('Dashboards · TinyObs');
  });
});
