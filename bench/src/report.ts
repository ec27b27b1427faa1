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
  /** The data is only a small part of what rows are named for. */
  readonly isSmall?: boolean;
  readonly notes: readonly string[];
  readonly tables: readonly Table[];
}): string {
  return [
    `# ${report.title}`,
    '',
    `${commandLine(report)}.`,
    'Absolute figures move with the machine; compare within one run.',
    '',
    ...(report.isSmall ? ['**A try at small scale: the figures mean nothing.**', ''] : []),
    ...report.notes.flatMap((note) => [note, '']),
    ...report.tables.flatMap(tableLines),
  ].join('\n');
}

/** Which command gave the figures, when and on what. */
export function commandLine({ command, machine }: { command: string; machine: Machine }): string {
  const { date, cpu, cores, memoryGiB, kernel, node, fileSystem } = machine;
  return `\`${command}\` on ${date}: ${cpu}, ${cores} cores, ${memoryGiB} GiB, Linux ${kernel}, Node ${node}, data on ${fileSystem}`;
}

/** A figure in a cell; a dash where there is none. */
export function cell(value: number | undefined, digits: number): string {
  return value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);
}

export function figureTable(rows: readonly Row[]): Table {
  return {
    columns: ['what', 'figure', 'how'],
    rows: rows.map(({ what, figure, how }) => [what, figure, how]),
  };
}

export function tableLines({ heading, columns, rows }: Table): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    ...(heading === undefined ? [] : [`## ${heading}`, '']),
    line(columns),
    `|${'---|'.repeat(columns.length)}`,
    ...rows.map(line),
    '',
  ];
}
