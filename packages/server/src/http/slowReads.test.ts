import { TinyObsError } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import type { RunningRead } from './runningReads.js';
import { SlowReads } from './slowReads.js';

const HOUR_MS = 3_600_000;

function read(text: string, sinceMs: number): RunningRead {
  return {
    id: 'id',
    requestId: 'request',
    route: '/api/v1/query',
    text,
    client: '10.0.0.7',
    key: undefined,
    sinceMs,
    state: 'running',
    progress: { samplesRead: 12 },
  };
}

describe('the slowest reads', () => {
  it('are the twenty that took longest of the last hour', () => {
    const slow = new SlowReads();
    const durations = Array.from({ length: 50 }, (_, i) => 10 + ((i * 7) % 50));
    for (const ms of durations) slow.note(read(`q${ms}`, 1_000), { endMs: 1_000 + ms, error: undefined });
    expect(slow.list(2_000).map(({ durationMs }) => durationMs)).toEqual(
      Array.from({ length: 20 }, (_, i) => 59 - i),
    );
    expect(slow.list(1_000 + 45 + HOUR_MS).map(({ text }) => text)[0]).toBe('q59');
    expect(slow.list(1_000 + 45 + HOUR_MS)).toHaveLength(15);
    // What is too old makes room, however long it took.
    slow.note(read('later', 2 * HOUR_MS), { endMs: 2 * HOUR_MS + 10, error: undefined });
    expect(slow.list(2 * HOUR_MS + 10).map(({ text }) => text)).toEqual(['later']);
  });

  it('say how they ended, and have the beginning of a long text; what is quick is not among them', () => {
    const slow = new SlowReads();
    slow.note(read('quick', 0), { endMs: 9, error: undefined });
    slow.note(read('x'.repeat(5_000), 0), { endMs: 30, error: new TinyObsError('query_timeout', 'late') });
    slow.note(read('broken', 0), { endMs: 20, error: new Error('bug') });
    const [first, second, ...rest] = slow.list(50);
    expect(first).toMatchObject({
      textLength: 5_000,
      error: 'query_timeout',
      samplesRead: 12,
      durationMs: 30,
    });
    expect(first.text).toHaveLength(1_000);
    expect(second).toMatchObject({ text: 'broken', error: 'internal' });
    expect(rest).toEqual([]);
  });
});
