import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import { failureNotes } from '../failureNotes.js';
import { copyShop, type PreparedShop, withPreparedShop } from '../fairness/preparedShop.js';
import { describeMachine } from '../machine.js';
import type { Options } from '../options.js';
import { cell, renderReport, type Table } from '../report.js';
import { TINYOBS, withServer } from '../servers.js';
import { launchBrowser } from './browser.js';
import { type DrawingFigures, measureDrawing, withDrawingPage } from './drawing.js';
import { measureOpening, type OpeningFigures } from './opening.js';
import { measureRefreshing, type RefreshingFigures } from './refreshing.js';
import {
  CASES,
  type Cost,
  costTable,
  describeCost,
  measureCost,
  SAMPLES_PER_SECOND,
  WARM_UP_SECONDS,
} from './serverCost.js';

/** Points a series of 100: a day at a minute each, and as many as the API answers at most. */
const POINTS = [1_440, 11_000];
const FULL = { seconds: 60, runs: 11, refreshes: 720 };
const SMALL = { seconds: 5, runs: 3, refreshes: 24 };
const DRAWING_WEIGHT = 10;
const OPENING_WEIGHT = 10;

interface Figures {
  readonly costs: readonly (Cost | undefined)[];
  readonly drawings: readonly (DrawingFigures | undefined)[];
  readonly opening: OpeningFigures | undefined;
  readonly refreshing: RefreshingFigures | undefined;
}

/** What open dashboards cost the server, and what charts cost the browser. */
export async function runWeb(say: Say, options: Options): Promise<BenchResult> {
  const scale = options.isSmall ? SMALL : FULL;
  const weight = scale.seconds + WARM_UP_SECONDS + 5;
  const refreshingWeight = scale.refreshes / 5;
  const browserWeight = POINTS.length * DRAWING_WEIGHT + OPENING_WEIGHT + refreshingWeight;
  const run = new BenchRun(say, CASES.length * weight + browserWeight);
  const browser = await launchBrowser();
  const drawings = await withDrawingPage(browser, async (page) => {
    const found: (DrawingFigures | undefined)[] = [];
    for (const points of POINTS) {
      const part = { name: `100 × ${points} points`, weight: DRAWING_WEIGHT };
      found.push(await run.attempt(part, () => measureDrawing(page, points, scale.runs), describeDrawing));
    }
    return found;
  });
  const costs: (Cost | undefined)[] = [];
  let opening: OpeningFigures | undefined;
  let refreshing: RefreshingFigures | undefined;
  await withPreparedShop(options.isSmall, async (shop) => {
    opening = await run.attempt(
      { name: 'opening', weight: OPENING_WEIGHT },
      () => withShop(shop, (url) => measureOpening(browser, url, scale.runs)),
      describeOpening,
    );
    refreshing = await run.attempt(
      { name: 'refreshing', weight: refreshingWeight },
      () => withShop(shop, (url) => measureRefreshing(browser, url, scale.refreshes)),
      describeRefreshing,
    );
    for (const { freshness, name } of CASES) {
      const measured = () => measureCost(freshness, scale.seconds, shop);
      costs.push(await run.attempt({ name, weight }, measured, describeCost));
    }
  });
  await browser.close();
  const report = reportOf({ costs, drawings, opening, refreshing }, options, failureNotes(run.failures));
  return { report, hasFailed: run.hasFailed };
}

/** A server over a copy of the shop. */
function withShop<Result>(shop: PreparedShop, measure: (url: string) => Promise<Result>): Promise<Result> {
  return withDataFolder(async (folder) => {
    await copyShop(shop, folder);
    return withServer(TINYOBS, folder, async ({ url, process }) => {
      const figures = await measure(url);
      await process.stop();
      return figures;
    });
  });
}

function describeOpening({ interactiveMs, loadedBytes }: OpeningFigures): string {
  return `${interactiveMs.toFixed(0)} ms until the overview has its answers, ${kibibytes(loadedBytes)} KiB loaded`;
}

