import { Agent, request as startRequest } from 'node:http';
import { nextVisit, type Visit } from './visits.js';

export interface TrafficOptions {
  /** Where the shop listens. */
  readonly url: string;
  /** Requests a second, averaged over a few minutes. */
  readonly rate: number;
  readonly random: () => number;
  /** Ends the traffic after so long. */
  readonly durationMs?: number;
  /** Ends the traffic after so many requests. */
  readonly requests?: number;
}

export interface TrafficSummary {
  readonly answered: number;
  /** Requests without an answer. */
  readonly failed: number;
  /** Requests that were due but not sent, because too many were still open. */
  readonly skipped: number;
}

export interface Traffic {
  /** Resolves when the traffic has ended, by its bounds or by `stop`, and nothing is open any more. */
  readonly finished: Promise<TrafficSummary>;
  stop(): Promise<TrafficSummary>;
}

const TICK_MS = 50;
/** A shop that hangs must not make the generator pile up requests. */
const OPEN_MAX = 100;
const REQUEST_TIMEOUT_MS = 10_000;

/** Visits the shop over real HTTP, at a rate that swings so that charts have something to show. */
export function startTraffic(options: TrafficOptions): Traffic {
  const agent = new Agent({ keepAlive: true, maxSockets: OPEN_MAX });
  const count = { sent: 0, answered: 0, failed: 0, skipped: 0 };
  const open = new Set<Promise<void>>();
  const startMs = performance.now();
  let lastMs = startMs;
  let due = 0;
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });

  const send = () => {
    count.sent++;
    const answer = visit(options.url, nextVisit(options.random), agent).then((isAnswered) => {
      if (isAnswered) count.answered++;
      else count.failed++;
    });
    const tracked: Promise<void> = answer.finally(() => open.delete(tracked));
    open.add(tracked);
  };

  const timer = setInterval(() => {
    const nowMs = performance.now();
    due += (rateAt(options.rate, nowMs - startMs) * (nowMs - lastMs)) / 1_000;
    lastMs = nowMs;
    for (; due >= 1 && count.sent < (options.requests ?? Infinity); due--) {
      if (open.size < OPEN_MAX) send();
      else count.skipped++;
    }
    const isOver = nowMs - startMs >= (options.durationMs ?? Infinity);
    if (isOver || count.sent >= (options.requests ?? Infinity)) end();
  }, TICK_MS);

  const finished = ended.then(async () => {
    clearInterval(timer);
    await Promise.all(open);
    agent.destroy();
    return { answered: count.answered, failed: count.failed, skipped: count.skipped };
  });
  return {
    finished,
    stop: () => {
      end();
      return finished;
    },
  };
}

/** Swings by half over two minutes with a ripple on it; never below a quarter of the mean. */
export function rateAt(rate: number, elapsedMs: number): number {
  const turns = (elapsedMs / 1_000) * 2 * Math.PI;
  return rate * (1 + 0.5 * Math.sin(turns / 120) + 0.25 * Math.sin(turns / 31));
}

/** @returns whether the shop answered, with whatever status. */
function visit(url: string, { method, path, form }: Visit, agent: Agent): Promise<boolean> {
  const body = form ?? '';
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
  };
  const options = { method, agent, timeout: REQUEST_TIMEOUT_MS, headers: method === 'POST' ? headers : {} };
  return new Promise((resolve) => {
    const request = startRequest(new URL(path, url), options);
    request.on('timeout', () => request.destroy(new Error(`no answer within ${REQUEST_TIMEOUT_MS} ms`)));
    request.on('response', (response) => {
      response.resume();
      response.on('close', () => resolve(response.complete));
    });
    request.on('error', () => resolve(false));
    request.end(body);
  });
}
