import { encodeRemoteWrite } from '@tinyobs/formats';
import { Labels, METRIC_NAME, WriteBatch } from '@tinyobs/model';
import { startProgram } from '../programs.js';
import type { Prometheus } from '../prometheus.js';
import { seededRandom } from '../random.js';
import { postJson } from '../testServer.js';

/** Long past, so that no test ages, and a whole number of minutes. */
export const DATA_START_S = 1_699_990_800;
export const DATA_SECONDS = 3540;

const INTERVAL_MS = 15_000;
const SAMPLES_PER_REQUEST = 4000;

interface Sample {
  readonly labels: Labels;
  readonly timeMs: number;
  readonly value: number | 'stale';
}

/**
 * Counters that are reset, gaps, stale markers, NaN and infinities, histograms and label values in UTF-8, in
 * order of time. No sample lies on a whole second, where windows of the queries begin.
 */
export function makeSamples(seed: number): Sample[] {
  const random = seededRandom(seed);
  const samples = [
    ...each({ job: ['api', 'web'], instance: ['a:1', 'b:2'], code: ['200', '500'] }, (labels) =>
      makeSeries('requests_total', labels, random, counter(random)),
    ),
    ...each({ job: ['api', 'web'], instance: ['a:1', 'b:2'] }, (labels) => [
      ...makeSeries('queue_length', labels, random, distinct(random, 1000)),
      ...makeSeries('workers', labels, random, () => 1 + Math.floor(8 * random())),
      ...makeSeries('restarts_total', labels, random, counter(random, 0.04)),
      ...makeFresh(labels, random),
    ]),
    ...each({ place: ['Küche', '房间', 'a "b" \\c', '🏠'] }, (labels) =>
      makeSeries('temperature', labels, random, distinct(random, 60)),
    ),
    ...each({ job: ['api', 'web'] }, (labels) => [
      ...makeHistogram(labels, random),
      ...makeSeries('wild', labels, random, () => wildValue(random)),
      ...makeSeries('constant', labels, random, () => 3),
      ...makeSeries(
        'build_info',
        { ...labels, version: labels.job === 'api' ? '1.2' : '2.0' },
        random,
        () => 1,
      ),
    ]),
    ...each({ instance: ['a:1', 'b:2', 'c:3'] }, (labels) => makeFlappy(labels, random)),
    ...makeSeries('single', {}, random, () => 7).slice(100, 101),
  ];
  return samples.sort((a, b) => a.timeMs - b.timeMs);
}

/** Starts a Prometheus that takes remote writes. */
export async function startWritablePrometheus(folder: string, config: string): Promise<Prometheus> {
  const program = startProgram('prometheus', [
    `--config.file=${config}`,
    `--storage.tsdb.path=${folder}`,
    '--storage.tsdb.retention.time=100y',
    '--web.enable-remote-write-receiver',
    '--web.listen-address=127.0.0.1:0',
  ]);
  const [, address] = await program.waitFor(/msg="Listening on" address=(\S+)/);
  await program.waitFor(/Server is ready to receive web requests/);
  return {
    url: `http://${address}`,
    stop: async () => {
      await program.stop();
    },
  };
}

/** Writes the samples into both, each by a protocol that knows stale markers. */
export async function loadBoth(samples: readonly Sample[], urls: { ours: string; theirs: string }) {
  for (let at = 0; at < samples.length; at += SAMPLES_PER_REQUEST) {
    const some = samples.slice(at, at + SAMPLES_PER_REQUEST);
    const metrics = some.map(({ labels, timeMs, value }) => ({
      name: labels.metricName,
      labels: Object.fromEntries([...labels].filter(([name]) => name !== METRIC_NAME)),
      timestamp: timeMs,
      value:
        typeof value === 'number' && !Number.isFinite(value) ? String(value).replace('inity', '') : value,
    }));
    const answers = await Promise.all([
      postJson(urls.ours, { metrics }),
      fetch(`${urls.theirs}/api/v1/write`, {
        method: 'POST',
        headers: { 'Content-Encoding': 'snappy', 'Content-Type': 'application/x-protobuf' },
        body: Buffer.from(encodeRemoteWrite(batchOf(some))),
      }),
    ]);
    for (const answer of answers) {
      if (!answer.ok) throw new Error(`a write was answered ${answer.status}: ${await answer.text()}`);
    }
  }
}

function batchOf(samples: readonly Sample[]): WriteBatch {
  const batch = new WriteBatch();
  const series = new Map<string, number>();
  for (const [row, { labels, timeMs, value }] of samples.entries()) {
    const index = series.get(labels.key) ?? batch.addSeries(labels);
    series.set(labels.key, index);
    if (value === 'stale') batch.addStaleMarker(index, timeMs, row);
    else batch.addSample(index, timeMs, value, row);
  }
  return batch;
}

