import { describe, expect, it } from 'vitest';
import { findEntries } from './paletteSearch.js';

const entries = [
  { group: 'Pages', text: 'Explore' },
  { group: 'Metrics', text: 'process_cpu_seconds_total' },
  { group: 'Metrics', text: 'recpu' },
  { group: 'Metrics', text: 'cpu_temperature' },
];
const found = (text: string) => findEntries(entries, text).map((one) => one.text);

describe('findEntries', () => {
  it('puts what begins with the text before what has such a word, and that before the rest', () => {
    expect(found('cpu')).toEqual(['cpu_temperature', 'process_cpu_seconds_total', 'recpu']);
  });

  it('wants every word, in any order and case', () => {
    expect(found('TOTAL cpu')).toEqual(['process_cpu_seconds_total']);
    expect(found('cpu nothing')).toEqual([]);
  });

  it('keeps groups in their order', () => {
    expect(found('re')).toEqual(['Explore', 'recpu', 'cpu_temperature']);
  });

  it('shows a few of each group before anything is written, and never too many', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => ({ group: 'Metrics', text: `m${index}` }));
    expect(findEntries([...many, entries[0]], ' ')).toHaveLength(9);
    expect(findEntries(many, 'm')).toHaveLength(50);
  });
});
