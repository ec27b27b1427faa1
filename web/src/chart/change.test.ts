import { describe, expect, it } from 'vitest';
import { changeText } from './change.js';

describe('changeText', () => {
  it.each([
    [100, 112, 'none', '▲ 12 (12.0 %) over the range'],
    [2048, 1024, 'bytes', '▼ 1.00 KiB (50.0 %) over the range'],
    [0.25, 0.75, 'ratio', '▲ 50.0 % over the range'],
    [0, 5, 'none', '▲ 5 over the range'],
    [1, 1e6, 'none', '▲ 1000k over the range'],
    [7, 7, 'seconds', 'unchanged over the range'],
    [0.3, 0.1 + 0.2, 'ratio', 'unchanged over the range'],
    [0, 0, 'none', 'unchanged over the range'],
  ] as const)('from %d to %d %s: %s', (first, value, unit, text) => {
    expect(changeText(first, value, unit)).toBe(text);
  });

  it('is empty where there is nothing to compare', () => {
    expect(changeText(null, 5, 'none')).toBe('');
    expect(changeText(5, null, 'none')).toBe('');
  });
});
