import { describe, expect, it } from 'vitest';
import { ageText } from './tiers.js';

describe('an age', () => {
  it.each([
    [21_600, '6 h'],
    [86_400, '1 d'],
    [2_592_000, '30 d'],
    [31_536_000, '1 y'],
    [5_400, '1 h30 m'],
  ])('of %i s is written as %s', (seconds, text) => {
    expect(ageText(seconds)).toBe(text);
  });
});
