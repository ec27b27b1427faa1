/** A chart by itself in a page, for `npm run bench -- web`: how long drawing takes, and what frames take meanwhile. */
import '../src/chart/validLanguage.js';
import 'uplot/dist/uPlot.min.css';
import '../src/styles/tokens.css';
import '../src/styles/base.css';
import { render } from 'preact';
import { Chart } from '../src/chart/chart.js';
import { alignSeries, type ChartData, seriesName } from '../src/chart/chartData.js';
import { PLAIN_STYLE } from '../src/chart/plotOptions.js';
import { startTheme } from '../src/state/theme.js';

const SERIES = 100;
const HEIGHT_PX = 340;
const STEP_SEC = 30;
const START_SEC = 1_780_000_000;

startTheme();
const root = document.body.appendChild(document.createElement('main'));

let onCleared: (() => void) | undefined;
const clearRect = CanvasRenderingContext2D.prototype.clearRect;
// Every drawing begins so.
CanvasRenderingContext2D.prototype.clearRect = function (...area) {
  clearRect.apply(this, area);
  onCleared?.();
};

/** Milliseconds from nothing to a chart of so many points a series on the screen. */
export async function draw(points: number): Promise<number> {
  const data = makeData(points, 1);
  render(null, root);
  await painted();
  return timed(data);
}

/** Milliseconds until new values of the same series are on the screen. */
export function redraw(points: number, seed: number): Promise<number> {
  return timed(makeData(points, seed));
}

let frames: number[] | undefined;

/** Takes down when frames come, until `stopFrames`. */
export function startFrames(): void {
  const taken: number[] = [];
  frames = taken;
  const next = (ms: number) => {
    if (frames !== taken) return;
    taken.push(ms);
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

/** Milliseconds between those frames. */
export function stopFrames(): number[] {
  const taken = frames ?? [];
  frames = undefined;
  return taken.slice(1).map((ms, index) => ms - taken[index]);
}

async function timed(data: ChartData): Promise<number> {
  const cleared = new Promise<void>((resolve) => {
    onCleared = resolve;
  });
  const startedMs = performance.now();
  render(
    <Chart data={data} style={PLAIN_STYLE} heightPx={HEIGHT_PX} title="Drawing" onZoom={() => undefined} />,
    root,
  );
  await cleared;
  await painted();
  onCleared = undefined;
  return performance.now() - startedMs;
}

/** Resolves when the browser has painted what is drawn now. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve();
      port2.postMessage(null);
    });
  });
}

/** Walks that are the same for the same seed. */
function makeData(points: number, seed: number): ChartData {
  let state = seed;
  const random = (): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  const matrix = Array.from({ length: SERIES }, (_, place) => {
    let value = 100 * random();
    const values = Array.from({ length: points }, (_, index) => {
      value += random() - 0.5;
      return [START_SEC + index * STEP_SEC, String(value)] as const;
    });
    return { metric: { series: String(place) }, values };
  });
  const grid = {
    startSec: START_SEC,
    endSec: START_SEC + (points - 1) * STEP_SEC,
    stepSec: STEP_SEC,
  };
  return alignSeries([{ matrix, name: seriesName }], grid, SERIES);
}
