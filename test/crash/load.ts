import { setTimeout as delay } from 'node:timers/promises';
import { encodeRemoteWrite } from '@tinyobs/formats';
import { Labels, WriteBatch } from '@tinyobs/model';
import { getApi, postJson } from '../testServer.js';
import type { Change, Found, Oracle, Row } from './oracle.js';

/** What a kill may fall into; `write` is under way all the time. */
export const ACTIONS = ['write', 'flush', 'compact', 'delete', 'clean'] as const;
export type Action = (typeof ACTIONS)[number];
type Administration = Exclude<Action, 'write'>;

const METRIC = 'kept';
const WRITERS = 6;
const LANES_PER_WRITER = 7;
const ROWS_PER_BATCH = 250;
const SAMPLES_BETWEEN_ACTIONS_MAX = 2500;
/** Rows that write a sample again with another value. */
const REWRITES = 0.04;
const WINDOW_MS = 2 * 3_600_000;
const DAY_MS = 12 * WINDOW_MS;
/** Whole days in the past, so that windows become days. */
const DAYS = 3;
/** A cell's time in its window: no two rounds of a lane meet before there were half a million. */
const ROUND_MS = 13;
/** Longest a kill waits beyond what its target took last: what an action sets off goes on after its answer. */
const KILL_LATE_MS_MAX = 20;

export interface LoadCycle {
  readonly url: string;
  /** Samples to be acknowledged before the end. */
  readonly ackedMin: number;
  /** What the end is to fall into. */
  readonly target: Action;
  /** Ends the server; resolves when it is gone. */
  readonly end: () => Promise<unknown>;
}

/**
 * Writers over JSON and remote write side by side, with flushes, compactions, deletions and clean-ups among
 * them, all told to an oracle. Lives as long as the data folder: what it writes never repeats by chance.
 */
export class Load {
  /** Requests refused with 503: not stored. */
  refused = 0;
  deletions = 0;
  readonly #oracle: Oracle;
  readonly #random: () => number;
  readonly #firstMs = (Math.floor(Date.now() / DAY_MS) - DAYS) * DAY_MS;
  readonly #rounds = new Array<number>(WRITERS).fill(0);
  #values = 0;
  readonly #durations = new Map<Action, number>();
  readonly #underway = new Map<Action, number>();
  #url = '';
  #windows: number[] = [];
  #isEnding = false;

  constructor(oracle: Oracle, random: () => number) {
    this.#oracle = oracle;
    this.#random = random;
  }

