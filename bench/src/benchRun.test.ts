import { describe, expect, it } from 'vitest';
import { BenchRun, remainingMinutes } from './benchRun.js';

describe('a run of many parts', () => {
  it('goes on after a part that fails, and keeps why', async () => {
    const said: string[] = [];
    const run = new BenchRun((text) => said.push(text), 4);
    const fail = (): Promise<number> => Promise.reject(new Error('the peer ended\nwith a long output'));
    expect(await run.attempt({ name: 'first', weight: 1 }, fail, String)).toBeUndefined();
    expect(await run.attempt({ name: 'second', weight: 3 }, () => Promise.resolve(7), String)).toBe(7);
    expect(run.failures).toEqual(['first: the peer ended']);
    expect(run.hasFailed).toBe(true);
    expect(said[0]).toMatch(/^first: failed: the peer ended\nwith a long output \[25 %/);
    expect(said[1]).toMatch(/^second: 7 \[100 %, about 0 min left\]/);
  });

  it('does not take the failure of a peer for its own', async () => {
    const run = new BenchRun(() => {}, 1);
    const fail = (): Promise<number> => Promise.reject(new Error('gone'));
    await run.attempt({ name: 'peer', weight: 1, isOfPeer: true }, fail, String);
    expect(run.failures).toEqual(['peer: gone']);
    expect(run.hasFailed).toBe(false);
  });

  it('reckons the rest by the pace so far', () => {
    expect(remainingMinutes({ elapsedMs: 60_000, done: 10, weight: 40 })).toBe(3);
    expect(remainingMinutes({ elapsedMs: 1000, done: 1, weight: 2 })).toBe(1);
    expect(remainingMinutes({ elapsedMs: 60_000, done: 50, weight: 40 })).toBe(0);
  });
});
