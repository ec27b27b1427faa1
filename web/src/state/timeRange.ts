import type { Grid } from '../api/types.js';

/** What the charts look at: the last n seconds, moving with the clock, or a fixed stretch. */
export type TimeRange =
  | { readonly kind: 'last'; readonly seconds: number }
  | { readonly kind: 'fixed'; readonly startSec: number; readonly endSec: number };

/** The choices of the range picker, as they appear in URLs, and as they are named after "Last". */
export const RANGE_PRESETS = [
  { text: '5m', title: '5 minutes', seconds: 300 },
  { text: '15m', title: '15 minutes', seconds: 900 },
  { text: '1h', title: 'hour', seconds: 3_600 },
  { text: '3h', title: '3 hours', seconds: 10_800 },
  { text: '6h', title: '6 hours', seconds: 21_600 },
  { text: '24h', title: '24 hours', seconds: 86_400 },
  { text: '2d', title: '2 days', seconds: 172_800 },
  { text: '7d', title: '7 days', seconds: 604_800 },
  { text: '30d', title: '30 days', seconds: 2_592_000 },
  { text: '90d', title: '90 days', seconds: 7_776_000 },
] as const;

/** A live screen is drawn anew no more often than this, and at least so often when there is news. */
const LIVE_SEC = { min: 5, max: 60 };
const POINTS_ON_SCREEN = 180;

/** Seconds between drawings of a live range: about a point of a chart of usual width. */
export function liveInterval({ seconds }: Extract<TimeRange, { kind: 'last' }>): number {
  const wanted = Math.min(LIVE_SEC.max, Math.max(LIVE_SEC.min, seconds / POINTS_ON_SCREEN));
  return STEPS_SEC.find((step) => step >= wanted) ?? LIVE_SEC.max;
}

export const DEFAULT_RANGE: TimeRange = { kind: 'last', seconds: 900 };

/** Steps a reader can name; a step between them would make ticks and windows odd. */
const STEPS_SEC = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400, 172_800,
  604_800,
];

/** The SDK pushes every 2 to 10 s and the server every 15 s: a finer moving grid would only repeat points. */
const STEP_SEC_MIN_MOVING = 5;
/** CSS pixels a point has at least, unless another width is asked for. */
const POINT_PX = 3;
/** What is narrower is as finely drawn as if it were so wide. */
const WIDTH_PX_MIN = 180;
/** The API refuses more than 11,000 points a series; charts stay far below. */
const POINTS_MAX = 2_000;

/**
 * The evaluation grid for a range on a chart of that width (CSS pixels) at `nowMs`, with so many pixels a point at least.
 * Moving ranges start and end on multiples of the step, so that a refresh shifts points instead of redrawing
 * the line at other instants.
 */
export function gridFor(range: TimeRange, widthPx: number, nowMs: number, pointPx = POINT_PX): Grid {
  const { startSec, endSec } = resolveRange(range, nowMs);
  const stepSecMin = range.kind === 'last' ? STEP_SEC_MIN_MOVING : 1;
  const stepSec = chooseStep(endSec - startSec, widthPx, { stepSecMin, pointPx });
  return {
    startSec: Math.floor(startSec / stepSec) * stepSec,
    endSec: Math.floor(endSec / stepSec) * stepSec,
    stepSec,
  };
}

/** Seconds between points for a span of seconds drawn that wide. */
export function chooseStep(
  spanSec: number,
  widthPx: number,
  { stepSecMin = 1, pointPx = POINT_PX }: { readonly stepSecMin?: number; readonly pointPx?: number } = {},
): number {
  const points = Math.min(POINTS_MAX, Math.floor(Math.max(WIDTH_PX_MIN, widthPx) / pointPx));
  const wanted = Math.max(stepSecMin, spanSec / points);
  return STEPS_SEC.find((step) => step >= wanted) ?? Math.ceil(wanted / 604_800) * 604_800;
}

export function resolveRange(range: TimeRange, nowMs: number): { startSec: number; endSec: number } {
  if (range.kind === 'fixed') return range;
  const endSec = nowMs / 1000;
  return { startSec: endSec - range.seconds, endSec };
}

/** A PromQL duration, the largest units first: 5400 is `1h30m`. */
export function formatDuration(seconds: number): string {
  let rest = Math.max(1, Math.round(seconds));
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text;
}

/** The two largest units of an age: `3d4h`, `12m5s`. */
export function formatAge(seconds: number): string {
  const size = UNITS.find(([, size]) => seconds >= size)?.[1] ?? 1;
  const next = UNITS.find(([, smaller]) => smaller < size)?.[1] ?? 1;
  return formatDuration(Math.floor(seconds / next) * next);
}

/** Reads what `formatDuration` writes; null for anything else. */
export function parseDuration(text: string): number | null {
  if (!/^(\d+[dhms])+$/.test(text)) return null;
  let seconds = 0;
  for (const [, count, unit] of text.matchAll(/(\d+)([dhms])/g)) {
    seconds += Number(count) * (UNITS.find(([name]) => name === unit)?.[1] ?? 0);
  }
  return seconds > 0 && Number.isSafeInteger(seconds) ? seconds : null;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
] as const;
