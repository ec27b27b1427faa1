import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build } from 'vite';
import { withDataFolder } from '../dataFolder.js';
import { median, quantileOf } from '../statistics.js';

const WEB = fileURLToPath(new URL('../../../web/', import.meta.url));
const WINDOW = { width: 1440, height: 900 };
const PAN_MOVES = 120;

/** What the page of web/bench/drawing.tsx offers, by the name it is built under. */
interface Drawing {
  readonly draw: (points: number) => Promise<number>;
  readonly redraw: (points: number, seed: number) => Promise<number>;
  readonly startFrames: () => void;
  readonly stopFrames: () => number[];
}

declare const drawing: Drawing;

export interface DrawingFigures {
  /** Medians, in ms. */
  readonly firstMs: number;
  readonly againMs: number;
  /** Between frames while the chart is moved. */
  readonly panMedianMs: number;
  readonly panP95Ms: number;
}

/** Runs `measure` with a page that draws charts and does nothing else. */
export function withDrawingPage<Result>(
  browser: Browser,
  measure: (page: Page) => Promise<Result>,
): Promise<Result> {
  return withDataFolder(async (folder) => {
    await build({
      // The dashboard's own configuration names its pages, and this one is another.
      configFile: false,
      root: WEB,
      oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
      logLevel: 'warn',
      publicDir: false,
      build: {
        outDir: folder,
        emptyOutDir: true,
        lib: { entry: join(WEB, 'bench/drawing.tsx'), formats: ['iife'], name: 'drawing' },
      },
    });
    const page = await browser.newPage({ viewport: WINDOW });
    for (const file of readdirSync(folder)) {
      const path = join(folder, file);
      if (file.endsWith('.css')) await page.addStyleTag({ path });
      else await page.addScriptTag({ path });
    }
    const result = await measure(page);
    await page.close();
    return result;
  });
}

/** 100 series of so many points each, several times. */
export async function measureDrawing(page: Page, points: number, runs: number): Promise<DrawingFigures> {
  const first: number[] = [];
  const again: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    first.push(await page.evaluate((count) => drawing.draw(count), points));
    const seed = run + 2;
    again.push(await page.evaluate((given) => drawing.redraw(given.points, given.seed), { points, seed }));
  }
  const frames = await pan(page);
  return {
    firstMs: median(first),
    againMs: median(again),
    panMedianMs: median(frames),
    panP95Ms: quantileOf(frames, 0.95),
  };
}

/** Drags the chart to and fro with Shift; milliseconds between frames. */
async function pan(page: Page): Promise<number[]> {
  const box = await page.locator('.u-over').boundingBox();
  if (box === null) throw new Error('the chart has no place on the page');
  const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  await page.keyboard.down('Shift');
  await page.mouse.move(middle.x, middle.y);
  await page.mouse.down();
  await page.evaluate(() => drawing.startFrames());
  for (let move = 0; move < PAN_MOVES; move += 1) {
    await page.mouse.move(middle.x + 200 * Math.sin(move / 10), middle.y);
  }
  const frames = await page.evaluate(() => drawing.stopFrames());
  await page.mouse.up();
  await page.keyboard.up('Shift');
  return frames;
}
