import { TinyObsError } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { QueryGate, type Turn } from './queryGate.js';

const never = new AbortController().signal;
const patient = { signal: never, timeoutMs: 60_000 };

/** Work that ends when it is told to. */
function work() {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const turns: Turn[] = [];
  const run = async (turn: Turn): Promise<void> => {
    turns.push(turn);
    await ended;
  };
  return { run, end, turns };
}

async function codeOf(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof TinyObsError) return error.code;
    throw error;
  }
  return 'none';
}

describe('QueryGate', () => {
  it('lets others wait and enter in order', async () => {
    const gate = new QueryGate({ concurrency: 1, queueMax: 2 });
    const [first, second, third] = [work(), work(), work()];
    const runs = [first, second, third].map(({ run }) => gate.run(patient, run));
    expect([gate.running, gate.waiting]).toEqual([1, 2]);
    expect(await codeOf(gate.run(patient, work().run))).toBe('query_overload');
    first.end();
    await runs[0];
    expect([second.turns.length, third.turns.length]).toEqual([1, 0]);
    expect(second.turns[0].leftMs).toBeLessThan(60_000);
    second.end();
    third.end();
    await Promise.all(runs);
    expect([gate.running, gate.waiting]).toEqual([0, 0]);
  });

  it('lets more run at once, and fewer from then on, as it is told', async () => {
    const gate = new QueryGate({ concurrency: 1, queueMax: 5 });
    const works = Array.from({ length: 5 }, work);
    const runs = works.slice(0, 4).map(({ run }) => gate.run(patient, run));
    gate.reconfigure({ concurrency: 3, queueMax: 1 });
    expect([gate.running, gate.waiting]).toEqual([3, 1]);
    await expect.poll(() => works[2].turns.length).toBe(1);
    expect(await codeOf(gate.run(patient, work().run))).toBe('query_overload');
    gate.reconfigure({ concurrency: 1, queueMax: 5 });
    runs.push(gate.run(patient, works[4].run));
    for (const [ended, running, waiting] of [
      [0, 2, 2],
      [1, 1, 2],
      [2, 1, 1],
    ]) {
      works[ended].end();
      await runs[ended];
      expect([gate.running, gate.waiting]).toEqual([running, waiting]);
    }
    works[3].end();
    works[4].end();
    await Promise.all(runs);
    expect([gate.running, gate.waiting]).toEqual([0, 0]);
  });

  it('counts the wait towards the timeout, and takes who went away out of the queue', async () => {
    const gate = new QueryGate({ concurrency: 1, queueMax: 10 });
    const first = work();
    const running = gate.run(patient, first.run);
    expect(await codeOf(gate.run({ signal: never, timeoutMs: 5 }, work().run))).toBe('query_timeout');
    const abort = new AbortController();
    const left = codeOf(gate.run({ signal: abort.signal, timeoutMs: 60_000 }, work().run));
    abort.abort();
    expect(await left).toBe('query_canceled');
    expect(gate.waiting).toBe(0);
    first.end();
    await running;
    expect(gate.running).toBe(0);
  });

  it('does not begin what is over already', async () => {
    const gate = new QueryGate({ concurrency: 1, queueMax: 1 });
    expect(await codeOf(gate.run({ signal: never, timeoutMs: 0 }, work().run))).toBe('query_timeout');
    expect(await codeOf(gate.run({ signal: AbortSignal.abort(), timeoutMs: 1 }, work().run))).toBe(
      'query_canceled',
    );
  });

  it('gives the place back when the work fails', async () => {
    const gate = new QueryGate({ concurrency: 1, queueMax: 1 });
    const failing = () => Promise.reject(new TinyObsError('query_execution', 'no'));
    expect(await codeOf(gate.run(patient, failing))).toBe('query_execution');
    expect(gate.running).toBe(0);
  });
});
