import { describe, expect, it } from 'vitest';
import { decodeDeletion, encodeDeletion } from './deletion.js';

describe('a stored deletion', () => {
  it('is what its page shows', () => {
    const deletion = { seq: 9, run: 7, minMs: 0, maxMs: 1000, series: Uint8Array.of(3, 3) };
    const payload = encodeDeletion(deletion);
    expect(Buffer.from(payload).toString('hex')).toBe(
      `01${'0000000000001c40'}${'0000000000000000'}${'0000000000408f40'}0303`,
    );
    expect(decodeDeletion(9, payload)).toEqual(deletion);
  });

  it('of another version is refused', () => {
    expect(() => decodeDeletion(0, Uint8Array.of(2))).toThrow(/version \d+.*upgrade TinyObs/);
  });
});
