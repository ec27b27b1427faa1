import { Agent } from 'node:http';
import { parentPort, workerData } from 'node:worker_threads';
import { askRow } from '../query/askPanel.js';
import { PANEL, type PanelRow } from '../query/panel.js';
import { ErrorCounts, until } from './until.js';

/** Rows of the query panel that are asked again and again, up to now, as an open dashboard does. */
export interface DashboardTask {
  /** Up to the path of the API. */
  readonly url: string;
  readonly seconds: number;
  readonly rows: readonly RefreshedRow[];
}

export interface RefreshedRow {
  readonly id: string;
  readonly everyMs: number;
  /** Only the first so many of its questions. */
  readonly questionsMax?: number;
}

export interface DashboardResult {
  /** Times of each question, by the row's name and the number of the question. */
  readonly questionMs: Readonly<Record<string, readonly number[]>>;
  readonly asked: number;
  /** Refreshes that were left out since the one before was not answered yet. */
  readonly skipped: number;
  readonly errors: Readonly<Record<string, number>>;
}

const { url, seconds, rows } = workerData as DashboardTask;
const questionMs: Record<string, number[]> = {};
const errors = new ErrorCounts();
let asked = 0;
let skipped = 0;

await Promise.all(rows.map(refresh));
parentPort?.postMessage({ questionMs, asked, skipped, errors: errors.counts } satisfies DashboardResult);

async function refresh({ id, everyMs, questionsMax }: RefreshedRow): Promise<void> {
  const found = PANEL.find((one) => one.id === id);
  if (!found) throw new Error(`the panel has no row ${id}`);
  const row = { ...found, questions: found.questions.slice(0, questionsMax) };
  const agent = new Agent({ keepAlive: true });
  const started = performance.now();
  for (let tick = 0; tick * everyMs < seconds * 1000; tick++) {
    const dueMs = started + tick * everyMs;
    if (performance.now() > dueMs + everyMs) {
      skipped++;
      continue;
    }
    await until(dueMs);
    await askOnce(row, agent);
  }
  agent.destroy();
}

async function askOnce(row: PanelRow, agent: Agent): Promise<void> {
  asked += row.questions.length;
  try {
    const answered = await askRow(row, { url, agent, endMs: alignedNow(row), extra: {} });
    for (const [i, ms] of answered.questionMs.entries()) {
      const name = row.questions.length > 1 ? `${row.what}, panel ${i + 1}` : row.what;
      questionMs[name] ??= [];
      questionMs[name].push(ms);
    }
  } catch (error) {
    errors.add(error);
  }
}

/** Dashboards ask for multiples of their step. */
function alignedNow({ questions }: PanelRow): number {
  const stepMs = questions[0].range?.stepMs ?? 1000;
  return Math.floor(Date.now() / stepMs) * stepMs;
}
