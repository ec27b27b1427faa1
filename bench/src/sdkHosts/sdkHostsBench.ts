import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { failureNotes } from '../failureNotes.js';
import { describeMachine } from '../machine.js';
import type { Options } from '../options.js';
import { cell, renderReport, type Table } from '../report.js';
import { medianOf } from '../statistics.js';
import { type AppFigures, type AppSetup, measureApp } from './measureApp.js';
import { STATES } from './pushTarget.js';
import { HOSTS, METRICS } from './setup.js';

const SECONDS = 10;
const SMALL_SECONDS = 1;
/** Of one app: its start, and the loads before what is counted. */
const FIXED_SECONDS = 5;

type Runs = ReadonlyMap<AppSetup, readonly (AppFigures | undefined)[]>;

/** Every host with every kind of metrics; and one with the SDK and a server that is ill. */
const HEALTHY: readonly AppSetup[] = HOSTS.flatMap((host) =>
  METRICS.map((metrics) => ({ host, metrics, state: 'well' as const })),
);
const FAULTY: readonly AppSetup[] = STATES.map((state) => ({
  host: 'Express',
  metrics: '@tinyobs/sdk',
  state,
}));

/** What measuring requests costs an app, beside prom-client; and whether the app feels that the server is ill. */
export async function runSdkHosts(say: Say, options: Options): Promise<BenchResult> {
  const seconds = options.isSmall ? SMALL_SECONDS : SECONDS;
  const setups = [...HEALTHY, ...FAULTY];
  const weight = 2 * seconds + FIXED_SECONDS;
  const run = new BenchRun(say, options.runs * setups.length * weight);
  const runs = new Map(setups.map((setup) => [setup, [] as (AppFigures | undefined)[]]));
  // In turns, so that other load of the machine meets all alike.
  for (let round = 1; round <= options.runs; round++) {
    for (const setup of setups) {
      const name = `${setup.host}, ${setup.metrics}, server ${setup.state}, run ${round}`;
      runs.get(setup)?.push(await run.attempt({ name, weight }, () => measureApp(setup, seconds), describe));
    }
  }
  const report = renderReport({
    title: 'What the SDK costs an app',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      `An app of one route that answers 1 KB of JSON, in a process of its own: without metrics, with the middleware of the SDK, which pushes every second, and with the counter and the histogram that users of prom-client write by hand, which is scraped every second; both with the metrics of the process. Requests a second by autocannon over 20 connections, for ${seconds} s; p99 of 300 requests a second at an even rate, for as long. The SDK measures the sizes of bodies and what is in flight, too. Medians of ${options.runs} runs in turns. What is pushed to answers at once and stores nothing, so that it takes no processor from the app.`,
      ...failureNotes(run.failures),
    ],
    tables: [hostsTable(runs), faultsTable(runs)],
  });
  return { report, hasFailed: run.hasFailed };
}

function describe({ requestsPerSecond, cpuMicroseconds, p99Ms }: AppFigures): string {
  return `${requestsPerSecond.toFixed(0)} requests/s, ${cpuMicroseconds.toFixed(1)} CPU µs each, p99 ${p99Ms.toFixed(2)} ms`;
}

function hostsTable(runs: Runs): Table {
  const rows = HOSTS.flatMap((host) => {
    const [alone, ...others] = HEALTHY.filter((setup) => setup.host === host);
    return [alone, ...others].map((setup) => {
      const rate = medianOf(runs.get(setup) ?? [], (figures) => figures.requestsPerSecond);
      const bare = medianOf(runs.get(alone) ?? [], (figures) => figures.requestsPerSecond);
      const p99Ms = medianOf(runs.get(setup) ?? [], (figures) => figures.p99Ms);
      const cpuOf = (one: AppSetup) => medianOf(runs.get(one) ?? [], (figures) => figures.cpuMicroseconds);
      const cost = setup === alone ? Number.NaN : cpuOf(setup) - cpuOf(alone);
      return [
        host,
        setup.metrics,
        cell(rate, 0),
        cell(rate / bare, 2),
        cell(cpuOf(setup), 1),
        cell(cost, 1),
        cell(p99Ms, 2),
      ];
    });
  });
  return {
    heading: 'By host',
    columns: ['host', 'metrics', 'requests/s', '/ none', 'CPU µs a request', 'more than none', 'p99 ms'],
    rows,
  };
}

function faultsTable(runs: Runs): Table {
  return {
    heading: 'Express with the SDK, by what the server does that is pushed to',
    columns: ['server', 'requests/s', 'p99 ms'],
    rows: FAULTY.map((setup) => {
      const figures = runs.get(setup) ?? [];
      const rate = medianOf(figures, ({ requestsPerSecond }) => requestsPerSecond);
      return [
        setup.state,
        cell(rate, 0),
        cell(
          medianOf(figures, ({ p99Ms }) => p99Ms),
          2,
        ),
      ];
    }),
  };
}
