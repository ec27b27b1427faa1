import { describe, expect, it } from 'vitest';
import { nearestName } from './nearestName.js';

describe('nearestName', () => {
  const known = ['name', 'type', 'value', 'labels', 'timestamp'];

  it.each([
    ['lables', 'labels'],
    ['Type', 'type'],
    ['val', 'value'],
    ['timstmp', 'timestamp'],
    ['something', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%#: what was meant', (given, meant) => {
    expect(nearestName(given, known)).toBe(meant);
  });
});
