import type { Browser } from 'playwright-core';
import { medianOf } from '../statistics.js';

const WINDOW = { width: 1440, height: 900 };

export interface OpeningFigures {
  /** From asking for the page until something of it is painted. */
  readonly paintedMs: number;
  /** Until every tile in sight has its answer, and the page takes an event again. */
  readonly interactiveMs: number;
  /** Of page, scripts and style sheets, compressed. */
  readonly loadedBytes: number;
}

/** The first visit to the overview: medians of so many, each with nothing in the browser's cache. */
export async function measureOpening(browser: Browser, url: string, runs: number): Promise<OpeningFigures> {
  const visits: OpeningFigures[] = [];
  for (let run = 0; run < runs; run++) visits.push(await visit(browser, url));
  return {
    paintedMs: medianOf(visits, ({ paintedMs }) => paintedMs),
    interactiveMs: medianOf(visits, ({ interactiveMs }) => interactiveMs),
    loadedBytes: medianOf(visits, ({ loadedBytes }) => loadedBytes),
  };
}

async function visit(browser: Browser, url: string): Promise<OpeningFigures> {
  const context = await browser.newContext({ viewport: WINDOW });
  try {
    const page = await context.newPage();
    await page.goto(`${url}/`, { waitUntil: 'commit' });
    await page.waitForFunction(hasAnswers, undefined, { polling: 'raf' });
    return await page.evaluate(readTimes);
  } finally {
    await context.close();
  }
}

/** Run in the page. */
function hasAnswers(): boolean {
  if (document.querySelector('[data-testid=overview] [data-last-value]') === null) return false;
  const isInSight = (one: Element) => one.getBoundingClientRect().top < innerHeight;
  return ![...document.querySelectorAll('.skeleton, [aria-busy=true]')].some(isInSight);
}

/** Run in the page, once it has its answers. */
async function readTimes(): Promise<OpeningFigures> {
  const interactiveMs = await new Promise<number>((resolve) => {
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  });
  const entries = [
    ...performance.getEntriesByType('navigation'),
    ...performance.getEntriesByType('resource'),
  ];
  const loaded = (entries as PerformanceResourceTiming[]).filter(
    ({ initiatorType }) => initiatorType !== 'fetch',
  );
  return {
    paintedMs: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    interactiveMs,
    loadedBytes: loaded.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  };
}
