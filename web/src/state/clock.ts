import { effect, signal } from '@preact/signals';
import { outage } from './connection.js';
import { route } from './location.js';

/** The instant moving ranges end at, Unix ms. Every change makes the visible charts fetch again. */
export const nowMs = signal(Date.now());

const RETRY_MS = 5_000;

export function refreshNow(): void {
  nowMs.value = Date.now();
}

/**
 * Ticks at the interval the URL asks for, or at the retry interval while the server is away.
 * A hidden tab does not tick; it catches up the moment it is shown.
 */
export function startClock(): void {
  const isHidden = signal(document.hidden);
  document.addEventListener('visibilitychange', () => {
    isHidden.value = document.hidden;
  });
  effect(() => {
    const { refreshSec } = route.value;
    const everyMs = outage.value !== null ? RETRY_MS : refreshSec === null ? null : refreshSec * 1000;
    if (everyMs === null || isHidden.value) return;
    if (Date.now() - nowMs.peek() >= everyMs) refreshNow();
    const timer = setInterval(refreshNow, everyMs);
    return () => clearInterval(timer);
  });
}
