import { describe, expect, it } from 'vitest';
import { ASKED, GOALS, type Goal } from './goals.js';
import { aheadOf, judge } from './judge.js';

const LESS: Goal = { id: 'a', what: 'a', unit: 'ms', digits: 1, better: 'less', must: 10, stretch: 5 };
const MORE: Goal = { id: 'b', what: 'b', unit: '/s', digits: 0, better: 'more', must: 10 };
const STRETCH_ONLY: Goal = { id: 'c', what: 'c', unit: '/s', digits: 0, better: 'more', stretch: 10 };

describe('judging figures', () => {
  it.each([
    [LESS, 4, 'stretch reached'],
    [LESS, 10, 'reached'],
    [LESS, 10.1, 'missed'],
    [LESS, undefined, '–'],
    [LESS, Number.NaN, '–'],
    [MORE, 9, 'missed'],
    [MORE, 11, 'reached'],
    [STRETCH_ONLY, 9, 'stretch missed'],
    [STRETCH_ONLY, 10, 'stretch reached'],
  ])('compares with what was set: %o, %s', (goal, value, verdict) => {
    expect(judge(goal, value)).toBe(verdict);
  });

  it.each([
    [LESS, 4, [5, 6], 'yes'],
    [LESS, 5, [5, 6], 'level'],
    [LESS, 6, [5, 7], 'no'],
    [LESS, 0, [0, 0], 'level'],
    [MORE, 6, [5, 4], 'yes'],
    [MORE, 4, [5, 3], 'no'],
    [LESS, 4, [], '–'],
    [LESS, 4, [5, undefined], '–'],
    [LESS, Number.NaN, [5], '–'],
  ])('compares with the peers: %o, %s, %o', (goal, value, peers, verdict) => {
    expect(aheadOf(goal, value, peers)).toBe(verdict);
  });

  it('has goals of different names whose stretch is beyond their must', () => {
    expect(new Set(GOALS.map(({ id }) => id)).size).toBe(GOALS.length);
    expect(
      GOALS.filter((goal) => goal.stretch !== undefined && judge(goal, goal.stretch) !== 'stretch reached'),
    ).toEqual([]);
    expect(
      [...GOALS, ...ASKED].filter(({ must, stretch }) => must === undefined && stretch === undefined),
    ).toEqual([]);
  });
});
