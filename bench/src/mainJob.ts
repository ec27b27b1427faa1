import { join } from 'node:path';
import type { BenchResult } from './bench.js';
import type { Say } from './benchRun.js';
import { withDataFolder } from './dataFolder.js';
import { folderBytes } from './folderBytes.js';
import { describeMachine } from './machine.js';
import { figureTable, type Row, renderReport } from './report.js';
import type { RunningServer } from './serverProcess.js';
import { TINYOBS, withServer } from './servers.js';
import { median } from './statistics.js';

const SERIES = 1000;
const STEP_SECONDS = 60;
const STEPS = 24 * 60;
const ROWS_PER_BODY = 2000;
const CONNECTIONS = 4;
const QUERY_RUNS = 9;

/**
 * 1,000 series over 24 h at 60 s, sent as text and as JSON, 2,000 samples a body over 4 connections, every
 * answer after the sync; then the size on disk and five queries. Returns the report.
 */
export function runMainJob(say: Say): Promise<BenchResult> {
  return withDataFolder(async (folder) => {
    const endSeconds = Math.floor(Date.now() / 1000 / STEP_SECONDS) * STEP_SECONDS;
    const json = await ingestRun(
      { name: 'JSON', path: '/v1/ingest', say },
      jsonBodies(endSeconds),
      join(folder, 'json'),
    );
    const dataDir = join(folder, 'text');
    const text = await ingestRun(
      { name: 'text', path: '/api/v1/import/prometheus', say },
      textBodies(endSeconds),
      dataDir,
    );
    const queries = await queryRun(dataDir, endSeconds, say);
    const report = renderReport({
      title: 'The main job, measured',
      machine: describeMachine(),
      command: 'npm run bench -- main-job',
      notes: ['The load generator shares the machine with the server.'],
      tables: [figureTable([...json, ...text, ...queries])],
    });
    return { report };
  });
}

interface Body {
  readonly contentType: string;
  readonly text: string;
}

async function ingestRun(
  { name, path, say }: { readonly name: string; readonly path: string; readonly say: Say },
  bodies: Iterable<Body>,
  dataDir: string,
): Promise<Row[]> {
  say(`ingest of ${((SERIES * STEPS) / 1e6).toFixed(2)} M samples as ${name} …`);
  return withServer(TINYOBS, dataDir, async (server) => {
    const cpuBefore = server.process.cpuSeconds();
    const started = performance.now();
    await sendAll(server, path, bodies);
    const seconds = (performance.now() - started) / 1000;
    const cpuSeconds = server.process.cpuSeconds() - cpuBefore;
    const peakMiB = server.process.peakMemoryBytes() / 2 ** 20;
    await server.process.stop();
    const samples = SERIES * STEPS;
    const how = `1,000 series × 24 h at 60 s, ${ROWS_PER_BODY} samples a body, ${CONNECTIONS} connections, each answer synced`;
    const row = (what: string, figure: string, how: string): Row => ({
      what: `${name}: ${what}`,
      figure,
      how,
    });
    return [
      row('samples/s', Math.round(samples / seconds).toLocaleString('en'), how),
      row(
        'server CPU per million samples',
        `${((cpuSeconds / samples) * 1e6).toFixed(2)} s`,
        'user + system, of the server only',
      ),
      row('peak memory', `${peakMiB.toFixed(0)} MiB`, 'VmHWM of the server'),
      row(
        'bytes a sample',
        (folderBytes(dataDir) / samples).toFixed(2),
        'all files of the data folder after a clean stop, which does not compact',
      ),
    ];
  });
}