function makeSeries(
  name: string,
  labels: Readonly<Record<string, string>>,
  random: () => number,
  next: (scrapesSinceGap: number) => number | 'stale',
): Sample[] {
  const all = Labels.fromObject({ ...labels, [METRIC_NAME]: name });
  const phaseMs = 1 + Math.floor(998 * random());
  const offsetMs = 1000 * Math.floor(14 * random());
  const samples: Sample[] = [];
  let scrapesSinceGap = 0;
  for (let ms = 0; ms < DATA_SECONDS * 1000; ms += INTERVAL_MS) {
    const value = next(scrapesSinceGap++);
    // A scrape is missed now and then, and sometimes several in a row.
    if (random() < 0.03) continue;
    if (random() < 0.005) {
      ms += INTERVAL_MS * Math.floor(30 * random());
      scrapesSinceGap = 0;
    }
    const timeMs = DATA_START_S * 1000 + ms + offsetMs + phaseMs;
    if (timeMs < (DATA_START_S + DATA_SECONDS) * 1000) samples.push({ labels: all, timeMs, value });
  }
  return samples;
}

function makeHistogram(labels: Readonly<Record<string, string>>, random: () => number): Sample[] {
  const bounds = ['0.1', '0.5', '1', '2.5', '+Inf'];
  const counts = bounds.map((_, i) => 20_000 * (i + 1));
  const name = 'latency_seconds_bucket';
  const phaseSeed = Math.floor(2 ** 31 * random());
  const rounds: number[][] = [];
  for (let ms = 0; ms < DATA_SECONDS * 1000; ms += INTERVAL_MS) {
    const added = bounds.map(() => Math.floor(6 * random()));
    let sum = 0;
    rounds.push(
      added.map((count, i) => {
        sum += count;
        counts[i] += sum;
        return counts[i];
      }),
    );
  }
  // Buckets of one histogram are scraped together: the same seed gives them the same times.
  return bounds.flatMap((le, i) => {
    let round = 0;
    return makeSeries(name, { ...labels, le }, seededRandom(phaseSeed), () => rounds[round++]?.[i] ?? 0);
  });
}

/** Begins half way, one increment above zero. */
function makeFresh(labels: Readonly<Record<string, string>>, random: () => number): Sample[] {
  const samples = makeSeries('fresh_total', labels, random, () => 0);
  return samples.slice(samples.length / 2).map((sample, i) => ({ ...sample, value: 10 + 10 * i }));
}

/** Comes and goes: ends with stale markers and starts again. */
function makeFlappy(labels: Readonly<Record<string, string>>, random: () => number): Sample[] {
  let gone = false;
  const samples = makeSeries('flappy', labels, random, () => {
    const before = gone;
    if (random() < 0.08) gone = !gone;
    return gone && !before ? 'stale' : round(100 * random());
  });
  let isGone = false;
  return samples.filter(({ value }) => {
    if (value === 'stale') {
      const first = !isGone;
      isGone = true;
      return first;
    }
    if (isGone && random() < 0.8) return false;
    isGone = false;
    return true;
  });
}

/** The longest window of the queries, in scrapes. */
const WINDOW_SCRAPES = 80;

/**
 * Counters start far above zero, and are not reset within a window that began in a gap: what is made of one
 * whose zero point is nearer than the start of the window has changed between the versions, and `fresh_total`
 * is for that.
 */
function counter(random: () => number, chanceOfReset = 0.02): (scrapesSinceGap: number) => number {
  const start = () => 100_000 + Math.floor(5000 * random());
  let value = start();
  return (scrapesSinceGap) => {
    const isReset = random() < chanceOfReset && scrapesSinceGap > WINDOW_SCRAPES;
    value = isReset ? start() : value + Math.floor(20 * random());
    return value;
  };
}

/** Values that no other series has: which of equal ones comes first is open. */
function distinct(random: () => number, range: number): () => number {
  const own = Math.floor(1e6 * random()) / 1e9;
  return () => round(range * random() - range / 3) + own;
}

function wildValue(random: () => number): number {
  const kind = random();
  if (kind < 0.04) return Number.NaN;
  if (kind < 0.07) return Number.POSITIVE_INFINITY;
  if (kind < 0.1) return Number.NEGATIVE_INFINITY;
  return round(200 * random() - 100);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** What `make` gives for every combination of the labels' values. */
function each(
  values: Readonly<Record<string, readonly string[]>>,
  make: (labels: Record<string, string>) => Sample[],
): Sample[] {
  let combinations: Record<string, string>[] = [{}];
  for (const [name, some] of Object.entries(values)) {
    combinations = combinations.flatMap((labels) => some.map((value) => ({ ...labels, [name]: value })));
  }
  return combinations.flatMap(make);
}
