import { setMaxListeners } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { askRow } from '../query/askPanel.js';
import { PANEL, type PanelRow } from '../query/panel.js';

/** As the dashboard does: drawn anew at multiples of this, when there is news of a range of an hour. */
const LIVE_EVERY_MS = 30_000;
/** And not all at the same instant. */
const SPREAD_MS = 500;
const ROW = 'dashboard-1h';

/** How open dashboards hear of what is new: not at all, by the stream but without asking, or by one of two ways. */
export type Freshness = 'none' | 'stream' | 'live' | 'polling';

export interface OpenDashboards {
  /** Queries asked so far. */
  readonly asked: () => number;
  /** Ends them; rejects with what went wrong meanwhile. */
  readonly close: () => Promise<void>;
}

/** As many dashboards of 8 panels over an hour, open until they are closed. */
export function openDashboards(
  url: string,
  { count, freshness, pollMs }: { count: number; freshness: Freshness; pollMs: number },
): OpenDashboards {
  const stop = new AbortController();
  // All dashboards wait for it.
  setMaxListeners(0, stop.signal);
  const agent = new Agent({ keepAlive: true });
  const row = PANEL.find(({ id }) => id === ROW);
  if (!row) throw new Error(`the panel has no row ${ROW}`);
  let asked = 0;
  const ask = async (): Promise<void> => {
    asked += row.questions.length;
    await askRow(row, { url, agent, endMs: alignedNow(row), extra: {} });
  };
  const dashboards = Array.from({ length: freshness === 'none' ? 0 : count }, async (_, place) => {
    const spreadMs = (place / count) * SPREAD_MS;
    if (freshness === 'polling') await poll(ask, { everyMs: pollMs, spreadMs, signal: stop.signal });
    else await follow(url, { ask: freshness === 'live' ? ask : undefined, spreadMs, signal: stop.signal });
  });
  return {
    asked: () => asked,
    close: async () => {
      stop.abort();
      await Promise.all(dashboards);
      agent.destroy();
    },
  };
}

interface Timing {
  readonly spreadMs: number;
  readonly signal: AbortSignal;
}

async function poll(
  ask: () => Promise<void>,
  { everyMs, spreadMs, signal }: Timing & { readonly everyMs: number },
): Promise<void> {
  await pause(spreadMs, signal);
  while (!signal.aborted) {
    await ask();
    await pause(everyMs, signal);
  }
}

/** Reads the stream, and asks when there is news, at the next multiple of the interval. */
async function follow(
  url: string,
  { ask, spreadMs, signal }: Timing & { readonly ask: (() => Promise<void>) | undefined },
): Promise<void> {
  let due: Promise<void> | undefined;
  let failure: unknown;
  const askWhenDue = async (): Promise<void> => {
    const nextMs = (Math.floor(Date.now() / LIVE_EVERY_MS) + 1) * LIVE_EVERY_MS;
    if (await pause(nextMs + spreadMs - Date.now(), signal)) await ask?.();
    due = undefined;
  };
  try {
    const { body, status } = await fetch(`${url}/v1/live`, { signal });
    if (status !== 200 || body === null) throw new Error(`the stream was answered ${status}`);
    for await (const _ of body) {
      if (ask) {
        due ??= askWhenDue().catch((error: unknown) => {
          failure = error;
        });
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await due;
  if (failure !== undefined) throw failure;
}

/** Whether the time passed before the signal came. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await wait(Math.max(0, ms), undefined, { signal });
    return true;
  } catch {
    return false;
  }
}

function alignedNow({ questions }: PanelRow): number {
  const stepMs = questions[0].range?.stepMs ?? 1000;
  return Math.floor(Date.now() / stepMs) * stepMs;
}
