import { describeMachine } from '../machine.js';
import type { Options } from '../options.js';
import { cell, commandLine, figureTable, type Row, renderReport, type Table, tableLines } from '../report.js';
import { quantileOf, slopeOf } from '../statistics.js';
import type { Look, SoakResults } from './soakBench.js';

/** Memory that is still filling up is no leak. */
const WARM_UP_MINUTES = 3;

export function soakReport(results: SoakResults, options: Options): string {
  const { looks, samplesPerSecond, seconds } = results;
  return renderReport({
    title: 'Steady load, measured',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      `${samplesPerSecond.toLocaleString('en')} samples a second of as many series by remote write, each body at its ` +
        'time over 4 connections, while two dashboards of 8 panels are refreshed every 5 s, over the last hour and the ' +
        'last day of a shop of 958 series that goes on meanwhile, and one series is asked for twice a second; for ' +
        `${(seconds / 60).toFixed(1)} minutes. The default configuration but for the rate limit. The load shares the ` +
        'machine with the server, and each part of it has a thread of its own. An acknowledgement counts from the ' +
        'time the body was due.',
    ],
    tables: [
      { ...soakTable(results), heading: 'In all' },
      { ...panelTable(results), heading: 'Queries' },
      looksTable(looks),
    ],
  });
}

export function soakPageText(results: SoakResults, { command }: Options): string {
  const lines = [...tableLines(soakTable(results)), ...tableLines(panelTable(results))];
  return [`${commandLine({ command, machine: describeMachine() })}.`, '', ...lines].join('\n');
}

function soakTable(results: SoakResults): Table {
  const { written, dashboards, looks, seconds, cpuSeconds, storedSamples, storedAfterRestart } = results;
  const { sent, ackedSamples, ackMs } = written;
  const row = (what: string, figure: string, how = ''): Row => ({ what, figure, how });
  return figureTable([
    row('samples sent', sent.samples.toLocaleString('en')),
    row('acknowledged', ackedSamples.toLocaleString('en'), `${Math.round(ackedSamples / seconds)} a second`),
    row('stored', storedSamples.toLocaleString('en'), 'counted by a query at the end'),
    row('stored after a restart', storedAfterRestart.toLocaleString('en')),
    row('refused writes', errorText(written.errors)),
    row(
      'queries',
      dashboards.asked.toLocaleString('en'),
      `${dashboards.skipped} refreshes left out as too late`,
    ),
    row('failed queries', errorText(dashboards.errors)),
    row('acknowledgement, p50', `${cell(quantileOf(ackMs, 0.5), 1)} ms`, 'after the sync'),
    row('acknowledgement, p99', `${cell(quantileOf(ackMs, 0.99), 1)} ms`),
    row(
      'delay of the event loop, p99',
      `${cell(
        quantileOf(
          looks.map(({ delayP99Ms }) => delayP99Ms),
          0.5,
        ),
        1,
      )} ms`,
      'median of the p99 of every 5 s',
    ),
    row('the same, worst 5 s', `${cell(Math.max(...looks.map(({ delayP99Ms }) => delayP99Ms)), 1)} ms`),
    row('CPU of the server', `${cell((100 * cpuSeconds) / seconds, 0)} %`, 'of one core, queries included'),
    row(
      'resident memory, most',
      `${cell(Math.max(...looks.map(({ residentBytes }) => residentBytes / 1e6)), 0)} MB`,
    ),
    row(
      'growth of resident memory',
      growth(looks, ({ residentBytes }) => residentBytes),
      GROWTH_HOW,
    ),
    row(
      'growth of the heap',
      growth(looks, ({ heapUsedBytes }) => heapUsedBytes),
      GROWTH_HOW,
    ),
  ]);
}

const GROWTH_HOW = `slope of a line through what was seen every 5 s after the first ${WARM_UP_MINUTES} minutes`;

function growth(looks: readonly Look[], read: (look: Look) => number): string {
  const late = looks.filter(({ minutes }) => minutes > WARM_UP_MINUTES);
  if (late.length < 2) return '–';
  return `${(slopeOf(late.map((look) => ({ x: look.minutes, y: read(look) / 1e6 })))).toFixed(2)} MB a minute`;
}

function panelTable({ dashboards }: SoakResults): Table {
  const names = Object.keys(dashboards.questionMs).sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  return {
    columns: ['query', 'asked', 'p50, ms', 'p95, ms', 'p99, ms'],
    rows: names.map((name) => {
      const times = dashboards.questionMs[name];
      return [name, String(times.length), ...[0.5, 0.95, 0.99].map((q) => cell(quantileOf(times, q), 1))];
    }),
  };
}

/** The last look of every minute. */
function looksTable(looks: readonly Look[]): Table {
  const kept = looks.filter((look, i) => Number.isInteger(look.minutes) || i === looks.length - 1);
  return {
    heading: 'Over time',
    columns: [
      'minute',
      'resident, MB',
      'heap, MB',
      'event-loop delay of the last 5 s: p50, ms',
      'p99, ms',
      'most, ms',
    ],
    rows: kept.map((look) => [
      cell(look.minutes, Number.isInteger(look.minutes) ? 0 : 1),
      cell(look.residentBytes / 1e6, 0),
      cell(look.heapUsedBytes / 1e6, 0),
      cell(look.delayP50Ms, 1),
      cell(look.delayP99Ms, 1),
      cell(look.delayMaxMs, 1),
    ]),
  };
}

function errorText(errors: Readonly<Record<string, number>>): string {
  const counted = Object.entries(errors).map(([text, count]) => `${count} × ${text}`);
  return counted.length === 0 ? '0' : counted.join('; ');
}
