import { describeMachine } from '../machine.js';
import type { Options } from '../options.js';
import { linePlot } from '../plot/linePlot.js';
import { cell, commandLine, renderReport, type Table, tableLines } from '../report.js';
import { median, medianOf } from '../statistics.js';
import { GROWTH_ROWS, type GrowthFigures, type GrowthSize } from './growthBench.js';

const SERIES_AXIS = { label: 'series', scale: 'log' } as const;

type Read = (figures: GrowthFigures) => number;

const cpuMicroseconds: Read = ({ cpuSecondsPerMillion }) => cpuSecondsPerMillion;
const memoryMb: Read = ({ peakMemoryBytes }) => peakMemoryBytes / 1e6;

export function growthReport(sizes: readonly GrowthSize[], options: Options, failures: string[]): string {
  return renderReport({
    title: 'How cost grows with series, measured',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      'Remote write as Prometheus sends it, 8 labels, a sample every 15 s, into an empty TinyObs in its default ' +
        'configuration but for the rate limit: CPU of the process from the first body until it is idle, and VmHWM, ' +
        'in millions of bytes. Then everything is flushed and compacted, and the queries are asked over HTTP, warm, ' +
        'without the cache of results. The metric that is rated has a quarter of the series, and 50,000 at most. ' +
        `Medians of ${options.runs} runs.`,
      ...failures,
    ],
    tables: [growthTable(sizes)],
  });
}

export function growthPageText(sizes: readonly GrowthSize[], { command }: Options): string {
  const lines = [
    `${commandLine({ command, machine: describeMachine() })}.`,
    '',
    ...tableLines(growthTable(sizes)),
  ];
  const images = [...growthImages(sizes).keys()].map((name) => `![${ALTS[name]}](images/${name})`);
  return [...lines, images.join('\n\n')].join('\n');
}

const ALTS: Readonly<Record<string, string>> = {
  'growth-cpu.svg': 'CPU time of a sample by number of series',
  'growth-memory.svg': 'Peak memory by number of series',
  'growth-queries.svg': 'Time of queries by number of series',
};

/** By file name. */
export function growthImages(sizes: readonly GrowthSize[]): ReadonlyMap<string, string> {
  const line = (name: string, read: (size: GrowthSize) => number) => ({
    name,
    points: sizes.map((size) => ({ x: size.seriesCount, y: read(size) })).filter(({ y }) => !Number.isNaN(y)),
  });
  return new Map([
    [
      'growth-cpu.svg',
      linePlot({
        title: 'CPU time of a sample',
        x: SERIES_AXIS,
        y: { label: 'CPU time, µs', scale: 'linear' },
        lines: [line('remote write', ({ runs }) => medianOf(runs, cpuMicroseconds))],
      }),
    ],
    [
      'growth-memory.svg',
      linePlot({
        title: 'Peak memory',
        x: SERIES_AXIS,
        y: { label: 'resident memory, MB', scale: 'linear' },
        lines: [line('remote write', ({ runs }) => medianOf(runs, memoryMb))],
      }),
    ],
    [
      'growth-queries.svg',
      linePlot({
        title: 'Time of queries',
        x: SERIES_AXIS,
        y: { label: 'time, ms', scale: 'log' },
        lines: GROWTH_ROWS.map((row) => line(SHORT_NAMES[row.id], (size) => timeOf(size, row.id))),
      }),
    ],
  ]);
}

const SHORT_NAMES: Readonly<Record<string, string>> = {
  instant: 'one series, instant',
  rate: 'rate over one metric',
  'sum-by': 'sum by over all, instant',
};

function growthTable(sizes: readonly GrowthSize[]): Table {
  return {
    columns: [
      'series',
      'samples',
      'CPU of a sample, µs',
      'k samples/s',
      'peak memory, MB',
      ...GROWTH_ROWS.map(({ what }) => `${what}, ms`),
    ],
    rows: sizes.map((size) => [
      size.seriesCount.toLocaleString('en'),
      `${(size.workload.samples / 1e6).toFixed(1)} M`,
      cell(medianOf(size.runs, cpuMicroseconds), 2),
      cell(
        medianOf(size.runs, ({ samplesPerSecond }) => samplesPerSecond / 1000),
        0,
      ),
      cell(medianOf(size.runs, memoryMb), 0),
      ...GROWTH_ROWS.map(({ id }) => cell(timeOf(size, id), 1)),
    ]),
  };
}

function timeOf({ runs }: GrowthSize, id: string): number {
  const row = GROWTH_ROWS.find((one) => one.id === id);
  const times = runs.map((run) => row && run?.times.get(row));
  return median(times.filter((time) => time !== undefined));
}
