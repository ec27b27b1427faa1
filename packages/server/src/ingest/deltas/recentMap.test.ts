import { expect, it } from 'vitest';
import { RecentMap } from './recentMap.js';

it('holds what was set last, and as much as there is room for', () => {
  const map = new RecentMap<number>(3 * 1000, () => 1000 - 120 - 1);
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
    ['d', 5],
  ] as const)
    map.set(key, value);
  expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([3, undefined, 4, 5]);
  map.delete('a');
  map.delete('nothing');
  map.set('e', 6);
  expect(['c', 'd', 'e'].map((key) => map.get(key))).toEqual([4, 5, 6]);
  expect(map.count).toBe(3);
});

it('holds nothing that is larger than all of it', () => {
  const map = new RecentMap<string>(500, (value) => value.length);
  map.set('small', 'x');
  map.set('large', 'x'.repeat(1000));
  expect(map.count).toBe(0);
});
