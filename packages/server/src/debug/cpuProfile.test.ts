import { describe, expect, it } from 'vitest';
import { takeCpuProfile } from './cpuProfile.js';

interface Profile {
  readonly nodes: readonly { readonly callFrame: { readonly functionName: string } }[];
  readonly startTime: number;
  readonly endTime: number;
}

function burnInTest(untilMs: number): number {
  let sum = 0;
  while (performance.now() < untilMs) sum += Math.sqrt(sum + 1);
  return sum;
}

describe('a CPU profile', () => {
  it('names the functions in which the time went', async () => {
    const taking = takeCpuProfile(1000, new AbortController().signal);
    // The profiler starts in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve, 50));
    burnInTest(performance.now() + 300);
    const profile = JSON.parse(await taking) as Profile;
    expect(profile.nodes.map(({ callFrame }) => callFrame.functionName)).toContain('burnInTest');
    expect((profile.endTime - profile.startTime) / 1e6).toBeGreaterThan(0.9);
  });

  it('ends early when it is told to, with what there is', async () => {
    const abort = new AbortController();
    const startedMs = performance.now();
    const taking = takeCpuProfile(60_000, abort.signal);
    await new Promise((resolve) => setTimeout(resolve, 50));
    abort.abort();
    const profile = JSON.parse(await taking) as Profile;
    expect(profile.nodes.length).toBeGreaterThan(0);
    expect(performance.now() - startedMs).toBeLessThan(30_000);
  });
});