async function sendAll(server: RunningServer, path: string, bodies: Iterable<Body>): Promise<void> {
  const queue = bodies[Symbol.iterator]();
  const send = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const { contentType, text } = next.value;
      const response = await fetch(`${server.url}${path}`, {
        method: 'POST',
        headers: { 'Content-Type': contentType },
        body: text,
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`ingest answered ${response.status}: ${answer}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, send));
}

/** Counters that grow at a rate of their own, with a little noise that is the same in every run. */
function valueAt(series: number, step: number): number {
  return step * (10 + (series % 90)) + ((series * 7919 + step * 104_729) % 10);
}

function* rowBatches(endSeconds: number): Generator<{ series: number; timeMs: number; value: number }[]> {
  let batch: { series: number; timeMs: number; value: number }[] = [];
  for (let step = 0; step < STEPS; step++) {
    const timeMs = (endSeconds - (STEPS - 1 - step) * STEP_SECONDS) * 1000;
    for (let series = 0; series < SERIES; series++) {
      batch.push({ series, timeMs, value: valueAt(series, step) });
      if (batch.length < ROWS_PER_BODY) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function labelsOf(series: number): Record<string, string> {
  return {
    job: 'bench',
    instance: `host-${series % 100}:9100`,
    path: `/route/${Math.floor(series / 100)}`,
    region: 'eu-1',
  };
}

function* jsonBodies(endSeconds: number): Generator<Body> {
  for (const batch of rowBatches(endSeconds)) {
    const metrics = batch.map(({ series, timeMs, value }) => ({
      name: 'bench_requests_total',
      type: 'counter',
      value,
      labels: labelsOf(series),
      timestamp: timeMs,
    }));
    yield { contentType: 'application/json', text: JSON.stringify({ metrics }) };
  }
}

function* textBodies(endSeconds: number): Generator<Body> {
  for (const batch of rowBatches(endSeconds)) {
    let text = '# TYPE bench_requests_total counter\n';
    for (const { series, timeMs, value } of batch) {
      const labels = Object.entries(labelsOf(series)).map(([name, label]) => `${name}="${label}"`);
      text += `bench_requests_total{${labels.join(',')}} ${value} ${timeMs}\n`;
    }
    yield { contentType: 'text/plain', text };
  }
}

async function queryRun(dataDir: string, endSeconds: number, say: Say): Promise<Row[]> {
  say('five queries …');
  const day = { start: endSeconds - 86_400, end: endSeconds };
  const one = 'bench_requests_total{instance="host-1:9100",path="/route/1"}';
  const queries: [string, string, Record<string, string | number>][] = [
    ['instant, one series', '/api/v1/query', { query: one, time: endSeconds }],
    [
      'instant, count of 1,000 series',
      '/api/v1/query',
      { query: 'count(bench_requests_total)', time: endSeconds },
    ],
    ['24 h of one series at 60 s', '/api/v1/query_range', { query: one, ...day, step: 60 }],
    [
      'sum by (path) (rate()), 1 h at 15 s',
      '/api/v1/query_range',
      {
        query: 'sum by (path) (rate(bench_requests_total[5m]))',
        start: endSeconds - 3600,
        end: endSeconds,
        step: 15,
      },
    ],
    [
      'sum by (path) (rate()), 24 h at 60 s',
      '/api/v1/query_range',
      { query: 'sum by (path) (rate(bench_requests_total[5m]))', ...day, step: 60 },
    ],
  ];
  return withServer(TINYOBS, dataDir, async (server) => {
    const rows: Row[] = [];
    for (const [what, path, parameters] of queries) {
      const times: number[] = [];
      for (let run = 0; run < QUERY_RUNS; run++) times.push(await timeQuery(server.url, path, parameters));
      rows.push({
        what: `query: ${what}`,
        figure: `${median(times).toFixed(1)} ms`,
        how: `median of ${QUERY_RUNS}, over HTTP, from blocks after a restart`,
      });
    }
    await server.process.stop();
    return rows;
  });
}

async function timeQuery(
  url: string,
  path: string,
  parameters: Readonly<Record<string, string | number>>,
): Promise<number> {
  const query = new URLSearchParams(
    Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const started = performance.now();
  const response = await fetch(`${url}${path}?${query}`);
  const answer = await response.text();
  const elapsedMs = performance.now() - started;
  if (!response.ok || !answer.includes('"result":[{'))
    throw new Error(`the query found nothing: ${answer.slice(0, 300)}`);
  return elapsedMs;
}
