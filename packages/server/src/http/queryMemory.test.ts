import type { QueryMemory } from '@tinyobs/promql';
import { describe, expect, it } from 'vitest';
import { SharedQueryMemory } from './queryMemory.js';

const codeOf = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'nothing was thrown';
};

describe('memory of queries', () => {
  it('is given as long as there is some, and given back in the end', async () => {
    const shared = new SharedQueryMemory(100);
    await shared.lend(async (memory) => {
      memory.reserve(60);
      memory.reserve(40);
      memory.release(30);
      memory.reserve(30);
      expect(shared.heldBytes).toBe(100);
    });
    expect(shared.heldBytes).toBe(0);
  });

  it('is given back by who fails', async () => {
    const shared = new SharedQueryMemory(100);
    const failing = shared.lend(async (memory) => {
      memory.reserve(60);
      throw new Error('failed');
    });
    await expect(failing).rejects.toThrow('failed');
    expect(shared.heldBytes).toBe(0);
  });

  it('is refused for good to who needs more than there is, and for now while others have it', async () => {
    const shared = new SharedQueryMemory(100);
    await shared.lend(async (memory: QueryMemory) => {
      memory.reserve(60);
      expect(codeOf(() => memory.reserve(41))).toBe('query_too_many_samples');
      await shared.lend(async (other) => {
        expect(codeOf(() => other.reserve(41))).toBe('query_overload');
        expect(codeOf(() => other.reserve(101))).toBe('query_too_many_samples');
        other.reserve(40);
      });
      memory.reserve(40);
    });
  });
});
