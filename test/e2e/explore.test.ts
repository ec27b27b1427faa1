import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import { expectAccessible } from './accessible.js';
import { type MountedHost, startMountedHost } from './mountedHost.js';
import { ODD, writeShop } from './writeShop.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const P95 = 'histogram_quantile(0.95, sum by (le) (rate(shop_seconds_bucket[1m])))';
const PER_ROUTE = 'topk(3, sum by (route) (rate(shop_requests_total{job="api"}[1m])))';

describe('asking in Explore', () => {
  let browser: Browser;
  let page: Page;
  let host: MountedHost;
  let url: string;
  const complaints: string[] = [];

  const shot = (name: string, fullPage = false) =>
    page.screenshot({ path: join(SCREENSHOTS, `ask-${name}.png`), animations: 'disabled', fullPage });
  const params = () => new URLSearchParams(new URL(page.url()).hash.split('?')[1]);
  const row = (letter: string) => page.getByRole('region', { name: `Query ${letter}`, exact: true });
  const content = (letter: string) => row(letter).locator('.cm-content');
  const metric = (name: string) => page.locator(`[data-metric="${name}"]`);
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  /** Loads the page anew, however little the address changes. */
  const open = async (queries: readonly string[], more = '') => {
    const search = queries.map((query) => `q=${encodeURIComponent(query)}`).join('&');
    await page.goto('about:blank');
    await page.goto(`${url}#/explore?${search}${more}`);
    await page.getByTestId('explore').waitFor();
  };
  const write = async (letter: string, text: string) => {
    await content(letter).click();
    await page.keyboard.press('Control+A');
    await page.keyboard.type(text);
  };
  const more = async (letter: string, item: string) => {
    await row(letter).getByTestId('query-more').click();
    await page.getByRole('menuitem', { name: item }).click();
  };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    host = await startMountedHost({ selfMonitoring: { interval: 'off' } });
    url = host.url;
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce' });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    context.setDefaultTimeout(4_000);
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await host.close();
  });

  it('says that there is nothing yet', async () => {
    await open(['']);
    await page.getByText('No metrics yet.').waitFor();
    await expectAccessible(page);
    await shot('empty-light');
    await writeShop(url);
  });

  it('lists metrics with type, unit, help and how many series they have', async () => {
    await open(['']);
    await metric('shop_requests_total').waitFor();
    expect(await metric('shop_requests_total').textContent()).toMatch(/8 seriescounter.*Requests answered/);
    expect(await metric('shop_seconds').textContent()).toMatch(/10 serieshistogramTime to answer/);
    expect(await metric('shop_queue').textContent()).toMatch(/1 seriesgaugelettersLetters that wait/);
    const odd = page.locator('.metric', { hasText: ODD });
    expect(await odd.count()).toBe(1);
    await page.getByTestId('metric-search').fill('shreq');
    await expect.poll(() => page.locator('.metric').count()).toBe(1);
    await page.getByTestId('metric-search').fill('');
    await odd.click();
    await expect.poll(() => content('A').textContent()).toContain('<script>');
    await page.locator('.result-body canvas').waitFor();
  });

  it('narrows them by labels, which become filters of the query, all by keys', async () => {
    await open(['']);
    await page.getByTestId('facet-add').focus();
    await page.keyboard.press('Enter');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('job');
    await expect
      .poll(() => page.getByRole('listbox').getByRole('option').allTextContents())
      .toEqual(['job18']);
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.getByRole('listbox').getByRole('option').allTextContents())
      .toEqual(['api16', 'worker2']);
    await shot('facets-light');
    await page.keyboard.type('api');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.metric').allTextContents()).toHaveLength(2);
    expect(await metric('shop_requests_total').textContent()).toContain('6 series');
    await page.getByTestId('metric-search').focus();
    await page.keyboard.type('requests');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    const asked = 'sum(rate(shop_requests_total{job="api"}[1m]))';
    await expect.poll(() => params().get('q')).toBe(asked);
    await page.locator('.result-body canvas').waitFor();
  });

  it('keeps in the address what narrows the metrics: a letter is no step back, a label is one', async () => {
    expect(params().getAll('facet')).toEqual(['job=api']);
    await page.reload();
    await expect.poll(() => page.locator('.metric').allTextContents()).toHaveLength(1);
    expect(await page.getByTestId('metric-search').inputValue()).toBe('requests');
    await page.goBack();
    await expect.poll(() => params().get('q')).toBe(null);
    expect(params().get('find')).toBe('requests');
    await page.goBack();
    await expect.poll(() => params().getAll('facet')).toEqual([]);
    await expect.poll(() => page.locator('.facet').count()).toBe(0);
    expect(await page.getByTestId('metric-search').inputValue()).toBe('');
  });

  it('stays quick among ten thousand metrics', async () => {
    const names = Array.from({ length: 10_000 }, (_, at) => `service_${at % 97}_thing_${at}_total`);
    const body = JSON.stringify({ status: 'success', data: names });
    await page.route('**/label/__name__/values*', (route) => route.fulfill({ body }));
    await open(['']);
    await expect.poll(() => page.locator('.metric').count()).toBe(100);
    await page.getByRole('button', { name: '9,900 more' }).click();
    expect(await page.locator('.metric').count()).toBe(200);
    const tookMs = await page.getByTestId('metric-search').evaluate(async (input: HTMLInputElement) => {
      const startedMs = performance.now();
      input.value = 'thing 4242';
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      while (document.querySelectorAll('.metric').length > 5) await new Promise(requestAnimationFrame);
      return performance.now() - startedMs;
    });
    expect(await page.locator('.metric').count()).toBe(1);
    expect(tookMs).toBeLessThan(500);
    await page.unrouteAll();
  });

  it('loses nothing that is typed before the editor has come', async () => {
    let letCome = () => {};
    const asked = new Promise<void>((resolve) => {
      letCome = resolve;
    });
    await page.route('**/promqlEditor-*.js', async (route) => {
      await asked;
      await route.continue();
    });
    await open(['']);
    const plain = page.getByRole('textbox', { name: 'PromQL query A' });
    await plain.click();
    await page.keyboard.type('sum(shop_');
    letCome();
    await content('A').waitFor();
    await page.keyboard.type('requests_total');
    await expect.poll(() => content('A').textContent()).toBe('sum(shop_requests_total');
    await page.unrouteAll();
  });

  it('completes metrics with type and help, functions with their arguments, and values among other filters', async () => {
    await open(['']);
    await content('A').click();
    const list = page.locator('.cm-tooltip-autocomplete');
    await page.keyboard.type('shop_req');
    await expect.poll(() => list.textContent()).toContain('shop_requests_total');
    await expect.poll(() => list.locator('li').first().textContent()).toContain('counter');
    await expect.poll(() => page.locator('.cm-completionInfo').textContent()).toBe('Requests answered');
    await shot('completion-light');
    await page.keyboard.press('Enter');
    await page.keyboard.type('{job="worker", route="');
    await expect.poll(() => list.locator('li').allTextContents()).toEqual(['/mail']);
    await page.keyboard.press('Escape');
    await write('A', '{job="worker", ');
    await page.keyboard.press('Control+Space');
    const names = ['__name__', 'instance', 'job', 'route'];
    await expect.poll(() => list.locator('li').allTextContents()).toEqual(names);
    await page.keyboard.press('Escape');
    // The server cannot read the other filter: the metric alone narrows.
    await write('A', 'shop_requests_total{job=~"w(", route="');
    const routes = ['/', '/cart', '/mail', '/pay'];
    await expect.poll(() => list.locator('li').allTextContents()).toEqual(routes);
    await page.keyboard.press('Escape');
    await write('A', 'histogram_quant');
    await expect.poll(() => list.textContent()).toContain('(number, vector)');
    await page.keyboard.press('Escape');
    await write('A', 'sum');
    await expect.poll(() => list.textContent()).toContain('by (labels) (vector)');
    await page.keyboard.press('Escape');
  });

  it('offers operators behind a whole expression only to who asks, or begins one', async () => {
    const list = page.locator('.cm-tooltip-autocomplete');
    // It is checked when writing has paused for longer than a list takes to open.
    const checked = page.waitForResponse(/parse_query/);
    await write('A', 'sum(rate(shop_requests_total[5m]))');
    await checked;
    expect(await list.count()).toBe(0);
    await page.keyboard.press('Control+Space');
    await expect.poll(() => list.textContent()).toContain('unless');
    await page.keyboard.press('Escape');
    await page.keyboard.type(' a');
    await expect.poll(() => list.textContent()).toContain('and');
    await page.keyboard.press('Escape');
  });

  it('helps where it is pointed at, and underlines errors in the words of the server', async () => {
    await open(['rate(shop_requests_total[1m])']);
    await content('A').waitFor();
    const help = page.locator('.editor-help');
    const word = (text: string) => content('A').getByText(text, { exact: true });
    await word('rate').hover();
    await expect.poll(() => help.textContent()).toMatch(/^rate\(range\)/);
    await word('shop_requests_total').hover();
    await expect.poll(() => help.textContent()).toBe('shop_requests_totalcounterRequests answered');
    await write('A', 'rate(shop_requests_total)');
    await page.keyboard.press('Escape');
    const underlined = page.locator('.cm-lintRange-error');
    await underlined.first().waitFor();
    expect(await underlined.first().textContent()).toContain('shop_requests_total');
    await underlined.first().hover();
    await expect
      .poll(() => page.locator('.cm-diagnostic').textContent())
      .toContain('expected type range vector');
    await shot('squiggle-light');
  });

  it('lays out a query, and finds one that ran before, by keys', async () => {
    await open([PER_ROUTE]);
    await page.locator('.result-body canvas').waitFor();
    await open(['']);
    await content('A').click();
    await page.keyboard.press('Alt+ArrowUp');
    await page.locator('[role=combobox]:focus').waitFor();
    await page.keyboard.type('route topk');
    await expectAccessible(page);
    await shot('history-light');
    await page.keyboard.press('Enter');
    await expect.poll(() => content('A').textContent()).toBe(PER_ROUTE);
    await write('A', 'sum   by(route)(rate ( shop_requests_total[60s]))');
    await page.keyboard.press('Shift+Alt+F');
    await expect
      .poll(() => content('A').textContent())
      .toBe('sum by (route) (rate(shop_requests_total[1m]))');
    await page.keyboard.press('Enter');
    await expect.poll(() => params().get('q')).toBe('sum by (route) (rate(shop_requests_total[1m]))');
  });

  it('asks several queries at once, each with its own error, and moves, copies, hides and removes them', async () => {
    await open(['up', 'nope(', 'shop_queue']);
    await row('B').getByTestId('query-error').waitFor();
    expect(await page.getByTestId('query-error').count()).toBe(1);
    const letter = (name: string) => page.getByRole('button', { name: new RegExp(`^Query ${name},`) });
    await letter('C').focus();
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => params().getAll('q')).toEqual(['up', 'shop_queue', 'nope(']);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('B');
    expect(await content('B').textContent()).toBe('shop_queue');
    await page.keyboard.press('Space');
    await expect.poll(() => params().get('hidden')).toBe('B');
    await more('C', 'Remove');
    await expect.poll(() => params().getAll('q')).toEqual(['up', 'shop_queue']);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('B');
    await more('B', 'Duplicate');
    await expect.poll(() => params().get('hidden')).toBe('BC');
    await more('C', 'Show');
    await page.goBack();
    await expect.poll(() => params().get('hidden')).toBe('BC');
    await page.reload();
    await expect.poll(() => row('C').getAttribute('data-hidden')).toBe('true');
    await letter('A').click();
    await page.getByText('Every query is hidden.').waitFor();
  });

  it('explains what a query is made of and what it costs', async () => {
    await open([PER_ROUTE]);
    await page.getByTestId('explain-toggle').click();
    await expect.poll(() => params().get('explained')).toBe('A');
    const rows = page.getByTestId('explain').locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(5);
    const figures = await rows.evaluateAll((all) =>
      all.map((one) => [...one.children].map((cell) => cell.textContent)),
    );
    expect(figures[0].slice(0, 2)).toEqual(['topk( … )', 'aggregation']);
    expect(figures.at(-1)).toEqual([
      'shop_requests_total{job="api"}[1m]',
      'range selector',
      '–',
      '6',
      expect.stringMatching(/^\d[\d,]+$/),
    ]);
    expect(await page.getByTestId('explain').textContent()).toContain('Samples looked at');
    await open(['rate(shop_requests_total)'], '&explained=A');
    await page.getByText('There is nothing to explain').waitFor();
  });

  it('builds a query without PromQL, and shows the one it makes', async () => {
    await open([''], '&built=A');
    await page.getByTestId('builder-metric').fill('shop_seconds_bucket');
    await page.getByTestId('builder-suggestion').click();
    await expect.poll(() => page.getByTestId('builder-text').textContent()).toBe(P95);
    await page.getByTestId('add-filter').click();
    await page.getByLabel('Label', { exact: true }).fill('job');
    await page.getByLabel('How job compares').selectOption('=~');
    await page.getByLabel('Value of job').fill('a.*');
    await page.getByTestId('add-operation').click();
    await page.keyboard.type('clamp_max');
    await page.keyboard.press('Enter');
    await page.getByLabel('Number of clamp_max').fill('0.5');
    await page.getByRole('button', { name: 'clamp_max earlier' }).click();
    const made =
      'histogram_quantile(0.95, clamp_max(sum by (le) (rate(shop_seconds_bucket{job=~"a.*"}[1m])), 0.5))';
    expect(await page.getByTestId('builder-text').textContent()).toBe(made);
    await page.getByLabel('Value of job').press('Enter');
    await expect.poll(() => params().get('q')).toBe(made);
    await page.getByTestId('mode-code').click();
    await expect.poll(() => content('A').textContent()).toBe(made);
    await page.getByTestId('mode-builder').click();
    await page.locator('[data-step="clamp_max"]').waitFor();
    expect(await page.locator('[data-step]').count()).toBe(4);
  });

  it('says what it cannot build, and leaves the text as it is', async () => {
    const text = 'shop_queue offset 5m # as it was';
    await open([text]);
    await page.getByTestId('mode-builder').click();
    await expect
      .poll(() => page.getByTestId('builder-reason').textContent())
      .toContain('other times (offset, @)');
    await shot('builder-cannot-light');
    await page.getByTestId('mode-code').click();
    await expect.poll(() => content('A').textContent()).toBe(text);
    expect(params().get('q')).toBe(text);
  });

  it('shares a link that moves on or stands still, and the command that asks the same', async () => {
    await open([PER_ROUTE], '&range=1h');
    await page.locator('.result-body canvas').waitFor();
    await page.getByTestId('share').click();
    await page.getByRole('menuitem', { name: /moves on/ }).click();
    await expect
      .poll(async () => decodeURIComponent((await clipboard()).replaceAll('+', ' ')))
      .toBe(decodeURIComponent(page.url()));
    await page.getByTestId('share').click();
    await page.getByRole('menuitem', { name: /this stretch/ }).click();
    await expect.poll(clipboard).toMatch(/&from=\d+&to=\d+$/);
    await more('A', 'Copy as curl');
    await expect.poll(clipboard).toMatch(/^curl -sS/);
    expect(await clipboard()).toContain(`-G '${url}api/v1/query_range'`);
    expect(await clipboard()).not.toContain('Authorization');
  });

  it.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)('is accessible and fits in %s at %o', async (colorScheme, viewport) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize(viewport);
    const name = `${colorScheme}-${viewport.width}`;
    await open([PER_ROUTE, P95, 'shop_queue'], '&built=B&explained=A&hidden=C');
    await page.getByTestId('builder').waitFor();
    await page.getByTestId('explain').locator('tbody tr').first().waitFor();
    await page.locator('.result-body canvas').waitFor();
    await shot(`several-${name}`, true);
    await expectFits(page);
    await expectAccessible(page);
    if (viewport === DESKTOP) {
      await page.getByTestId('metric-search').waitFor();
      return;
    }
    const before = row('A').getByRole('button', { name: 'Queries that ran before' });
    for (const [what, opener, inside] of [
      ['menu', row('A').getByTestId('query-more'), page.getByRole('menuitem', { name: 'Duplicate' })],
      [
        'operations',
        page.getByTestId('add-operation'),
        page.getByRole('listbox').getByRole('option').first(),
      ],
      ['history', before, page.getByRole('dialog').getByRole('option').first()],
      ['sheet', page.getByTestId('open-metrics'), page.getByRole('dialog').locator('.metric').first()],
    ] as const) {
      await opener.click();
      await inside.waitFor();
      // What lies over the page differs by its colours only, which are compared elsewhere.
      if (colorScheme === 'light') await expectAccessible(page);
      await shot(`${what}-${name}`);
      if (what !== 'sheet') await page.keyboard.press('Escape');
    }
    await metric('shop_queue').click();
    await expect.poll(() => params().getAll('q')).toContain('shop_queue');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('shows that it waits for metrics, and what went wrong with them', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(DESKTOP);
    await page.route(/label\/__name__/, () => new Promise(() => undefined));
    await open(['']);
    await page.locator('.metrics .skeleton').first().waitFor();
    await shot('loading-light');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    const body = JSON.stringify({ status: 'error', errorType: 'execution', error: 'the store is on fire' });
    await page.route(/label\/__name__/, (route) => route.fulfill({ status: 422, body }));
    await open(['']);
    await page.locator('.metrics-failed').waitFor();
    expect(await page.locator('.metrics-failed').textContent()).toContain('the store is on fire');
    await expectAccessible(page);
    await shot('failed-light');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await page.locator('.metrics-failed').getByRole('button').click();
    await metric('shop_queue').waitFor();
  });

  it.each([
    ['light', DESKTOP],
    ['dark', PHONE],
  ] as const)(
    'keeps what it knew while the server is away, in every view, in %s at %o',
    async (colorScheme, viewport) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      const name = `${colorScheme}-${viewport.width}`;
      await open([PER_ROUTE, P95], '&built=B&explained=A');
      await page.getByTestId('builder').waitFor();
      const explained = page.getByTestId('explain').locator('tbody tr');
      await explained.first().waitFor();
      await page.locator('.result-body canvas').waitFor();
      await page.route('**/v1/**', (route) => route.abort());
      await page.getByTestId('run-query').click();
      await page.getByTestId('server-banner').waitFor();
      await content('A').click();
      await page.keyboard.press('Control+End');
      await page.keyboard.type(' + 1');
      if (viewport === DESKTOP) expect(await metric('shop_queue').count()).toBe(1);
      expect(await page.locator('.result-body canvas').count()).toBeGreaterThan(0);
      await page.evaluate(() => scrollTo(0, 0));
      await shot(`away-${name}`, true);
      for (const tab of ['heatmap', 'stat', 'table', 'raw']) {
        await page.getByTestId(`tab-${tab}`).click();
        await expect.poll(() => params().get('tab')).toBe(tab);
        expect(await explained.count()).toBe(5);
        await expectFits(page);
        await shot(`away-${tab}-${name}`);
      }
      if (viewport === PHONE) await expectAccessible(page);
      await page.unrouteAll({ behavior: 'ignoreErrors' });
    },
  );

  it('never ran a strange script or broke its policy', async () => {
    expect(await page.title()).toBe('Explore · TinyObs');
    expect(complaints.filter((text) => !/status of 4(00|22)|ERR_FAILED/.test(text))).toEqual([]);
  });
});

async function expectFits(page: Page): Promise<void> {
  const wide = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
      .map((one) => one.outerHTML.slice(0, 120));
  });
  expect(wide).toEqual([]);
}
