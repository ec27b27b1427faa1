import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { decodeText } from '@tinyobs/formats';
import { type Labels, WriteBatch } from '@tinyobs/model';

const FOLDERS = ['../../../shared/data/', '../../testdata/scrapes/'];
const JOBS: readonly (readonly [job: string, file: string])[] = [
  ['node', 'node-exporter.scrapes.gz'],
  ['prometheus', 'prometheus-server.scrapes.gz'],
];

/** The scrapes were taken a second apart. */
const TAKEN_EVERY_MS = 1000;
export const SCRAPE_INTERVAL_MS = 15_000;

export interface RealSeries {
  readonly labels: Labels;
  /** Of each sample: the number of its scrape. */
  readonly scrapes: readonly number[];
  readonly values: readonly number[];
}

/** All scrapes of one exporter. */
export interface RealTarget {
  readonly job: string;
  /** When each scrape was taken, ms from the first, were they `SCRAPE_INTERVAL_MS` apart: with their jitter. */
  readonly offsetsMs: readonly number[];
  readonly series: readonly RealSeries[];
}

/** What a node exporter and a Prometheus server served: the long recording where it lies beside the project. */
export function readRealTargets(): RealTarget[] {
  const folder = FOLDERS.map((one) => fileURLToPath(new URL(one, import.meta.url))).find((one) =>
    JOBS.every(([, file]) => existsSync(one + file)),
  );
  if (folder === undefined) throw new Error('the recorded scrapes are missing');
  return JOBS.map(([job, file]) => readTarget(job, folder + file));
}

function readTarget(job: string, file: string): RealTarget {
  const content = gunzipSync(readFileSync(file)).toString('utf8');
  const heads = [...content.matchAll(/^# SCRAPE (\d+)\n/gm)];
  const firstMs = Number(heads[0][1]);
  const series = new Map<string, { labels: Labels; scrapes: number[]; values: number[] }>();
  const batch = new WriteBatch();
  for (const [scrape, head] of heads.entries()) {
    batch.clear();
    const text = content.slice(head.index + head[0].length, heads[scrape + 1]?.index);
    decodeText(Buffer.from(withJob(text, job)), batch, { nowMs: 0 });
    for (let i = 0; i < batch.sampleCount; i++) {
      const { seriesStarts, arena, sampleSeries } = batch;
      const at = sampleSeries[i];
      const key = Buffer.from(arena.subarray(seriesStarts[at], seriesStarts[at + 1])).toString('latin1');
      let one = series.get(key);
      if (!one) {
        one = { labels: batch.labelsOf(at), scrapes: [], values: [] };
        series.set(key, one);
      }
      one.scrapes.push(scrape);
      one.values.push(batch.values[i]);
    }
  }
  const offsetsMs = heads.map(
    (head, i) => i * SCRAPE_INTERVAL_MS + (Number(head[1]) - firstMs - i * TAKEN_EVERY_MS),
  );
  return { job, offsetsMs, series: [...series.values()] };
}

/** Gives every sample the label that tells the exporters apart. */
function withJob(text: string, job: string): string {
  return text.replace(/^([a-zA-Z_:][\w:]*)(\{)?(.*)$/gm, (_, name, open, rest) =>
    open ? `${name}{job="${job}",${rest}` : `${name}{job="${job}"}${rest}`,
  );
}
