import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../browser.js';
import { ROOT } from '../sources.js';
import { importText, startTestServer, type TestServer } from '../testServer.js';
import { expectAccessible, expectInSight, isLookedAt, LOOK_MS, tabTo } from './accessible.js';

const SCREENSHOTS = join(ROOT, 'test/artefacts/screenshots');
const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const END_SEC = 1_780_000_000;
const SPAN_SEC = 3_600;
const DAY_SEC = 86_400;
/** What a sender may write into a label. */
const ODD = `<script>document.title='run'</script>"'\\🦊 ${'long '.repeat(40)}`;
const RATES = 'sum by (route) (rate(requests_total[5m]))';
const LATENCY = 'sum by (le) (rate(latency_seconds_bucket[5m]))';

describe('charts, and what a result looks like', () => {
  let browser: Browser;
  let page: Page;
  let server: TestServer;
  const complaints: string[] = [];

  const shot = (name: string) =>
    page.screenshot({ path: join(SCREENSHOTS, `charts-${name}.png`), animations: 'disabled' });
  const hash = () => new URL(page.url()).hash;
  /** Loads Explore anew over the hour there is data of. */
  const explore = async (query: string, rest = '') => {
    await page.goto('about:blank');
    await page.goto(`${server.url}/${exploreHash(query, rest)}`);
    await page.getByTestId('explore').waitFor();
  };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    server = await startTestServer();
    await writeFacts(server.url);
    browser = await launchBrowser();
    const context = await browser.newContext({ viewport: DESKTOP, acceptDownloads: true });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    context.setDefaultTimeout(15_000);
    page = await context.newPage();
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it.each([
    ['light', DESKTOP],
    ['dark', DESKTOP],
    ['light', PHONE],
    ['dark', PHONE],
  ] as const)(
    'is accessible and fits in every form, in %s at %o',
    async (colorScheme, viewport) => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await explore('queue_bytes');
      for (const [place, [name, query, rest, ready]] of FORMS.entries()) {
        await show(query, rest, ready);
        const [content, window] = await page.evaluate(() => [
          document.documentElement.scrollWidth,
          innerWidth,
        ]);
        expect(content, name).toBeLessThanOrEqual(window);
        if (ready === '.label-table')
          await expectInSight(page.locator('.label-table td[data-first]').first());
        if (isLookedAt(place, colorScheme, viewport)) await expectAccessible(page);
        await shot(`${name}-${colorScheme}-${viewport.width}`);
      }
    },
    LOOK_MS,
  );

  it('says that it waits, that there is nothing, and that nothing ran', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize(DESKTOP);
    await page.route(/query_range/, () => new Promise(() => undefined));
    await explore('queue_bytes');
    await page.locator('.result .skeleton').waitFor();
    await expectAccessible(page);
    await shot('loading');
    await page.unrouteAll({ behavior: 'ignoreErrors' });
    await show('nothing_of_that_name', '', '.blank');
    await shot('empty');
    await show('sum(', '', '.blank');
    expect(await page.locator('.result-body').textContent()).toContain('did not run');
    await show('queue_bytes', '&tab=heatmap', '.blank');
    expect(await page.locator('.result-body').textContent()).toContain('needs the buckets');
    await shot('heatmap-without-buckets');
  });

  it('is chosen by hand, and found in the address', async () => {
    await explore(RATES);
    await page.getByTestId('choose-stacked').click({ force: true });
    await expect.poll(hash).toContain('kind=stacked');
    expect(await page.getByTestId('log-toggle').isDisabled()).toBe(true);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(hash).toContain('kind=area');
    await page.getByTestId('log-toggle').check();
    await expect.poll(hash).toContain('scale=log');
    await page.getByLabel('Compare with').selectOption('week');
    await expect.poll(hash).toContain('compare=week');
    await page.getByTestId('tab-graph').focus();
    await page.keyboard.press('End');
    await expect.poll(hash).toContain('tab=raw');
    await page.goBack();
    await expect.poll(hash).not.toContain('tab=raw');
  });

  it('isolates, hides and sorts by its legend, by mouse and by keys', async () => {
    await explore(RATES, '&compare=day');
    await page.locator('.result canvas').waitFor();
    expect(await drawn()).toEqual(['/', '/cart', '/orders/{id}', '/search']);
    const name = (route: string) =>
      page.getByTestId('legend').getByRole('button', { name: `route="${route}"` });
    await name('/cart').click();
    expect(await drawn()).toEqual(['/cart']);
    await page.locator('.u-over').hover();
    const rows = page.locator('.chart-tooltip-name');
    expect(await rows.allTextContents()).toEqual(['{route="/cart"}', '{route="/cart"} · a day before']);
    await shot('tooltip');
    await name('/search').click({ modifiers: ['Control'] });
    expect(await drawn()).toEqual(['/cart', '/search']);
    await name('/cart').focus();
    await page.keyboard.press('Shift+Enter');
    expect(await drawn()).toEqual(['/search']);
    await name('/search').press('Enter');
    expect(await drawn()).toHaveLength(4);
    const maxima = page.getByTestId('legend').locator('tbody td:nth-child(4)');
    await page.getByTestId('legend').getByRole('button', { name: 'Max' }).click();
    const sorted = (await maxima.allTextContents()).map(Number.parseFloat);
    expect(sorted).toEqual([...sorted].sort((a, b) => b - a));
    await page.getByTestId('legend').getByRole('button', { name: 'Max' }).click();
    expect((await maxima.allTextContents()).map(Number.parseFloat)).toEqual(sorted.reverse());
  });

  it('is worked through by keys alone: metrics, editor, tabs, chart, table and legend', async () => {
    await explore('');
    await page.keyboard.press('/');
    await page.keyboard.type('queue_bytes');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(hash).toContain('queue_bytes');
    await tabTo(page, page.locator('.query-input'));
    await page.locator('.cm-content').waitFor();
    await page.keyboard.press('ControlOrMeta+a');
    await page.keyboard.type('queue_bytes / 2');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await expect.poll(hash).toContain(encodeURIComponent('/ 2').replaceAll('%20', '+'));
    await tabTo(page, page.getByTestId('tab-graph'));
    await page.keyboard.press('ArrowRight');
    await page.getByTestId('result-table').waitFor();
    await page.keyboard.press('Home');
    const plot = page.getByTestId('plot');
    await plot.locator('canvas').waitFor();
    await tabTo(page, plot);
    await page.keyboard.press('Home');
    for (const _ of [1, 2, 3, 4]) await page.keyboard.press('Shift+ArrowRight');
    await shot('marked');
    await page.keyboard.press('Shift+ArrowLeft');
    const [, step] = /one point every (\d+)s/.exec((await page.locator('.result').textContent())!)!;
    await page.keyboard.press('Enter');
    await expect.poll(hash).not.toContain(`to=${END_SEC}&`);
    const zoomed = new URLSearchParams(hash().split('?')[1]);
    const spanSec = Number(zoomed.get('to')) - Number(zoomed.get('from'));
    expect(Math.abs(spanSec - 3 * Number(step))).toBeLessThanOrEqual(2);
    await page.keyboard.press('t');
    await page.getByTestId('chart-data').waitFor();
    expect(await page.locator('dialog :focus').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.getByTestId('chart-data').waitFor({ state: 'detached' });
    expect(await plot.evaluate((element) => element === document.activeElement)).toBe(true);
    const name = page.getByTestId('legend').locator('tbody button').first();
    await tabTo(page, name);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('legend').locator('[aria-pressed="true"]').count()).toBe(1);
  });

  it('has a table behind it, by key and by its control', async () => {
    await show('queue_bytes', '', CANVAS);
    const chart = page.getByRole('img', { name: /^queue_bytes, 28 May/ });
    expect(await chart.getAttribute('aria-label')).toMatch(/queue_bytes.* between .* and .*KiB/);
    await chart.press('t');
    const table = page.getByTestId('chart-data');
    await table.waitFor();
    expect(await table.locator('tbody tr').count()).toBe(100);
    expect(await table.textContent()).toContain('<script>');
    expect(await page.getByTestId('chart-data-note').textContent()).toMatch(/^100 of \d+ points of time/);
    await expectAccessible(page);
    await shot('data');
    await page.getByRole('button', { name: 'Show more' }).click();
    expect(await table.locator('tbody tr').count()).toBe(200);
    await page.keyboard.press('Escape');
    await table.waitFor({ state: 'detached' });
    await show(LATENCY, '&tab=heatmap', '.heat canvas');
    await page.getByTestId('chart-table').click();
    expect(await table.locator('thead').textContent()).toContain('500 ms – 1.00 s');
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('can be taken along as CSV and as a picture', async () => {
    await show('queue_bytes', '', CANVAS);
    const csv = (await downloaded('chart-csv')).toString('utf8');
    const lines = csv.split('\r\n');
    expect(lines[0]).toContain('"queue_bytes{queue=""billing""}"');
    expect(lines[0]).toContain('<script>');
    expect(lines[1]).toMatch(/^2026-05-28T19:26:\d\d\.000Z,\d+,\d+,\d+$/);
    expect(lines.length).toBeGreaterThan(230);
    const png = await downloaded('chart-png');
    writeFileSync(join(SCREENSHOTS, 'charts-export.png'), png);
    const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
    const plot = (await page.locator('.result canvas').boundingBox())!;
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(width).toBe(Math.round(plot.width) + 40);
    expect(height).toBeGreaterThan(plot.height + 100);
  });

  it('moves along time with Shift, and keeps how much it shows', async () => {
    await show('queue_bytes', '', CANVAS);
    const plot = (await page.locator('.result .u-over').boundingBox())!;
    const y = plot.y + plot.height / 2;
    await page.keyboard.down('Shift');
    await page.mouse.move(plot.x + plot.width * 0.25, y);
    await page.mouse.down();
    await page.mouse.move(plot.x + plot.width * 0.75, y, { steps: 4 });
    await shot('panning');
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await expect.poll(hash).not.toContain(`to=${END_SEC}&`);
    const params = new URLSearchParams(hash().split('?')[1]);
    const [from, to] = [Number(params.get('from')), Number(params.get('to'))];
    expect(Math.abs(to - from - SPAN_SEC)).toBeLessThanOrEqual(60);
    expect(Math.abs(END_SEC - to - SPAN_SEC / 2)).toBeLessThanOrEqual(60);
  });

  it('reads buckets off a heatmap, and shares one cursor between charts', async () => {
    await show(LATENCY, '&tab=heatmap', '.heat canvas');
    const plot = (await page.locator('.result .u-over').boundingBox())!;
    await page.mouse.move(plot.x + plot.width / 2, plot.y + plot.height * 0.75);
    expect(await page.locator('.chart-tooltip').textContent()).toMatch(/10\.0 ms – 25\.0 ms[\d.]+k? \/s$/);
    await show(RATES, '&tab=stat', '.stat canvas');
    await page.locator('.stat .u-over').nth(1).hover();
    const places = () =>
      page
        .locator('.stat .u-cursor-x')
        .evaluateAll((all) => all.map((one) => (one as HTMLElement).style.transform));
    await expect.poll(async () => new Set(await places()).size).toBe(1);
    expect((await places())[0]).not.toContain('-10px');
    expect(await page.locator('.stat .chart-tooltip:visible').count()).toBe(1);
  });

  it('gives the raw answer, to be folded and copied', async () => {
    await show('queue_bytes', '&tab=raw&over=range', '.raw-json');
    const json = page.getByTestId('raw-json');
    await json.getByText('values:').first().click();
    await json
      .getByRole('button', { name: /^Show more, \d+ are hidden/ })
      .first()
      .click();
    await page.getByRole('button', { name: 'Copy JSON' }).click();
    await page.getByText('JSON copied.').waitFor();
    const copied = JSON.parse(await page.evaluate(() => navigator.clipboard.readText())) as {
      result: unknown[];
    };
    expect(copied.result).toHaveLength(3);
  });

  it('moves nothing where the reader wants no motion', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await explore('queue_bytes', '&tab=stat&stat=bars');
    await page.locator('.bar').first().waitFor();
    await page.getByTestId('chart-table').click();
    await page.getByTestId('chart-data').waitFor();
    const moving = await page.evaluate(() =>
      [...document.querySelectorAll('*')].flatMap((element) => {
        const { transitionDuration, animationDuration, animationName } = getComputedStyle(element);
        const isStill =
          /^(0s(, )?)+$/.test(transitionDuration) &&
          (animationName === 'none' || /^(0s(, )?)+$/.test(animationDuration));
        return isStill ? [] : [`${element.tagName}.${element.className}`];
      }),
    );
    expect(moving).toEqual([]);
    await page.emulateMedia({ reducedMotion: null });
  });

  it('asks nothing while it is hidden, and at once when it is seen again', async () => {
    let asked = 0;
    page.on('request', (request) => {
      if (request.url().includes('/query_range')) asked += 1;
    });
    await page.clock.install();
    await explore('queue_bytes', '&refresh=5s');
    await page.locator('.result canvas').waitFor();
    const before = asked;
    await page.clock.runFor(6_000);
    await expect.poll(() => asked).toBe(before + 1);
    await hide(true);
    await page.clock.runFor(120_000);
    expect(asked).toBe(before + 1);
    await hide(false);
    await page.clock.runFor(100);
    await expect.poll(() => asked).toBe(before + 2);
  });

  it('never ran a strange script or broke its policy', () => {
    expect(complaints.filter((text) => !/status of 400/.test(text))).toEqual([]);
  });

  /** Goes there without loading the page again, and waits until it is drawn. */
  async function show(query: string, rest: string, ready: string): Promise<void> {
    // What was there before is still there until the page has heard of it and drawn again.
    await page.evaluate(
      async (next) => {
        if (location.hash === next) return;
        const heard = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
        location.hash = next;
        await heard;
        for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
      },
      exploreHash(query, rest),
    );
    await page.locator(`.result[aria-busy="false"]:has(${ready})`).waitFor();
  }

  /** Routes of the legend that are drawn. */
  async function drawn(): Promise<string[]> {
    const names = await page.getByTestId('legend').locator('[aria-pressed="true"]').allTextContents();
    return names.map((text) => /route="(.*)"/.exec(text)![1]).sort();
  }

  async function downloaded(control: string): Promise<Buffer> {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId(control).click()]);
    return buffer(await download.createReadStream());
  }

  function hide(isHidden: boolean): Promise<void> {
    return page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  }
});

