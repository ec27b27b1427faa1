import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { formatDuration, Labels, parseDurationMs, TinyObsError } from '@tinyobs/model';
import type { ScrapeJob } from '../config/scrapeJob.js';
import type { MutableLabels, Relabeling } from '../relabel/relabeling.js';

const ADDRESS = '__address__';
const SCHEME = '__scheme__';
const METRICS_PATH = '__metrics_path__';
const INTERVAL = '__scrape_interval__';
const TIMEOUT = '__scrape_timeout__';
const PARAMETER_PREFIX = '__param_';
const META_PREFIX = '__meta_';
const RESERVED_PREFIX = '__';

/** One thing to scrape: what it is, not how it fares. */
export interface Target {
  /** Tells targets of one job apart: those with the same are one. */
  readonly id: string;
  /** As they were before relabelling. */
  readonly discovered: Labels;
  /** Those that its series have. */
  readonly labels: Labels;
  readonly url: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** What became of discovered labels. */
export type Relabeled =
  | { readonly target: Target }
  /** Relabelling drops it. */
  | { readonly dropped: Labels };

/**
 * Makes a target of discovered labels: fills in what the job says, relabels, and takes away what is for relabelling
 * only. A port is neither added nor taken away, as in Prometheus 3.
 *
 * @throws TinyObsError `config_invalid` for labels that cannot be scraped
 */
export function relabelTarget(
  given: Readonly<Record<string, string>>,
  job: ScrapeJob,
  relabeling: Relabeling,
): Relabeled {
  const labels: MutableLabels = new Map(Object.entries(given).filter(([, value]) => value !== ''));
  for (const [name, value] of Object.entries(defaultsOf(job))) {
    if (!labels.has(name)) labels.set(name, value);
  }
  for (const [name, [first]] of Object.entries(job.params)) {
    if (first) labels.set(PARAMETER_PREFIX + name, first);
  }
  const discovered = Labels.from(labels);
  if (!relabeling.apply(labels)) return { dropped: discovered };
  for (const name of [...labels.keys()]) if (name.startsWith(META_PREFIX)) labels.delete(name);
  return { target: targetOf(labels, discovered, job) };
}

function defaultsOf(job: ScrapeJob): Record<string, string> {
  return {
    job: job.name,
    [INTERVAL]: formatDuration(job.intervalMs),
    [TIMEOUT]: formatDuration(job.timeoutMs),
    [METRICS_PATH]: job.metricsPath,
    [SCHEME]: job.scheme,
  };
}

function targetOf(labels: MutableLabels, discovered: Labels, job: ScrapeJob): Target {
  const address = labels.get(ADDRESS);
  if (address === undefined) throw unusable('it has no address');
  const url = targetUrl(labels, job);
  const intervalMs = durationOf(labels, INTERVAL);
  const timeoutMs = durationOf(labels, TIMEOUT);
  if (timeoutMs > intervalMs) throw unusable(`${TIMEOUT} is longer than ${INTERVAL}`);
  if (!labels.has('instance')) labels.set('instance', address);
  const own = Labels.from(labels).filter((name) => !name.startsWith(RESERVED_PREFIX));
  return {
    id: createHash('sha256').update(`${own.key}\n${url}`).digest('hex'),
    discovered,
    labels: own,
    url,
    intervalMs,
    timeoutMs,
  };
}

function durationOf(labels: MutableLabels, name: string): number {
  const text = labels.get(name) ?? '';
  let ms: number;
  try {
    ms = parseDurationMs(text);
  } catch (cause) {
    throw unusable(`${name} is ${JSON.stringify(text)}, which is no duration`, cause);
  }
  if (ms > 0) return ms;
  throw unusable(`${name} must be above 0`);
}

/** As Prometheus writes it. */
function targetUrl(labels: MutableLabels, job: ScrapeJob): string {
  const scheme = labels.get(SCHEME) ?? '';
  const address = labels.get(ADDRESS) ?? '';
  if (scheme !== 'http' && scheme !== 'https') throw unusable(`its scheme is ${JSON.stringify(scheme)}`);
  if (/[/\s?#@]/.test(address)) throw unusable(`${JSON.stringify(address)} is no address like host:9100`);
  const path = labels.get(METRICS_PATH) ?? '';
  const url = `${scheme}://${address}${encodePath(path)}${queryOf(labels, job)}`;
  if (!URL.canParse(url)) throw unusable(`${JSON.stringify(address)} is no address like host:9100`);
  return url;
}

function encodePath(path: string): string {
  if (path === '') return '';
  const encoded = encodeURI(path).replace(/[?#]/g, encodeURIComponent);
  return encoded.startsWith('/') ? encoded : `/${encoded}`;
}

/** Parameters of the job, the first value of each replaced by its label. */
function queryOf(labels: MutableLabels, job: ScrapeJob): string {
  const params = new Map(Object.entries(job.params).map(([name, values]) => [name, [...values]]));
  for (const [label, value] of labels) {
    if (!label.startsWith(PARAMETER_PREFIX)) continue;
    const name = label.slice(PARAMETER_PREFIX.length);
    params.set(name, [value, ...(params.get(name) ?? []).slice(1)]);
  }
  const pairs = [...params]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, values]) => values.map((value) => `${encodeQuery(name)}=${encodeQuery(value)}`));
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function encodeQuery(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+');
}

/**
 * How long after the beginning of each interval a target is scraped, ms: the same after every start, and different
 * for different targets and machines, so that not all are scraped at once.
 */
export function offsetOf({ id, intervalMs }: Target, seed: string): number {
  const hash = createHash('sha256').update(`${id}\n${hostname()}\n${seed}`).digest();
  return hash.readUIntBE(0, 6) % intervalMs;
}

function unusable(what: string, cause?: unknown): TinyObsError {
  return new TinyObsError('config_invalid', `a target cannot be scraped: ${what}`, { cause });
}
