import type { Goal } from './goals.js';

/** Whether a figure reaches what was set; a dash where there is no figure. */
export function judge(goal: Goal, value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–';
  if (goal.stretch !== undefined && reaches(goal, value, goal.stretch)) return 'stretch reached';
  if (goal.must === undefined) return 'stretch missed';
  return reaches(goal, value, goal.must) ? 'reached' : 'missed';
}

/** Whether the figure is better than those of all peers, or level with the best; a dash where one is missing. */
export function aheadOf(
  goal: Goal,
  value: number | undefined,
  peers: readonly (number | undefined)[],
): string {
  const all = [value, ...peers];
  if (peers.length === 0 || all.some((one) => one === undefined || Number.isNaN(one))) return '–';
  const own = Number(value);
  const others = peers.map(Number);
  if (!others.every((other) => reaches(goal, own, other))) return 'no';
  return others.includes(own) ? 'level' : 'yes';
}

function reaches({ better }: Goal, value: number, bound: number): boolean {
  return better === 'less' ? value <= bound : value >= bound;
}
