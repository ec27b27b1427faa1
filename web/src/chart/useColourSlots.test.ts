import { describe, expect, it } from 'vitest';
import { assignSlots } from './useColourSlots.js';

const assign = (before: ReadonlyMap<string, number>, ...present: string[]) =>
  assignSlots(before, new Set(present));

describe('the colours of series', () => {
  it('stay with them when others come and go', () => {
    const first = assign(new Map(), 'a', 'b', 'c');
    expect([...first]).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ]);
    const second = assign(first, 'c', 'd');
    expect([second.get('c'), second.get('d')]).toEqual([2, 3]);
    const third = assign(second, 'a', 'c', 'd');
    expect([third.get('a'), third.get('c'), third.get('d')]).toEqual([0, 2, 3]);
  });

  it('begin anew with series that have nothing to do with those before', () => {
    expect(assign(assign(new Map(), 'a', 'b'), 'x').get('x')).toBe(0);
  });

  it('are given on when there are not enough for who may come back', () => {
    const many = assign(new Map(), ...'abcdefgh');
    expect(assign(many, 'a', 'z').get('z')).toBe(1);
  });
});
