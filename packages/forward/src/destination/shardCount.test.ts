import { expect, it } from 'vitest';
import { shardsWanted } from './shardCount.js';

const LIMITS = { shardsMin: 1, shardsMax: 10 };
const STEADY = { shards: 4, isBehind: false, isFailing: false, busy: 0.5 };

it.each([
  ['as many where they keep up', STEADY, 4],
  ['twice as many where they do not', { ...STEADY, isBehind: true }, 8],
  ['not more than there may be', { ...STEADY, shards: 8, isBehind: true }, 10],
  ['as many where more of them would fail, too', { ...STEADY, isBehind: true, isFailing: true }, 4],
  ['half as many where they are idle', { ...STEADY, busy: 0.1 }, 2],
  ['not fewer than there have to be', { ...STEADY, shards: 1, busy: 0 }, 1],
])('there are %s', (_, load, wanted) => {
  expect(shardsWanted(load, LIMITS)).toBe(wanted);
});
