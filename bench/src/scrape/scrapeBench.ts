import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchResult } from '../bench.js';
import { BenchRun, type Say } from '../benchRun.js';
import { withDataFolder } from '../dataFolder.js';
import { failureNotes } from '../failureNotes.js';
import { describeMachine } from '../machine.js';
import { MeasuredProcess } from '../measuredProcess.js';
import type { Options } from '../options.js';
import { cell, renderReport } from '../report.js';
import type { RunningServer } from '../serverProcess.js';
import { chooseServers, type Server, serverNote, withServer } from '../servers.js';
import { type Lateness, latenessOf } from './lateness.js';
import { scrapedOf } from './scraped.js';
import { INTERVAL_MS, SERIES } from './setup.js';

const EXPORTER = fileURLToPath(new URL('./exporter.js', import.meta.url));
const EXPORTERS = 4;

interface Scale {
  readonly targets: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

const FULL: Scale = { targets: 1000, warmUpSeconds: 60, seconds: 240 };
const SMALL: Scale = { targets: 40, warmUpSeconds: 20, seconds: 45 };

interface Figures extends Lateness {
  /** Of a minute. */
  readonly cpuSeconds: number;
  readonly peakMemoryBytes: number;
  /** By the server's own count, of the last scrapes. */
  readonly samples: number;
}

type Arrivals = Record<string, Record<string, number[]>>;

/** How a server keeps the schedule of many targets, and what that costs; all servers scrape at the same time. */
export async function runScrape(say: Say, options: Options): Promise<BenchResult> {
  const scale = options.isSmall ? SMALL : FULL;
  const servers = chooseServers(options.peers, say);
  const weight = scale.warmUpSeconds + scale.seconds;
  const run = new BenchRun(say, weight);
  const figures = await run.attempt(
    { name: `${scale.targets} targets`, weight },
    () => measure(servers, scale),
    (found) => servers.map(({ name }, i) => `${name} p99 ${found[i].p99Ms.toFixed(1)} ms`).join(', '),
  );
  return {
    report: report(servers, figures ?? [], { options, scale, failures: failureNotes(run.failures) }),
    hasFailed: run.hasFailed,
  };
}

async function measure(servers: readonly Server[], scale: Scale): Promise<Figures[]> {
  return withDataFolder(async (folder) => {
    const exporters = await Promise.all(Array.from({ length: EXPORTERS }, () => startExporter(folder)));
    try {
      const addresses = exporters.map(({ address }) => address);
      const scraped = scrapedOf(addresses, scale.targets / EXPORTERS);
      return await withAll(servers, { folder, scraped }, (running) =>
        watch(servers, running, { addresses, scale }),
      );
    } finally {
      await Promise.all(exporters.map(({ process }) => process.kill()));
    }
  });
}

/** Starts one after the other, and ends all. */
function withAll<Result>(
  servers: readonly Server[],
  { folder, scraped }: { folder: string; scraped: object },
  use: (running: readonly RunningServer[]) => Promise<Result>,
): Promise<Result> {
  const [first, ...others] = servers;
  if (!first) return use([]);
  const start = (place: string) => first.start(place, scraped);
  return withServer({ start }, join(folder, first.id), (running) =>
    withAll(others, { folder, scraped }, (rest) => use([running, ...rest])),
  );
}

async function startExporter(cwd: string): Promise<{ address: string; process: MeasuredProcess }> {
  const process = new MeasuredProcess(globalThis.process.execPath, [EXPORTER], { cwd });
  const [, address] = await process.whenReady(() => process.waitFor(/Listening on (\S+)/));
  return { address, process };
}

async function watch(
  servers: readonly Server[],
  running: readonly RunningServer[],
  { addresses, scale }: { addresses: readonly string[]; scale: Scale },
): Promise<Figures[]> {
  await wait(scale.warmUpSeconds * 1000);
  await Promise.all(addresses.map((address) => fetch(`http://${address}/forget`)));
  const before = running.map(({ process }) => process.cpuSeconds());
  await wait(scale.seconds * 1000);
  const after = running.map(({ process }) => process.cpuSeconds());
  const arrivals = await Promise.all(
    addresses.map(async (address) => (await fetch(`http://${address}/arrivals`)).json() as Promise<Arrivals>),
  );
  return Promise.all(
    running.map(async ({ url, process }, i) => {
      const times = arrivals.flatMap((exporter) => Object.values(exporter[servers[i].scrapesAs] ?? {}));
      if (times.length !== scale.targets)
        throw new Error(`${servers[i].name} scraped ${times.length} targets`);
      return {
        ...latenessOf(times, INTERVAL_MS),
        cpuSeconds: ((after[i] - before[i]) / scale.seconds) * 60,
        peakMemoryBytes: process.peakMemoryBytes(),
        samples: await lastScraped(url),
      };
    }),
  );
}

async function lastScraped(url: string): Promise<number> {
  const query = encodeURIComponent('sum(scrape_samples_scraped{job="bench"})');
  const response = await fetch(`${url}/api/v1/query?query=${query}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1]);
}

function report(
  servers: readonly Server[],
  figures: readonly Figures[],
  { options, scale, failures }: { options: Options; scale: Scale; failures: string[] },
): string {
  return renderReport({
    title: 'Scraping, measured',
    machine: describeMachine(),
    command: options.command,
    isSmall: options.isSmall,
    notes: [
      `${scale.targets} targets of ${SERIES} series each in ${EXPORTERS} processes, scraped every ${INTERVAL_MS / 1000} s by all servers at the same time, for ${scale.seconds} s after ${scale.warmUpSeconds} s. A target sees when it is asked; a scrape is late by what it comes after the earliest place in the interval that this server asked this target at. CPU is user and system time of a minute, memory the most that was resident, the samples what the server says its last scrapes had.`,
      serverNote(servers),
      ...failures,
    ],
    tables: [
      {
        columns: [
          '',
          'scrapes',
          'missed',
          'late p50 ms',
          'p99 ms',
          'most ms',
          'CPU s a minute',
          'CPU s a million samples',
          'memory MiB',
          'samples',
        ],
        rows: figures.map((one, i) => [
          servers[i].name,
          cell(one.scrapes, 0),
          cell(one.missed, 0),
          cell(one.p50Ms, 1),
          cell(one.p99Ms, 1),
          cell(one.maxMs, 1),
          cell(one.cpuSeconds, 2),
          cell((one.cpuSeconds * INTERVAL_MS * 1e6) / (60_000 * one.samples), 2),
          cell(one.peakMemoryBytes / 2 ** 20, 0),
          cell(one.samples, 0),
        ]),
      },
    ],
  });
}