  /** Loads a server until it is ended; resolves to what the end fell into. */
  async run({ url, ackedMin, target, end }: LoadCycle): Promise<readonly Action[]> {
    this.#url = url;
    this.#isEnding = false;
    this.#windows = Array.from({ length: 2 * DAYS }, (_, i) => this.#windowOfDay(i % DAYS));
    const ackedEnd = this.#oracle.acked + ackedMin;
    const workers = Array.from({ length: WRITERS }, (_, writer) => this.#write(writer));
    workers.push(this.#administer(['delete']), this.#administer(['flush', 'compact', 'flush', 'clean']));
    const failed = Promise.all(workers);
    await Promise.race([this.#ackedAtLeast(ackedEnd), failed]);
    if (target !== 'write') workers.push(this.#attempt(target));
    await delay(this.#random() * ((this.#durations.get(target) ?? 0) + KILL_LATE_MS_MAX));
    const hit = ACTIONS.filter((action) => (this.#underway.get(action) ?? 0) > 0);
    this.#isEnding = true;
    await end();
    await Promise.all(workers);
    return hit;
  }

  /** Every sample there is. */
  async read(url: string): Promise<Found> {
    const found = new Map<number, [number, number][]>();
    const query = `${METRIC}[${DAYS * DAY_MS + 1}ms]`;
    const time = (this.#firstMs + DAYS * DAY_MS) / 1000;
    const { data, error } = await getApi(url, '/api/v1/query', { query, time });
    if (error) throw new Error(error);
    for (const { metric, values } of data.result as {
      metric: { lane: string };
      values: [number, string][];
    }[]) {
      const samples = values.map(([seconds, value]): [number, number] => [
        Math.round(seconds * 1000),
        Number(value),
      ]);
      found.set(Number(metric.lane), samples);
    }
    return found;
  }

  async #ackedAtLeast(count: number): Promise<void> {
    while (this.#oracle.acked < count) await delay(1);
  }

  async #write(writer: number): Promise<void> {
    while (!this.#isEnding) {
      const rows = this.#rows(writer);
      const send = writer % 2 === 0 ? () => postJson(this.#url, jsonOf(rows)) : () => this.#remoteWrite(rows);
      await this.#perform('write', this.#oracle.beginWrite(rows), send);
    }
  }

  /** One of the actions after the other, each after some more samples. */
  async #administer(actions: readonly Administration[]): Promise<void> {
    while (!this.#isEnding) {
      const samples = Math.floor(this.#random() * SAMPLES_BETWEEN_ACTIONS_MAX);
      const ackedNext = this.#oracle.acked + samples;
      while (!this.#isEnding && this.#oracle.acked < ackedNext) await delay(1);
      const action = actions[Math.floor(this.#random() * actions.length)];
      if (!this.#isEnding) await this.#attempt(action);
    }
  }

  async #attempt(action: Administration): Promise<void> {
    if (action === 'delete') return this.#delete();
    const path = action === 'clean' ? 'tsdb/clean_tombstones' : action;
    await this.#perform(action, undefined, () => this.#admin(path));
  }

  /** A stretch of one lane in a window, or what was written of the lane of late, now and then all of it. */
  async #delete(): Promise<void> {
    const lane = Math.floor(this.#random() * WRITERS * LANES_PER_WRITER);
    const { fromMs, toMs } = this.#stretch(this.#rounds[Math.floor(lane / LANES_PER_WRITER)] * ROUND_MS);
    const parameters = new URLSearchParams({
      'match[]': `${METRIC}{lane="${lane}"}`,
      start: String(fromMs / 1000),
      end: String(toMs / 1000),
    });
    const deletion = this.#oracle.beginDeletion({ lane, fromMs, toMs });
    await this.#perform('delete', deletion, () => this.#admin(`tsdb/delete_series?${parameters}`));
    if (Number.isFinite(deletion.ended)) this.deletions++;
  }

  #stretch(newestMs: number): { fromMs: number; toMs: number } {
    const choice = this.#random();
    if (choice < 0.05) return { fromMs: this.#firstMs, toMs: this.#firstMs + DAYS * DAY_MS };
    const windowMs = this.#windows[Math.floor(this.#random() * this.#windows.length)];
    if (choice < 0.5) return { fromMs: windowMs + Math.floor(0.95 * newestMs), toMs: windowMs + newestMs };
    const fromMs = windowMs + Math.floor(this.#random() * newestMs);
    return { fromMs, toMs: fromMs + Math.floor(this.#random() * 0.2 * newestMs) };
  }

  /** Sends a request and tells the oracle what became of it. Only a server that is being ended may fail to answer. */
  async #perform(action: Action, change: Change | undefined, send: () => Promise<Response>): Promise<void> {
    this.#underway.set(action, (this.#underway.get(action) ?? 0) + 1);
    const startMs = performance.now();
    try {
      const response = await send();
      const text = await response.text();
      if (response.status === 503 && text.includes('"store_busy"')) {
        this.refused++;
        if (change) this.#oracle.refuse(change);
        return;
      }
      if (!response.ok) throw new Error(`${action} answered ${response.status}: ${text}`);
      if (change) this.#oracle.acknowledge(change);
      this.#durations.set(action, performance.now() - startMs);
    } catch (error) {
      if (!this.#isEnding) throw error;
    } finally {
      this.#underway.set(action, this.#underway.get(action)! - 1);
    }
  }

  #admin(path: string): Promise<Response> {
    return fetch(`${this.#url}/api/v1/admin/${path}`, { method: 'POST' });
  }

  #remoteWrite(rows: readonly Row[]): Promise<Response> {
    const batch = new WriteBatch();
    rows.forEach(({ lane, timeMs, value }, row) => {
      const series = batch.addSeries(Labels.fromObject({ __name__: METRIC, lane: String(lane) }));
      batch.addSample(series, timeMs, value, row);
    });
    const headers = {
      'Content-Type': 'application/x-protobuf',
      'Content-Encoding': 'snappy',
      'X-Prometheus-Remote-Write-Version': '0.1.0',
    };
    const body = Buffer.from(encodeRemoteWrite(batch));
    return fetch(`${this.#url}/api/v1/write`, { method: 'POST', headers, body });
  }

  /** Rows of the lanes that only this writer writes, so that the order of its writes is known. */
  #rows(writer: number): Row[] {
    return Array.from({ length: ROWS_PER_BATCH }, (_, index) => {
      const isAgain = this.#random() < REWRITES;
      const newest = this.#rounds[writer];
      const round = isAgain ? Math.floor(this.#random() * newest) : newest;
      if (index % LANES_PER_WRITER === LANES_PER_WRITER - 1) this.#rounds[writer]++;
      return {
        lane: writer * LANES_PER_WRITER + (index % LANES_PER_WRITER),
        timeMs: this.#windows[round % this.#windows.length] + round * ROUND_MS,
        value: this.#random() < 0.5 ? this.#values++ : this.#random() * 1e9,
      };
    });
  }

  #windowOfDay(day: number): number {
    return this.#firstMs + day * DAY_MS + Math.floor(this.#random() * 12) * WINDOW_MS;
  }
}

function jsonOf(rows: readonly Row[]): object {
  return {
    metrics: rows.map(({ lane, timeMs, value }) => ({
      name: METRIC,
      labels: { lane: String(lane) },
      timestamp: timeMs,
      value,
    })),
  };
}
