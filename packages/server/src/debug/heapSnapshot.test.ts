import { describe, expect, it } from 'vitest';
import { takeHeapSnapshot } from './heapSnapshot.js';

const MIB = 2 ** 20;

describe('a heap snapshot', () => {
  it('is refused where there is not enough memory to make it', () => {
    expect(() => takeHeapSnapshot({ availableBytes: 159 * MIB, heapBytes: 10 * MIB })).toThrow(
      expect.objectContaining({
        code: 'debug_memory',
        details: { neededBytes: 160 * MIB, availableBytes: 159 * MIB },
      }),
    );
  });
});
