import type { Browser, Page } from 'playwright-core';
import { PANEL } from '../query/panel.js';
import { Heap } from './heap.js';

const WINDOW = { width: 1440, height: 2400 };
const QUERIES = PANEL.find(({ id }) => id === 'dashboard-1h')?.questions ?? [];
/** The first of them see caches fill. */
const SETTLED_AFTER = 0.25;

/** What is in use after collecting garbage. */
interface Reading {
  readonly usedBytes: number;
  /** Of it what the engine has compiled. */
  readonly compiledBytes: number;
}

export interface RefreshingFigures {
  readonly refreshes: number;
  /** When caches have filled, and at the end. */
  readonly first: Reading;
  readonly last: Reading;
  /** Between them, of what is not compiled. */
  readonly bytesPerRefresh: number;
}

/** The memory of an open Explore with the queries of a dashboard that is refreshed so many times. */
export async function measureRefreshing(
  browser: Browser,
  url: string,
  refreshes: number,
): Promise<RefreshingFigures> {
  const page = await browser.newPage({ viewport: WINDOW });
  const queries = new URLSearchParams(QUERIES.map(({ query }) => ['q', query]));
  await page.goto(`${url}/#/explore?${queries}&range=1h`);
  await page.locator('main canvas').first().waitFor();
  const heap = await Heap.of(page);
  const settling = Math.ceil(refreshes * SETTLED_AFTER);
  for (let count = 0; count < settling; count += 1) await refresh(page);
  const first = await read(heap);
  for (let count = settling; count < refreshes; count += 1) await refresh(page);
  const last = await read(heap);
  await page.close();
  const grown = last.usedBytes - last.compiledBytes - (first.usedBytes - first.compiledBytes);
  return { refreshes, first, last, bytesPerRefresh: grown / (refreshes - settling) };
}

async function read(heap: Heap): Promise<Reading> {
  return { usedBytes: await heap.usedBytes(), compiledBytes: await heap.compiledBytes() };
}

/** By the key for it; done when there are all answers and the frame after that is drawn. */
async function refresh(page: Page): Promise<void> {
  await page.keyboard.press('r');
  await page.evaluate(async () => {
    const frame = () => new Promise(requestAnimationFrame);
    await frame();
    do await frame();
    while (document.querySelector('[aria-busy="true"]') !== null);
  });
}
