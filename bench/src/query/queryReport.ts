import { describeMachine } from '../machine.js';
import { renderReport, type Table } from '../report.js';
import type { Server } from '../servers.js';
import type { Dataset } from './dataset.js';
import type { PanelRow } from './panel.js';

/** Times of one server by row, ms. */
export interface ServerTimes {
  readonly server: Server;
  /** As it was loaded: samples lie where the server left them. */
  readonly live: ReadonlyMap<PanelRow, number>;
  /** The first ask after a restart. */
  readonly cold: ReadonlyMap<PanelRow, number>;
  readonly warm: ReadonlyMap<PanelRow, number>;
  /** Warm with the cache of results that is left out of the others. */
  readonly cached: ReadonlyMap<PanelRow, number> | undefined;
  readonly restartMs: number;
  readonly peakMemoryBytes: number;
}

export interface QueryResults {
  readonly command: string;
  /** Of the machine, before the first server was started. */
  readonly loadBefore: number;
  readonly dataset: Dataset;
  readonly rows: readonly PanelRow[];
  readonly results: readonly ServerTimes[];
  /** What answers differ in. */
  readonly differences: readonly string[];
}

export function renderQueryReport(queryResults: QueryResults): string {
  const { command, loadBefore, dataset, rows, results, differences } = queryResults;
  const ordered = [...results].reverse();
  return renderReport({
    title: 'Queries, measured',
    machine: describeMachine(),
    command,
    notes: [
      `${(dataset.samples / 1e6).toFixed(1)} M samples of ${dataset.seriesCount.toLocaleString('en')} series, every ` +
        '15 s, sent by remote write in the order of time; the same for every server, each alone on the machine. ' +
        'Times in ms over HTTP until the last byte. *Live*: as the samples came in, warm, median of 3. *Cold*: the ' +
        'first ask after settling on disk and a restart, rows in the order of the table. *Warm*: median of at ' +
        'least 5 after that. A dashboard is asked over 6 connections, the time is that of all its panels. ' +
        'VictoriaMetrics is asked with `nocache=1`, and once more with its cache.',
      `Load average of the machine before the start: ${loadBefore.toFixed(1)}; on an idle one it is below 0.5.`,
      ordered.map(({ server }) => `- ${server.name}, ${server.version()}: ${server.settings}.`).join('\n'),
      differences.length === 0
        ? 'The answers agree: number of series, and values within 1e-6 (of VictoriaMetrics the number of series).'
        : `The answers differ:\n\n${differences.map((one) => `- ${one}`).join('\n')}`,
    ],
    tables: [
      timesTable('Warm', rows, ordered, 'warm'),
      timesTable('Cold', rows, ordered, 'cold'),
      timesTable('Live', rows, ordered, 'live'),
      processTable(ordered),
    ],
  });
}

function timesTable(
  heading: string,
  rows: readonly PanelRow[],
  results: readonly ServerTimes[],
  which: 'warm' | 'cold' | 'live',
): Table {
  const [own, ...peers] = results;
  const cached = which === 'warm' ? results.filter((one) => one.cached !== undefined) : [];
  return {
    heading,
    columns: [
      'query',
      ...results.map(({ server }) => server.name),
      ...cached.map(({ server }) => `${server.name}, cached`),
      ...peers.map(({ server }) => `${own.server.name} / ${server.name}`),
    ],
    rows: rows.map((row) => {
      const of = (times: ReadonlyMap<PanelRow, number> | undefined): number => times?.get(row) ?? Number.NaN;
      return [
        row.what,
        ...results.map((one) => of(one[which]).toFixed(1)),
        ...cached.map((one) => of(one.cached).toFixed(1)),
        ...peers.map((peer) => (of(own[which]) / of(peer[which])).toFixed(2)),
      ];
    }),
  };
}

function processTable(results: readonly ServerTimes[]): Table {
  return {
    heading: 'Restart and memory',
    columns: ['server', 'restart until ready', 'peak memory from restart to end (VmHWM)'],
    rows: results.map(({ server, restartMs, peakMemoryBytes }) => [
      server.name,
      `${(restartMs / 1000).toFixed(2)} s`,
      `${(peakMemoryBytes / 2 ** 20).toFixed(0)} MiB`,
    ]),
  };
}
