import { effect, type ReadonlySignal, signal } from '@preact/signals';
import { outage } from './connection.js';
import { followLive } from './live.js';
import type { Timing } from './route.js';
import { keyRefusal } from './session.js';
import { liveInterval } from './timeRange.js';

/** The instant moving ranges end at, Unix ms. Every change makes the visible charts fetch again. */
export const nowMs = signal(Date.now());

const RETRY_MS = 5_000;
/** Pages that are open side by side should not all ask at the same instant. */
const SPREAD_MS = Math.random() * 500;

export function refreshNow(): void {
  nowMs.value = Date.now();
}

/**
 * Ticks as the timing, which the URL has, asks: at an interval, or when the server says that there are newer samples; at the retry interval
 * while the server is away. A hidden tab does not tick, nor hold a connection; it catches up the moment it is shown.
 */
export function startClock(timing: ReadonlySignal<Pick<Timing, 'refresh' | 'range'>>): void {
  const isHidden = signal(document.hidden);
  document.addEventListener('visibilitychange', () => {
    isHidden.value = document.hidden;
  });
  effect(() => {
    const { refresh, range } = timing.value;
    const isAway = outage.value !== null;
    // A key that was refused is not tried again and again.
    if (isHidden.value || keyRefusal.value !== null || (refresh === 'off' && !isAway)) return;
    if (refresh !== 'live' || isAway) return tickEvery(isAway ? RETRY_MS : Number(refresh) * 1000);
    // What is over does not change.
    if (range.kind === 'last') return tickOnNews(liveInterval(range) * 1000);
  });
}

function tickEvery(everyMs: number): () => void {
  if (Date.now() - nowMs.peek() >= everyMs) refreshNow();
  const timer = setInterval(refreshNow, everyMs);
  return () => clearInterval(timer);
}

/** At most once in `everyMs`, at its multiples, where grids go on to their next point. */
function tickOnNews(everyMs: number): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tick = (): void => {
    timer = undefined;
    refreshNow();
  };
  const stop = followLive(() => {
    const dueMs = (Math.floor(nowMs.peek() / everyMs) + 1) * everyMs + SPREAD_MS;
    timer ??= setTimeout(tick, Math.max(0, dueMs - Date.now()));
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}
