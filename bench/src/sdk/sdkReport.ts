import { cell, type Table } from '../report.js';
import { median, medianOf, worstOf } from '../statistics.js';
import {
  type Figures,
  type FlushSetup,
  type Holds,
  LIBRARIES,
  type LibraryName,
  type Timing,
} from './figures.js';

export type Runs = ReadonlyMap<LibraryName, readonly Figures[]>;

const [OURS, ...OTHERS] = LIBRARIES;

/** Nanoseconds of a call, and how many times as long the others take. */
export function speedTable(runs: Runs): Table {
  const rows = runsOf(runs, OURS)[0].timings.map((timing, index) => {
    const ours = nanoseconds(runs, OURS, { timing, index });
    const others = OTHERS.map((library) => nanoseconds(runs, library, { timing, index }));
    return [
      timing.kind,
      timing.way,
      timing.series.toLocaleString('en'),
      ...[ours, ...others].map((value) => cell(value, 1)),
      ...others.map((value) => `${cell(value / ours, 1)} ×`),
    ];
  });
  return {
    heading: 'Nanoseconds of a call',
    columns: ['call', 'with', 'series', ...LIBRARIES, ...OTHERS.map((library) => `${library} / ours`)],
    rows,
  };
}

/** Bytes of a series in the heap and beside it. */
export function memoryTable(runs: Runs): Table {
  const row = (what: string, read: (figures: Figures) => number) => {
    return [what, ...LIBRARIES.map((library) => cell(medianOf(runsOf(runs, library), read), 0))];
  };
  return {
    heading: 'Bytes a series of three labels takes, in the heap and beside it',
    columns: ['series of', ...LIBRARIES],
    rows: [
      row('a counter', (figures) => figures.counterSeriesBytes),
      row('a histogram of 11 buckets', (figures) => figures.histogramSeriesBytes),
    ],
  };
}

/** How long a collection takes, and how long it keeps everything else waiting. */
export function collectionTable(runs: Runs): Table {
  const rows = runsOf(runs, OURS)[0].collections.flatMap(({ of }, index) =>
    LIBRARIES.map((library) => {
      const figures = runsOf(runs, library);
      return [
        of,
        library,
        cell(
          medianOf(figures, ({ collections }) => collections[index].milliseconds),
          1,
        ),
        cell(
          medianOf(figures, ({ collections }) => collections[index].holdMs),
          1,
        ),
        cell(
          worstOf(figures, ({ collections }) => collections[index].worstHoldMs),
          1,
        ),
      ];
    }),
  );
  return {
    heading:
      'A collection of all series, encoded for a push (ours), as text (prom-client), as objects (OpenTelemetry)',
    columns: [
      'series',
      'library',
      'CPU ms in all',
      'longest hold of the event loop, CPU ms',
      'the worst of all',
    ],
    rows,
  };
}

/** How long flushes of the SDK keep everything else waiting, the first and those after it. */
export function flushTable(flushes: ReadonlyMap<FlushSetup, readonly Holds[]>): Table {
  const rows = [...flushes].flatMap(([{ series, place }, runs]) => {
    const row = (which: string, holdsMs: readonly number[]) => {
      return [series, place, which, cell(median(holdsMs), 1), cell(Math.max(...holdsMs), 1)];
    };
    return [
      row(
        'the first',
        runs.map(([first]) => first),
      ),
      row(
        'later ones',
        runs.flatMap(([, ...later]) => later),
      ),
    ];
  });
  return {
    heading: 'Flushes of all series, of @tinyobs/sdk',
    columns: ['series', 'into', 'flush', 'longest hold of the event loop, CPU ms', 'the worst of all'],
    rows,
  };
}

/** Of what a library cannot do in one way, the figure of the way it can. */
function nanoseconds(
  runs: Runs,
  library: LibraryName,
  { timing, index }: { timing: Timing; index: number },
): number {
  const own = medianOf(runsOf(runs, library), (figures) => figures.timings[index].nanoseconds);
  if (!Number.isNaN(own)) return own;
  const unbound = (one: Timing) =>
    one.kind === timing.kind && one.series === timing.series && one.way === '3 labels';
  return medianOf(runsOf(runs, library), ({ timings }) => timings.find(unbound)?.nanoseconds ?? Number.NaN);
}

function runsOf(runs: Runs, library: LibraryName): readonly Figures[] {
  return runs.get(library) ?? [];
}
