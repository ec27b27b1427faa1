import { describeMachine } from '../machine.js';
import type { Options } from '../options.js';
import { cell, commandLine, renderReport, type Table, tableLines } from '../report.js';
import { medianOf } from '../statistics.js';
import type { FairnessResults } from './fairnessBench.js';
import { PLACE_NAMES } from './hostLatency.js';
import { DELAY_SAMPLES_PER_SECOND } from './loopDelay.js';

export function fairnessReport(results: FairnessResults, options: Options, failures: string[]): string {
  return renderReport({
    title: 'Fairness to the event loop, measured',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      `The server’s own loop: the unchanged program in its default configuration but for the rate limit, at ` +
        `${DELAY_SAMPLES_PER_SECOND.toLocaleString('en')} samples a second of as many series by remote write, with two ` +
        'dashboards of 8 panels, over an hour and a day, refreshed every 5 s. The delay is measured inside the process ' +
        'as the server does for its own metric: `monitorEventLoopDelay` with a resolution of 10 ms, which are taken ' +
        'off; over a minute, after a warm-up.',
      'The host app: Express, an answer of 1 KB of JSON after 0.1 ms of work, asked 200 times a second over ' +
        'keep-alive connections from another thread; no request waits for the answer to another. TinyObs, ' +
        'embedded or beside it, takes in 10,000 samples a second by remote write and answers a panel over 24 h every ' +
        `5 s. Medians of ${options.runs} runs, in turn. The load shares the machine with what is measured.`,
      ...failures,
    ],
    tables: [
      { ...delayTable(results), heading: 'The server’s event loop' },
      { ...hostTable(results), heading: 'Requests to a host app' },
    ],
  });
}

export function fairnessPageText(results: FairnessResults, { command }: Options): string {
  const lines = [...tableLines(hostTable(results)), ...tableLines(delayTable(results))];
  return [`${commandLine({ command, machine: describeMachine() })}.`, '', ...lines].join('\n');
}

function delayTable({ delays }: FairnessResults): Table {
  const each = delays.map((one) => cell(one?.delayP99Ms, 1)).join(', ');
  return {
    columns: ['load', 'delay p50, ms', 'p99, ms (each run)', 'most, ms', 'samples/s acknowledged'],
    rows: [
      [
        'remote write and two dashboards',
        cell(
          medianOf(delays, (one) => one.delayP50Ms),
          1,
        ),
        `${cell(
          medianOf(delays, (one) => one.delayP99Ms),
          1,
        )} (${each})`,
        cell(
          medianOf(delays, (one) => one.delayMaxMs),
          1,
        ),
        cell(
          medianOf(delays, (one) => one.ackedPerSecond),
          0,
        ),
      ],
    ],
  };
}

function hostTable({ hosts }: FairnessResults): Table {
  return {
    columns: [
      'where TinyObs is',
      'answer p50, ms',
      'p99, ms (each run)',
      'most, ms',
      'delay of the app’s event loop, p99, ms',
    ],
    rows: [...hosts].map(([place, runs]) => {
      const of = (read: (run: NonNullable<(typeof runs)[number]>) => number, digits: number): string =>
        cell(medianOf(runs, read), digits);
      return [
        PLACE_NAMES[place],
        of((run) => run.p50Ms, 2),
        `${of((run) => run.p99Ms, 2)} (${runs.map((run) => cell(run?.p99Ms, 2)).join(', ')})`,
        of((run) => run.maxMs, 1),
        of((run) => run.delayP99Ms, 1),
      ];
    }),
  };
}
