import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Schedule } from './schedule.js';

describe('a schedule', () => {
  let done: number[];
  let skipped: number;
  let work: (timeMs: number) => Promise<void>;
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_300 });
    done = [];
    skipped = 0;
    work = async () => undefined;
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const start = (now: () => number = Date.now) =>
    new Schedule({
      intervalMs: 1000,
      offsetMs: 250,
      now,
      onDue: async (timeMs) => {
        done.push(timeMs);
        await work(timeMs);
      },
      onSkipped: (count) => {
        skipped += count;
      },
    });

  it('is due at the same place of each interval', async () => {
    const schedule = start();
    expect(schedule.nextMs).toBe(1_001_250);
    await vi.advanceTimersByTimeAsync(3000);
    expect(done).toEqual([1_001_250, 1_002_250, 1_003_250]);
    await schedule.stop();
    await vi.advanceTimersByTimeAsync(3000);
    expect(done).toHaveLength(3);
  });

  it('has the planned time where it is no later than clocks differ, else its own', async () => {
    let lateMs = 2;
    const schedule = start(() => Date.now() + lateMs);
    await vi.advanceTimersByTimeAsync(1000);
    lateMs = 15;
    await vi.advanceTimersByTimeAsync(1000);
    expect(done).toEqual([1_001_250, 1_002_263]);
    await schedule.stop();
  });

  it('leaves out what it is too late for, and is never due twice at a time', async () => {
    let running = 0;
    work = async (timeMs) => {
      expect(++running).toBe(1);
      if (timeMs === 1_001_250) await new Promise((resolve) => setTimeout(resolve, 2500));
      running--;
    };
    const schedule = start();
    await vi.advanceTimersByTimeAsync(5000);
    expect(done).toEqual([1_001_250, 1_004_250, 1_005_250]);
    expect(skipped).toBe(2);
    await schedule.stop();
  });

  it('waits for what is under way when it is stopped', async () => {
    let finish = (): void => undefined;
    work = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const schedule = start();
    await vi.advanceTimersByTimeAsync(1000);
    let isStopped = false;
    const stopped = schedule.stop().then(() => {
      isStopped = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(isStopped).toBe(false);
    finish();
    await stopped;
    await vi.advanceTimersByTimeAsync(5000);
    expect(done).toHaveLength(1);
  });
});
