import { TinyObsError } from '@tinyobs/model';
import { describe, expect, it } from 'vitest';
import { LastWork } from './lastWork.js';

describe('how work of the store went last', () => {
  it('is known by kind, with the error of what failed', () => {
    let nowMs = 1_000;
    const work = new LastWork(() => nowMs);
    expect(work.of('compaction')).toBeUndefined();
    work.note({ type: 'synced', durationMs: 1, samples: 1, newSeries: 0, sizeBytes: 10 });
    work.note({ type: 'expired', durationMs: 5, runs: 1, samples: 1, sizeBytes: 10, maxMs: 0 });
    nowMs = 2_000;
    const error = new TinyObsError('store_corrupt', 'a block is damaged');
    work.note({ type: 'work_failed', work: 'compaction', durationMs: 7, error });
    expect(work.of('expiry')).toEqual({ endMs: 1_000, durationMs: 5, error: undefined });
    expect(work.of('compaction')).toEqual({ endMs: 2_000, durationMs: 7, error: 'store_corrupt' });
    expect(work.of('flush')).toBeUndefined();
  });
});
