import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One answer of a scraped target. */
export interface Scrape {
  /** When it was taken, ms since the epoch. */
  readonly timeMs: number;
  /** The exposition text as it was served. */
  readonly text: string;
}

/** The scrapes of a gzip file in which a line `# SCRAPE <unix ms>` stands before each. */
export function* readScrapes(file: string | URL): Iterable<Scrape> {
  const content = gunzipSync(readFileSync(file)).toString('utf8');
  const heads = [...content.matchAll(/^# SCRAPE (\d+)\n/gm)];
  for (const [i, head] of heads.entries()) {
    const text = content.slice(head.index + head[0].length, heads[i + 1]?.index);
    yield { timeMs: Number(head[1]), text };
  }
}

/** The scrape's text with its time at the end of every sample line, as an import wants it. */
export function withTimestamps(scrape: Scrape): string {
  return scrape.text.replace(/^[^#\n].*$/gm, (line) => `${line} ${scrape.timeMs}`);
}