function exploreHash(query: string, rest: string): string {
  const params = new URLSearchParams({ q: query, from: String(END_SEC - SPAN_SEC), to: String(END_SEC) });
  return `#/explore?${params}&zone=utc${rest}`;
}

const CANVAS = '.chart canvas';
/** Name, query, rest of the address, and what is there when it is drawn. */
const FORMS = [
  ['lines', RATES, '&compare=day', CANVAS],
  ['area', 'queue_bytes', '&kind=area&scale=log', CANVAS],
  ['stacked', RATES, '&kind=stacked', CANVAS],
  ['bars', RATES, '&kind=bars', CANVAS],
  ['heatmap', LATENCY, '&tab=heatmap', CANVAS],
  ['table', 'queue_bytes', '&tab=table', '.label-table'],
  ['table-range', 'queue_bytes', '&tab=table&over=range', '.label-table'],
  ['stat', RATES, '&tab=stat', '.stat canvas'],
  ['gauge', RATES, '&tab=stat&stat=gauge', '.gauge'],
  ['bar-list', 'queue_bytes', '&tab=stat&stat=bars', '.bar'],
  ['raw', 'queue_bytes', '&tab=raw', '.raw-json'],
] as const;

/** An hour, and the same hour a day before, of requests by route, their durations, and queues with odd names. */
async function writeFacts(url: string): Promise<void> {
  const lines: string[] = [];
  const bounds = ['0.005', '0.01', '0.025', '0.05', '0.1', '0.25', '0.5', '1', '+Inf'];
  for (let second = -SPAN_SEC - 300; second <= 0; second += 30) {
    for (const [agoSec, share] of [
      [0, 1],
      [DAY_SEC, 0.7],
    ]) {
      const at = (END_SEC + second - agoSec) * 1000;
      const seconds = second + SPAN_SEC + 300;
      ['/', '/cart', '/orders/{id}', '/search'].forEach((route, place) => {
        const count = share * (seconds * (place + 1) + 300 * Math.sin(seconds / 500 + place));
        lines.push(`requests_total{route="${route}"} ${count.toFixed(1)} ${at}`);
      });
    }
    const at = (END_SEC + second) * 1000;
    bounds.forEach((le, place) => {
      const wave = 1 + 0.5 * Math.sin(second / 700);
      const share = le === '+Inf' ? 1 : Math.min(1, 1 / (1 + Math.exp(-(place - 3.5 * wave) * 1.3)));
      const count = (second + SPAN_SEC + 300) * 40 * share;
      lines.push(`latency_seconds_bucket{le="${le}"} ${count.toFixed(0)} ${at}`);
    });
    ['mail', 'billing', ODD].forEach((queue, place) => {
      const bytes = 10 ** (place * 2 + 3) * (1.2 + Math.sin(second / 400 + place));
      lines.push(`queue_bytes{queue=${JSON.stringify(queue)}} ${bytes.toFixed(0)} ${at}`);
    });
  }
  await importText(url, `${lines.join('\n')}\n`);
}
