import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../report.js';
import { sendBody } from '../sendBody.js';
import { PEERS, type RunningServer, type Server, TINYOBS } from '../servers.js';
import { type Asked, askRow, type Target } from './askPanel.js';
import { differenceOf } from './compareAnswers.js';
import { Dataset } from './dataset.js';
import { PANEL, type PanelRow } from './panel.js';
import { renderQueryReport, type ServerTimes } from './queryReport.js';

const CONNECTIONS = 4;
const LIVE_RUNS = 3;
/** A row is asked until it was asked so often and so long, but not past the other bound. */
const WARM_RUNS_MIN = 5;
const WARM_RUNS_MAX = 400;
const WARM_MS_WANTED = 1000;

const ROWS_FLAG = '--rows=';

type Say = (text: string) => void;

/**
 * The query panel against TinyObs and, with the flag `--peers`, against Prometheus and VictoriaMetrics, each with
 * the same data and alone on the machine: as it was loaded, then cold and warm after a restart. `--rows=` with
 * names of rows, divided by commas, asks only these. Returns the report.
 */
export async function runQuery(say: Say, flags: readonly string[]): Promise<string> {
  const rows = rowsOf(flags);
  const dataset = new Dataset(Date.now());
  const [loadBefore] = loadavg();
  const servers = flags.includes('--peers') ? [...PEERS, TINYOBS] : [TINYOBS];
  const results: ServerTimes[] = [];
  const answers: { server: Server; answers: ReadonlyMap<PanelRow, readonly string[]> }[] = [];
  for (const server of servers) {
    const measured = await measure(server, dataset, rows, say);
    results.push(measured.times);
    answers.push({ server, answers: measured.answers });
  }
  const differences = compareAll(rows, answers);
  for (const difference of differences) say(difference);
  const command = ['npm run bench -- query', ...flags].join(' ');
  return renderQueryReport({ command, loadBefore, dataset, rows, results, differences });
}

function rowsOf(flags: readonly string[]): readonly PanelRow[] {
  const flag = flags.find((one) => one.startsWith(ROWS_FLAG));
  if (flag === undefined) return PANEL;
  return flag
    .slice(ROWS_FLAG.length)
    .split(',')
    .map((id) => {
      const row = PANEL.find((one) => one.id === id);
      if (!row) throw new Error(`there is no row ${id}; there are ${PANEL.map((one) => one.id).join(', ')}`);
      return row;
    });
}

async function measure(server: Server, dataset: Dataset, rows: readonly PanelRow[], say: Say) {
  const folder = mkdtempSync(join(tmpdir(), 'tinyobs-bench-'));
  const loaded = await server.start(folder);
  const started = performance.now();
  await load(loaded.url, dataset);
  say(`${server.name}: loaded in ${((performance.now() - started) / 1000).toFixed(0)} s`);
  await loaded.process.idle();
  const live = await medians(rows, loaded, { dataset, runs: LIVE_RUNS, extra: server.uncached });
  await server.settle(loaded.url);
  await loaded.process.idle();
  await loaded.process.stop();
  const restartedAt = performance.now();
  const running = await server.start(folder);
  const restartMs = performance.now() - restartedAt;
  await running.process.idle();
  const target = targetOf(running, dataset, server.uncached);
  const cold = new Map<PanelRow, number>();
  const answers = new Map<PanelRow, readonly string[]>();
  for (const row of rows) {
    const asked = await askRow(row, target);
    cold.set(row, asked.elapsedMs);
    answers.set(row, asked.answers);
  }
  target.agent.destroy();
  const warm = await medians(rows, running, { dataset, extra: server.uncached });
  const cached = server.uncached ? await medians(rows, running, { dataset }) : undefined;
  const peakMemoryBytes = running.process.peakMemoryBytes();
  await running.process.stop();
  await rm(folder, { recursive: true });
  for (const row of rows) {
    const times = [live, cold, warm].map((one) => one.get(row)?.toFixed(1)).join(' / ');
    say(`${server.name}, ${row.id}: live / cold / warm ${times} ms`);
  }
  return { times: { server, live, cold, warm, cached, restartMs, peakMemoryBytes }, answers };
}

async function load(url: string, dataset: Dataset): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  for (const bodies of dataset.slices()) {
    const sendOn = async (): Promise<void> => {
      for (let next = bodies.next(); !next.done; next = bodies.next()) {
        await sendBody(`${url}/api/v1/write`, agent, next.value);
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, sendOn));
  }
  agent.destroy();
}

function targetOf(
  { url }: RunningServer,
  { endMs }: Dataset,
  extra: Readonly<Record<string, string>> = {},
): Target {
  return { url, agent: new Agent({ keepAlive: true }), endMs, extra };
}

/** The median time of each row, ms; each row is asked once before it is measured. */
async function medians(
  rows: readonly PanelRow[],
  running: RunningServer,
  how: { dataset: Dataset; runs?: number; extra?: Readonly<Record<string, string>> },
): Promise<Map<PanelRow, number>> {
  const target = targetOf(running, how.dataset, how.extra);
  const found = new Map<PanelRow, number>();
  for (const row of rows) {
    await askRow(row, target);
    const times: number[] = [];
    let total = 0;
    const isEnough = (): boolean =>
      times.length >= (how.runs ?? WARM_RUNS_MIN) &&
      (how.runs !== undefined || total >= WARM_MS_WANTED || times.length >= WARM_RUNS_MAX);
    while (!isEnough()) {
      const { elapsedMs }: Asked = await askRow(row, target);
      times.push(elapsedMs);
      total += elapsedMs;
    }
    found.set(row, median(times));
  }
  target.agent.destroy();
  return found;
}

/** What answers say that differs from the first server's. VictoriaMetrics extrapolates in its own way: counts only. */
function compareAll(
  rows: readonly PanelRow[],
  all: readonly { server: Server; answers: ReadonlyMap<PanelRow, readonly string[]> }[],
): string[] {
  const [reference, ...others] = all;
  const differences: string[] = [];
  for (const row of rows) {
    for (const { server, answers } of others) {
      for (const [i, answer] of (answers.get(row) ?? []).entries()) {
        const expected = reference.answers.get(row)?.[i] ?? '';
        const difference = differenceOf(answer, expected, server.valuesDiffer === true);
        if (difference === undefined) continue;
        differences.push(`${server.name}, ${row.id}, \`${row.questions[i].query}\`: ${difference}`);
      }
    }
  }
  return differences;
}
