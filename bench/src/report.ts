import type { Machine } from './machine.js';

/** One measured figure. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** How it was measured, as far as the name does not say. */
  readonly how: string;
}

export interface Table {
  readonly heading?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A page of Markdown: what was measured, on which machine, by which command. */
export function renderReport(report: {
  readonly title: string;
  readonly machine: Machine;
  readonly command: string;
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
}): string {
  const { date, cpu, cores, memoryGiB, kernel, node } = report.machine;
  return [
    `# ${report.title}`,
    '',
    `\`${report.command}\` on ${date}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}.`,
    'Absolute figures move with the machine; compare within one run.',
    '',
    ...report.notes.flatMap((note) => [note, '']),
    ...report.tables.flatMap(renderTable),
  ].join('\n');
}

export function figureTable(rows: readonly Row[]): Table {
  return {
    columns: ['what', 'figure', 'how'],
    rows: rows.map(({ what, figure, how }) => [what, figure, how]),
  };
}

function renderTable({ heading, columns, rows }: Table): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    ...(heading === undefined ? [] : [`## ${heading}`, '']),
    line(columns),
    `|${'---|'.repeat(columns.length)}`,
    ...rows.map(line),
    '',
  ];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
