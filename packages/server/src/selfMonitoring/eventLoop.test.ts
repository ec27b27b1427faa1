import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EventLoop } from './eventLoop.js';

const WINDOW_MS = 15_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Keeps the loop busy at a stretch, and lets the monitor see it. */
async function hold(holdMs: number): Promise<void> {
  for (let i = 0; i < 2; i++) {
    const endMs = performance.now() + holdMs;
    while (performance.now() < endMs);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

it('tells delays of the last window, and the longest also of the present one', async () => {
  const loop = new EventLoop();
  const activeBefore = loop.activeSeconds;
  await hold(80);
  expect(loop.delay.max).toBeGreaterThan(0.05);
  expect(loop.delay.p99).toBeGreaterThan(0.05);
  vi.advanceTimersByTime(WINDOW_MS);
  const last = loop.delay;
  expect(last.p99).toBeGreaterThan(0.05);
  await hold(200);
  expect(loop.delay).toMatchObject({ p50: last.p50, p99: last.p99 });
  expect(loop.delay.max).toBeGreaterThan(0.15);
  expect(loop.activeSeconds - activeBefore).toBeGreaterThan(0.5);
  loop.close();
  expect(vi.getTimerCount()).toBe(0);
});
