import { describe, expect, it } from 'vitest';
import { formatSpan, zone } from './timeFormat.js';

const at = (text: string) => Date.parse(text) / 1000;

describe('a span of time', () => {
  it.each([
    ['2026-11-21T14:30:00Z', '2026-11-21T15:45:00Z', '21 Nov 14:30 – 15:45 UTC'],
    ['2026-11-21T14:30:05Z', '2026-11-21T15:45:00Z', '21 Nov 14:30:05 – 15:45:00 UTC'],
    ['2026-11-21T23:30:00Z', '2026-11-22T00:30:00Z', '21 Nov 23:30 – 22 Nov 00:30 UTC'],
    ['2025-11-21T14:30:00Z', '2026-11-21T14:30:00Z', '21 Nov 2025 14:30 – 21 Nov 2026 14:30 UTC'],
  ])('from %s to %s is %s', (start, end, text) => {
    zone.value = 'utc';
    expect(formatSpan(at(start), at(end))).toBe(text);
  });
});
