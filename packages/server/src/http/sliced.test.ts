import { describe, expect, it } from 'vitest';
import { mapSliced, sortSliced } from './sliced.js';

const never = new AbortController().signal;

describe('work in slices', () => {
  it.each([0, 1, 2048, 2049, 10_000])(
    'sorts %i items as one would at once, equal ones as they came',
    async (count) => {
      const items = Array.from({ length: count }, (_, i) => ({ i, key: (i * 7919) % 101 }));
      const expected = [...items].sort((a, b) => a.key - b.key);
      expect(await sortSliced(items, (a, b) => a.key - b.key, never)).toEqual(expected);
    },
  );

  it('stops when it is told to', async () => {
    const items = Array.from({ length: 10_000 }, (_, i) => i);
    await expect(sortSliced(items, (a, b) => a - b, AbortSignal.abort())).rejects.toThrow('abort');
    await expect(mapSliced(items, String, AbortSignal.abort())).rejects.toThrow('abort');
  });

  it('lets the event loop turn', async () => {
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await mapSliced(Array.from({ length: 5000 }), String, never);
    expect(turned).toBe(true);
  });
});
