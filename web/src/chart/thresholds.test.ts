import { describe, expect, it } from 'vitest';
import { roleOf, type Threshold } from './thresholds.js';

describe('roleOf', () => {
  const thresholds: Threshold[] = [
    { from: 80, role: 'bad' },
    { from: 0, role: 'good' },
    { from: 50, role: 'warn' },
  ];

  it('is that of the highest threshold reached, in whatever order they are written', () => {
    expect([0, 49.9, 50, 80, 1e9].map((value) => roleOf(value, thresholds))).toEqual([
      'good',
      'good',
      'warn',
      'bad',
      'bad',
    ]);
  });

  it('is none below all of them, and for what is not there', () => {
    expect(roleOf(-1, thresholds)).toBeNull();
    expect(roleOf(null, thresholds)).toBeNull();
    expect(roleOf(5, [])).toBeNull();
  });
});
