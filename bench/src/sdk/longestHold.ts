import { readFileSync } from 'node:fs';

/** The most processor time between two turns of the event loop while something goes on. */
export async function longestHoldDuring(work: () => Promise<void>): Promise<number> {
  let isDone = false;
  let longestMs = 0;
  let last = cpuMs();
  const turn = () => {
    const now = cpuMs();
    longestMs = Math.max(longestMs, now - last);
    last = now;
    if (!isDone) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isDone = true;
  return Math.max(longestMs, cpuMs() - last);
}

/** What the one thread that runs JavaScript has taken so far: other processes, and V8's own threads, are left out. */
export function cpuMs(): number {
  return Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}
