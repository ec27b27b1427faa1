import type { Browser, Page } from 'playwright-core';
import { PANEL } from '../query/panel.js';
import { slopeOf } from '../statistics.js';

const WINDOW = { width: 1440, height: 2400 };
const QUERIES = PANEL.find(({ id }) => id === 'dashboard-1h')?.questions ?? [];
/** The first readings see caches fill and functions being compiled. */
const SETTLED_AFTER = 0.25;

export interface RefreshingFigures {
  readonly refreshes: number;
  /** What is in use after collecting garbage, at the first and the last reading after it has settled. */
  readonly firstBytes: number;
  readonly lastBytes: number;
  readonly bytesPerRefresh: number;
}

/** The memory of an open Explore with the queries of a dashboard that is refreshed so many times, read at intervals. */
export async function measureRefreshing(
  browser: Browser,
  url: string,
  { refreshes, readings }: { readonly refreshes: number; readonly readings: number },
): Promise<RefreshingFigures> {
  const page = await browser.newPage({ viewport: WINDOW });
  const queries = new URLSearchParams(QUERIES.map(({ query }) => ['q', query]));
  await page.goto(`${url}/#/explore?${queries}&range=1h`);
  await page.locator('main canvas').first().waitFor();
  const usedBytes = await heapReader(page);
  const points: { x: number; y: number }[] = [];
  for (let count = 1; count <= refreshes; count += 1) {
    await refresh(page);
    if (count % Math.max(1, Math.floor(refreshes / readings)) === 0)
      points.push({ x: count, y: await usedBytes() });
  }
  await page.close();
  const settled = points.filter(({ x }) => x >= refreshes * SETTLED_AFTER);
  return {
    refreshes,
    firstBytes: settled[0].y,
    lastBytes: settled[settled.length - 1].y,
    bytesPerRefresh: slopeOf(settled),
  };
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

async function heapReader(page: Page): Promise<() => Promise<number>> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  return async () => {
    await session.send('HeapProfiler.collectGarbage');
    return (await session.send('Runtime.getHeapUsage')).usedSize;
  };
}
