import type { Machine } from './machine.js';

/** One measured figure. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** How it was measured, as far as the name does not say. */
  readonly how: string;
}

export function renderReport(report: { machine: Machine; command: string; rows: readonly Row[] }): string {
  const { date, cpu, cores, memoryGiB, kernel, node } = report.machine;
  const rows = report.rows.map(({ what, figure, how }) => `| ${what} | ${figure} | ${how} |`);
  return [
    '# The main job, measured',
    '',
    `\`${report.command}\` on ${date}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}. The load`,
    'generator shares the machine with the server. Absolute figures move with the machine; compare within one run.',
    '',
    '| what | figure | how |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
