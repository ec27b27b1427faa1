import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { QueryGate } from './queryGate.js';
import { RunningReads } from './runningReads.js';

const NOW_MS = 1_700_000_000_000;

/** Ends when its signal aborts, as an evaluation does. */
function untilStopped(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error('stopped')));
  });
}

function asked(text: string) {
  return { response: new ServerResponse(new IncomingMessage(new Socket())), text, timeoutMs: 60_000 };
}

describe('what runs and waits', () => {
  const start = () =>
    new RunningReads(new QueryGate({ concurrency: 1, queueMax: 5 }), {
      now: () => NOW_MS,
      addressOf: () => '10.0.0.7',
    });

  it('is listed in the order in which it came, as far as it is', async () => {
    const reads = start();
    const first = reads.run(asked('up'), (turn, progress) => {
      progress.samplesRead = 12;
      return untilStopped(turn.signal);
    });
    const second = reads.run(asked('down'), async () => 'done');
    expect(reads.list()).toMatchObject([
      { text: 'up', state: 'running', client: '10.0.0.7', sinceMs: NOW_MS, progress: { samplesRead: 12 } },
      { text: 'down', state: 'waiting', sinceMs: NOW_MS, progress: { samplesRead: 0 } },
    ]);
    reads.cancel(reads.list()[0].id);
    await expect(first).rejects.toThrow('stopped');
    expect(await second).toBe('done');
    expect(reads.list()).toEqual([]);
  });

  it('can be ended while it waits, and only by its id', async () => {
    const reads = start();
    const first = reads.run(asked('up'), ({ signal }) => untilStopped(signal));
    const second = reads.run(asked('down'), async () => 'done');
    const [running, waiting] = reads.list();
    expect(reads.cancel('another')).toBe(false);
    expect(reads.cancel(waiting.id)).toBe(true);
    await expect(second).rejects.toMatchObject({ code: 'query_canceled' });
    expect(reads.list().map(({ text }) => text)).toEqual(['up']);
    reads.cancel(running.id);
    await expect(first).rejects.toThrow('stopped');
    expect(reads.cancel(running.id)).toBe(false);
  });

  it('ends when the client goes away', async () => {
    const reads = start();
    const how = asked('up');
    const running = reads.run(how, ({ signal }) => untilStopped(signal));
    how.response.emit('close');
    await expect(running).rejects.toThrow('stopped');
    expect(reads.list()).toEqual([]);
  });
});
