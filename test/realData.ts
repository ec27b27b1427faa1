import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readScrapes, type Scrape, withTimestamps } from './scrapes.js';
import { ROOT } from './sources.js';
import { importText } from './testServer.js';

/** Scrapes of a node exporter and of a Prometheus server, taken side by side. */
export interface RealData {
  readonly name: typeof SHORT_DATA | typeof LONG_DATA;
  readonly folder: string;
  /** The long set lies beside the project and is not there everywhere. */
  readonly isThere: boolean;
}

const JOBS: readonly (readonly [job: string, file: string])[] = [
  ['node', 'node-exporter.scrapes.gz'],
  ['prometheus', 'prometheus-server.scrapes.gz'],
];

/**
 * Takes the times to a fixed past, so that no test ages, and a border between windows of 2 h (at
 * `WINDOW_BORDER_MS`) into the data, so that it is spread over two. Whole seconds: no sample lies on one.
 */
const SHIFT_MS = 95_230_511_000;
export const WINDOW_BORDER_MS = 1_699_999_200_000;

const SCRAPES_PER_IMPORT = 40;

export const SHORT_DATA = '9 scrapes of each';
export const LONG_DATA = '240 scrapes of each';
export const REAL_DATA: readonly RealData[] = [
  dataIn(SHORT_DATA, join(ROOT, 'testdata/scrapes')),
  dataIn(LONG_DATA, join(ROOT, '../shared/data')),
];

function dataIn(name: RealData['name'], folder: string): RealData {
  const isThere = JOBS.every(([, file]) => existsSync(join(folder, file)));
  if (!isThere) process.stdout.write(`tests with ${name}: skipped, there is nothing in ${folder}\n`);
  return { name, folder, isThere };
}

/** All scrapes in order of time, each series with the label `job`, which tells the two sources apart. */
export function readRealData({ folder }: RealData): Scrape[] {
  const scrapes = JOBS.flatMap(([job, file]) =>
    Array.from(readScrapes(join(folder, file)), ({ timeMs, text }) => ({
      timeMs: timeMs - SHIFT_MS,
      text: withLabels(text, `job="${job}"`),
    })),
  );
  return scrapes.sort((a, b) => a.timeMs - b.timeMs);
}

/** Adds labels, as they are written, to every series of a text. */
export function withLabels(text: string, labels: string): string {
  return text.replace(/^([a-zA-Z_:][\w:]*)(\{)?(.*)$/gm, (_, name, open, rest) =>
    open ? `${name}{${labels},${rest}` : `${name}{${labels}}${rest}`,
  );
}

/** Sends the scrapes with their times as Prometheus text. */
export async function importScrapes(url: string, scrapes: readonly Scrape[]): Promise<void> {
  for (let at = 0; at < scrapes.length; at += SCRAPES_PER_IMPORT) {
    const some = scrapes.slice(at, at + SCRAPES_PER_IMPORT);
    await importText(url, some.map(withTimestamps).join(''));
  }
}

/** The first whole second after the last sample, as seconds since the epoch. */
export function endSeconds(scrapes: readonly Scrape[]): number {
  return Math.ceil(scrapes[scrapes.length - 1].timeMs / 1000);
}
