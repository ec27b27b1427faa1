import type { Goal } from './goals.js';

/** Whether a figure reaches what was set; a dash where there is no figure. */
export function judge(goal: Goal, value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (goal.stretch !== undefined && reaches(goal, value, goal.stretch)) return 'stretch reached';
  if (goal.must === undefined) return 'stretch missed';
  return reaches(goal, value, goal.must) ? 'reached' : 'missed';
}

/** Whether the figure is better than those of all peers; a dash where one of them is missing. */
export function aheadOf(
  goal: Goal,
  value: number | undefined,
  peers: readonly (number | undefined)[],
): string {
  const all = [value, ...peers];
  if (peers.length === 0 || all.some((one) => one === undefined || Number.isNaN(one))) return '–';
  const own = Number(value);
  const others = peers.map(Number);
  if (others.every((other) => other === own)) return 'level';
  return others.every((other) => reaches(goal, own, other)) ? 'yes' : 'no';
}

function reaches({ better }: Goal, value: number, bound: number): boolean {
  return better === 'less' ? value <= bound : value >= bound;
}
