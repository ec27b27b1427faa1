import { Agent } from 'node:http';
import type { RunningServer } from '../serverProcess.js';
import { type Server, withServer } from '../servers.js';
import { median } from '../statistics.js';
import { askRow, type Target } from './askPanel.js';
import type { PanelRow } from './panel.js';

const LIVE_RUNS = 3;
/** A row is asked until it was asked so often, and as long as its panel wants, but not past the other bound. */
const WARM_RUNS_MIN = 5;
const WARM_RUNS_MAX = 400;

/** How long a row is asked for. */
export function warmMs(isSmall: boolean): number {
  return isSmall ? 50 : 1000;
}

/** Of each row, ms. */
export type RowTimes = ReadonlyMap<PanelRow, number>;

/** Of each row: to its questions, in their order. */
export type Answers = ReadonlyMap<PanelRow, readonly string[]>;

/** What a server does after a restart. */
export interface RestartedFigures {
  /** The first ask. */
  readonly cold: RowTimes;
  readonly warm: RowTimes;
  /** Warm with the cache of results that is left out of the others. */
  readonly cached: RowTimes | undefined;
  /** Of single questions of the rows of several, warm. */
  readonly panelMs: readonly number[];
  readonly restartSeconds: number;
  readonly peakMemoryBytes: number;
  readonly answers: Answers;
}

/** What is asked of what. */
export interface Panel {
  /** Queries ask up to here. */
  readonly endMs: number;
  readonly rows: readonly PanelRow[];
  readonly warmMs: number;
}

/** Median times as the server was loaded. */
export async function measureLive(server: Server, running: RunningServer, panel: Panel): Promise<RowTimes> {
  const { times } = await medians(running, panel, { runs: LIVE_RUNS, extra: server.uncached });
  return times;
}

/** Median times where the samples lie now, without a cache of results. */
export async function measureWarm(server: Server, running: RunningServer, panel: Panel): Promise<RowTimes> {
  const { times } = await medians(running, panel, { extra: server.uncached });
  return times;
}

/** Restarts it on the data in `folder` and asks every row, cold and warm. */
export function measureRestarted(server: Server, panel: Panel, folder: string): Promise<RestartedFigures> {
  return withServer(server, folder, async (running, restartSeconds) => {
    await running.process.idle();
    const cold = new Map<PanelRow, number>();
    const answers = new Map<PanelRow, readonly string[]>();
    const target = targetOf(running, panel, server.uncached);
    for (const row of panel.rows) {
      const asked = await askRow(row, target);
      cold.set(row, asked.elapsedMs);
      answers.set(row, asked.answers);
    }
    target.agent.destroy();
    const warm = await medians(running, panel, { extra: server.uncached });
    const cached = server.uncached ? (await medians(running, panel, {})).times : undefined;
    const peakMemoryBytes = running.process.peakMemoryBytes();
    await running.process.stop();
    const { times, panelMs } = warm;
    return { cold, warm: times, cached, panelMs, restartSeconds, peakMemoryBytes, answers };
  });
}

/** The median time of each row, ms; each row is asked once before it is measured. */
async function medians(
  running: RunningServer,
  panel: Panel,
  how: { runs?: number; extra?: Readonly<Record<string, string>> },
): Promise<{ times: RowTimes; panelMs: number[] }> {
  const target = targetOf(running, panel, how.extra);
  const found = new Map<PanelRow, number>();
  const panelMs: number[] = [];
  for (const row of panel.rows) {
    await askRow(row, target);
    const times: number[] = [];
    let total = 0;
    const isEnough = (): boolean =>
      times.length >= (how.runs ?? WARM_RUNS_MIN) &&
      (how.runs !== undefined || total >= panel.warmMs || times.length >= WARM_RUNS_MAX);
    while (!isEnough()) {
      const { elapsedMs, questionMs } = await askRow(row, target);
      times.push(elapsedMs);
      total += elapsedMs;
      if (questionMs.length > 1) panelMs.push(...questionMs);
    }
    found.set(row, median(times));
  }
  target.agent.destroy();
  return { times: found, panelMs };
}

function targetOf(
  { url }: RunningServer,
  { endMs }: Panel,
  extra: Readonly<Record<string, string>> = {},
): Target {
  return { url, agent: new Agent({ keepAlive: true }), endMs, extra };
}