function describeDrawing({ firstMs, againMs, panMedianMs }: DrawingFigures): string {
  const [first, again, frame] = [firstMs, againMs, panMedianMs].map((ms) => `${ms.toFixed(1)} ms`);
  return `${first} at first, ${again} again, a frame every ${frame} while it is moved`;
}

function describeRefreshing({ first, last, refreshes }: RefreshingFigures): string {
  return `${mebibytes(first.usedBytes)} to ${mebibytes(last.usedBytes)} MiB over ${refreshes} refreshes`;
}

function mebibytes(bytes: number | undefined): string {
  return cell(bytes === undefined ? undefined : bytes / 2 ** 20, 1);
}

function reportOf(
  { costs, drawings, opening, refreshing }: Figures,
  options: Options,
  failures: readonly string[],
): string {
  return renderReport({
    title: 'What open dashboards cost, measured',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      `For the server: the unchanged program in its default configuration but for the rate limit, taking in ${SAMPLES_PER_SECOND} ` +
        'samples a second by remote write; dashboards of 8 panels over an hour, up to now. By the stream they ask when ' +
        'there is news, at multiples of 30 s, as the dashboard does for that range. Over a minute, after a warm-up; ' +
        'once each, in turn. The clients share the machine with what is measured.',
      'For the browser: headless Chromium without a graphics card at 1440 × 900. A first visit has nothing in its cache, and is over ' +
        'when every tile of the overview that is in sight has its answer and the page takes events again; medians of several. A chart of 100 lines, medians over ' +
        'several drawings, from handing it the data to the painted frame; while it is moved, the time between frames. ' +
        'Memory is what Explore, with the 8 queries of that dashboard, has in use after garbage was collected, over as many refreshes as an hour of one ' +
        'every 5 s has, asked one after the other; the first quarter, in which caches fill, is left out. What the ' +
        'engine of the browser compiles of functions that run often is told apart: it grows with whatever page runs ' +
        'for long, until there is no function left to compile.',
      ...failures,
    ],
    tables: [costTable(costs), openingTable(opening), drawingTable(drawings), refreshingTable(refreshing)],
  });
}

function kibibytes(bytes: number | undefined): string {
  return cell(bytes === undefined ? undefined : bytes / 2 ** 10, 1);
}

function openingTable(figures: OpeningFigures | undefined): Table {
  return {
    heading: 'The first visit to the overview, in the browser',
    columns: ['painted after, ms', 'interactive after, ms', 'page, scripts and styles, KiB compressed'],
    rows: [[cell(figures?.paintedMs, 0), cell(figures?.interactiveMs, 0), kibibytes(figures?.loadedBytes)]],
  };
}

function drawingTable(drawings: Figures['drawings']): Table {
  return {
    heading: 'Drawing, in the browser',
    columns: [
      'chart',
      'first drawing, ms',
      'drawing anew, ms',
      'frame while moved, ms, median',
      'frame while moved, ms, p95',
    ],
    rows: POINTS.map((points, at) => {
      const figures = drawings[at];
      return [
        `100 × ${points.toLocaleString('en')} points`,
        cell(figures?.firstMs, 0),
        cell(figures?.againMs, 0),
        cell(figures?.panMedianMs, 1),
        cell(figures?.panP95Ms, 1),
      ];
    }),
  };
}

function refreshingTable(figures: RefreshingFigures | undefined): Table {
  return {
    heading: 'An hour of refreshing, in the browser',
    columns: [
      'refreshes',
      'in use at first, MiB',
      'of it compiled code',
      'in use at last, MiB',
      'of it compiled code',
      'growth without compiled code, KiB a refresh',
    ],
    rows: [
      [
        cell(figures?.refreshes, 0),
        mebibytes(figures?.first.usedBytes),
        mebibytes(figures?.first.compiledBytes),
        mebibytes(figures?.last.usedBytes),
        mebibytes(figures?.last.compiledBytes),
        cell(figures && figures.bytesPerRefresh / 1024, 2),
      ],
    ],
  };
}
