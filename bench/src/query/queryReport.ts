import { cell, type Table } from '../report.js';
import { median, medianOf } from '../statistics.js';
import type { RestartedFigures, RowTimes } from './measurePanel.js';
import type { PanelRow } from './panel.js';
import type { QueryPlan, QueryResults, ServerTimes } from './queryBench.js';

type Which = 'warm' | 'cached' | 'cold' | 'live';

/** What has to be known to read the tables. `loadBefore` is the machine's before the first server was started. */
export function queryNotes(
  { runs }: QueryPlan,
  { dataset, differences }: QueryResults,
  loadBefore: number,
): string[] {
  return [
    `${(dataset.samples / 1e6).toFixed(1)} M samples of ${dataset.seriesCount.toLocaleString('en')} series, every ` +
      '15 s, sent by remote write in the order of time; the same for every server, each alone on the machine. ' +
      'Times in ms over HTTP until the last byte. *Live*: as the samples came in, warm, median of 3. *Cold*: the ' +
      'first ask after settling on disk and a restart, rows in the order of the table. *Warm*: median of at ' +
      `least 5 after that. Cold and warm are medians of ${runs} restarts, the servers in turn. A dashboard is asked ` +
      'over 6 connections, the time is that of all its panels. Servers that keep results are asked with ' +
      '`nocache=1`, and once more with their cache.',
    `Load average of the machine before the start: ${loadBefore.toFixed(1)}; on an idle one it is below 0.5.`,
    differences.length === 0
      ? 'The answers agree: number of series, and values within 1e-6 (of VictoriaMetrics the number of series).'
      : `The answers differ:\n\n${differences.map((one) => `- ${one}`).join('\n')}`,
  ];
}

export function queryTables({ rows, times }: QueryResults): Table[] {
  return [
    timesTable(rows, times, 'warm'),
    timesTable(rows, times, 'cold'),
    timesTable(rows, times, 'live'),
    processTable(times),
  ];
}

/** Of one row, in ms: the median over the runs; NaN where it was not measured. */
export function rowTime({ live, runs }: ServerTimes, row: PanelRow, which: Which): number {
  if (which === 'live') return live?.get(row) ?? Number.NaN;
  const times = runs
    .map((run: RestartedFigures | undefined): RowTimes | undefined => run?.[which])
    .map((some) => some?.get(row));
  return median(times.filter((time) => time !== undefined));
}

function timesTable(rows: readonly PanelRow[], times: readonly ServerTimes[], which: Which): Table {
  const [own, ...peers] = times;
  const cached = which === 'warm' ? times.filter(({ server }) => server.uncached !== undefined) : [];
  return {
    heading: `Queries, ${which}`,
    columns: [
      'query, ms',
      ...times.map(({ server }) => server.name),
      ...cached.map(({ server }) => `${server.name}, cached`),
      ...peers.map(({ server }) => `${own.server.name} / ${server.name}`),
    ],
    rows: rows.map((row) => [
      row.what,
      ...times.map((one) => cell(rowTime(one, row, which), 1)),
      ...cached.map((one) => cell(rowTime(one, row, 'cached'), 1)),
      ...peers.map((peer) => cell(rowTime(own, row, which) / rowTime(peer, row, which), 2)),
    ]),
  };
}

function processTable(times: readonly ServerTimes[]): Table {
  return {
    heading: 'Queries, restart and memory',
    columns: ['server', 'restart until ready, s', 'peak memory from restart to end (VmHWM), MB'],
    rows: times.map(({ server, runs }) => [
      server.name,
      cell(
        medianOf(runs, (run) => run.restartSeconds),
        2,
      ),
      cell(
        medianOf(runs, (run) => run.peakMemoryBytes / 1e6),
        0,
      ),
    ]),
  };
}
