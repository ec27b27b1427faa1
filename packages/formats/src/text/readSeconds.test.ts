import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readSecondsMs } from './readSeconds.js';

function read(text: string): number | undefined {
  const bytes = new TextEncoder().encode(`1${text}1`);
  return readSecondsMs(bytes, 1, bytes.length - 1);
}

describe('readSecondsMs', () => {
  it.each([
    ['0', 0],
    ['-0', 0],
    ['-0.0001', 0],
    ['1', 1000],
    ['+1.5', 1500],
    ['.25', 250],
    ['-.25', -250],
    ['1.', 1000],
    ['1.0005', 1001],
    ['1.00049999', 1000],
    ['-1.0005', -1001],
    ['1e3', 1_000_000],
    ['1.5E-3', 2],
    ['9007199254740.991', Number.MAX_SAFE_INTEGER],
    ['9007199254740.9915', undefined],
    ['1e13', undefined],
    ['1e400', undefined],
    ['', undefined],
    ['.', undefined],
    ['-', undefined],
    ['1.2.3', undefined],
    ['1 ', undefined],
    ['NaN', undefined],
    ['Inf', undefined],
    ['0x1', undefined],
  ])('%j', (text, ms) => {
    expect(read(text)).toBe(ms);
  });

  it('reads every millisecond exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (ms) => {
        const magnitude = Math.abs(ms);
        const fraction = String(magnitude % 1000).padStart(3, '0');
        const text = `${ms < 0 ? '-' : ''}${Math.floor(magnitude / 1000)}.${fraction}`;
        expect(read(text)).toBe(ms === 0 ? 0 : ms);
      }),
    );
  });
});
