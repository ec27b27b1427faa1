import type { Scrape } from './scrapes.js';

/** What plain reading of the raw text says of one series over all scrapes; NaN counts for no extreme. */
export interface SeriesFacts {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly first: number;
  readonly last: number;
  /** NaN when all values are. */
  readonly min: number;
  readonly max: number;
  /** Last − first of a counter (or a part of a histogram or summary that counts) that never went down. */
  readonly increase: number | undefined;
  /** In order of time. */
  readonly samples: readonly RawSample[];
}

export interface RawSample {
  readonly timeMs: number;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:\\.|[^"\\])*)"/g;
const TYPE = /^# TYPE (\S+) (\S+)$/;

/**
 * The facts of each series, by its text as exposed (`up{job="a"}`). It shares no code with the product, so
 * that agreement means something; it reads what real exporters write, not the whole format.
 */
export function scrapeFacts(scrapes: Iterable<Scrape>): Map<string, SeriesFacts> {
  const types = new Map<string, string>();
  const samples = new Map<string, RawSample[]>();
  for (const { timeMs, text } of scrapes) {
    for (const line of text.split('\n')) {
      const type = TYPE.exec(line);
      if (type) types.set(type[1], type[2]);
      if (line === '' || line.startsWith('#')) continue;
      const valueAt = line.lastIndexOf(' ');
      const series = line.slice(0, valueAt);
      const known = samples.get(series) ?? [];
      samples.set(series, known);
      known.push({ timeMs, value: readValue(line.slice(valueAt + 1)) });
    }
  }
  return new Map([...samples].map(([series, raw]) => [series, factsOf(series, raw, types)]));
}

function factsOf(series: string, raw: RawSample[], types: Map<string, string>): SeriesFacts {
  const found = SAMPLE.exec(`${series} 0`);
  if (!found) throw new Error(`cannot read the series ${series}`);
  const metric = found[1];
  const labels = [...(found[2] ?? '').matchAll(LABEL)].map(([, name, value]) => [name, unescapeValue(value)]);
  const ordered = raw.toSorted((a, b) => a.timeMs - b.timeMs);
  const first = ordered[0];
  const last = ordered[ordered.length - 1];
  const numbers = ordered.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  const everDown = ordered.some(({ value }, i) => i > 0 && !(value >= ordered[i - 1].value));
  return {
    metric,
    labels: Object.fromEntries(labels),
    count: ordered.length,
    firstMs: first.timeMs,
    lastMs: last.timeMs,
    first: first.value,
    last: last.value,
    min: numbers.length === 0 ? Number.NaN : numbers.reduce((a, b) => Math.min(a, b)),
    max: numbers.length === 0 ? Number.NaN : numbers.reduce((a, b) => Math.max(a, b)),
    increase: isCounting(metric, types) && !everDown ? last.value - first.value : undefined,
    samples: ordered,
  };
}

function isCounting(metric: string, types: Map<string, string>): boolean {
  if (types.get(metric) === 'counter') return true;
  const part = /^(.*)_(bucket|count|sum)$/.exec(metric);
  const family = part ? types.get(part[1]) : undefined;
  return family === 'histogram' || (family === 'summary' && part?.[2] !== 'bucket');
}

function readValue(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

function unescapeValue(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped) => (escaped === 'n' ? '\n' : escaped));
}
