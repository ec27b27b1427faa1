import { TinyObsError, WriteBatch } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { GATHER_MS, GATHERED_SAMPLES_MAX } from '../limits.js';
import { GatheringSink } from './gatheringSink.js';

describe('a sink that gathers', () => {
  let gathering: GatheringSink;
  /** Batches that came in one turn, by their samples. */
  let groups: number[][];
  let failure: Error | undefined;
  beforeEach(() => {
    vi.useFakeTimers();
    groups = [];
    failure = undefined;
    let group: number[] | undefined;
    const append = async ({ sampleCount }: WriteBatch) => {
      if (failure) throw failure;
      if (!group) {
        group = [];
        groups.push(group);
        // Behind all that was to be done already, as a store begins to write.
        queueMicrotask(() => {
          group = undefined;
        });
      }
      group.push(sampleCount);
      return `${sampleCount} refused`;
    };
    gathering = new GatheringSink({ numbering: groups, append });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const append = (samples: number): Promise<string | undefined> => {
    const batch = new WriteBatch();
    batch.sampleCount = samples;
    return gathering.append(batch);
  };

  it('hands on together what came within a moment', async () => {
    expect(gathering.numbering).toBe(groups);
    const first = append(1);
    await vi.advanceTimersByTimeAsync(GATHER_MS - 1);
    const second = append(2);
    expect(groups).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(groups).toEqual([[1, 2]]);
    expect(await Promise.all([first, second])).toEqual(['1 refused', '2 refused']);
    const third = append(3);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(await third).toBe('3 refused');
    expect(groups).toEqual([[1, 2], [3]]);
  });

  it('waits no longer than until there is much', async () => {
    const appended = [append(1), append(GATHERED_SAMPLES_MAX), append(2)];
    await Promise.all(appended.slice(0, 2));
    expect(groups).toEqual([[1, GATHERED_SAMPLES_MAX]]);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect(groups).toEqual([[1, GATHERED_SAMPLES_MAX], [2]]);
  });

  it('tells everybody what went wrong', async () => {
    failure = new TinyObsError('store_full', 'full');
    const appended = Promise.allSettled([append(1), append(2)]);
    await vi.advanceTimersByTimeAsync(GATHER_MS);
    expect((await appended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});
