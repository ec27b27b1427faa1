import { cell, type Table } from '../report.js';
import type { Server } from '../servers.js';
import { ASKED, GOALS, type Goal } from './goals.js';
import { aheadOf, judge } from './judge.js';
import { type Figures, figuresOf, type TableResults } from './tableFigures.js';

export const TABLE_NOTES: readonly string[] = [
  '*Must* and *stretch* are figures of the design (bench/src/table/goals.ts), measured on another machine at another ' +
    'time: “reached” and “missed” compare with them as they stand. “Ahead” compares with the peers of this run, and so ' +
    'do the ratios (below 1 is less than the peer). Queries are warm, without caches of results.',
];

/** The table of the design, filled with what was measured. */
export function goalTable(servers: readonly Server[], results: TableResults): Table {
  const [own, ...peers] = servers;
  const figures = new Map(servers.map((server) => [server, figuresOf(server, results)]));
  const rows = GOALS.map((goal) => {
    const value = figures.get(own)?.get(goal.id);
    const others = peers.map((peer) => figures.get(peer)?.get(goal.id));
    return [
      rowName(goal),
      ...others.map((other) => cell(other, goal.digits)),
      goal.heldBy === undefined ? cell(value, goal.digits) : `held by [a test](../../${goal.heldBy})`,
      cell(goal.must, decimals(goal.must)),
      cell(goal.stretch, decimals(goal.stretch)),
      judge(goal, value),
      ...others.map((other) => ratio(value, other)),
      aheadOf(goal, value, others),
    ];
  });
  return {
    heading: 'The table of the design',
    columns: [
      'what',
      ...peers.map(({ name }) => name),
      own.name,
      'must',
      'stretch',
      'must and stretch',
      ...peers.map(({ name }) => `${own.name} / ${name}`),
      'ahead of all peers',
    ],
    rows,
  };
}

/** What was asked for at the outset. */
export function askedTable(servers: readonly Server[], results: TableResults): Table {
  const figures: Figures = figuresOf(servers[0], results);
  return {
    heading: 'What was asked for',
    columns: ['what', 'at most, or at least', 'TinyObs', 'reached'],
    rows: ASKED.map((goal) => {
      const value = figures.get(goal.id);
      const bound = `${goal.better === 'less' ? '≤' : '≥'} ${goal.must}`;
      return [rowName(goal), bound, cell(value, goal.digits), judge(goal, value)];
    }),
  };
}

/** The goal table as users see it: without what was set out to reach. */
export function sideBySide(servers: readonly Server[], results: TableResults): Table {
  const [own, ...peers] = servers;
  const ordered = [own, ...peers];
  const figures = ordered.map((server) => figuresOf(server, results));
  const measured = GOALS.filter(({ heldBy }) => heldBy === undefined);
  return {
    columns: ['what', ...ordered.map(({ name }) => name)],
    rows: measured.map((goal) => [
      rowName(goal),
      ...figures.map((some) => cell(some.get(goal.id), goal.digits)),
    ]),
  };
}

function rowName({ what, unit }: Goal): string {
  return unit === '' ? what : `${what}, ${unit}`;
}

function ratio(value: number | undefined, other: number | undefined): string {
  return cell(value === undefined || !other ? undefined : value / other, 2);
}

function decimals(value: number | undefined): number {
  return value === undefined || Number.isInteger(value) ? 0 : String(value).split('.')[1].length;
}
