import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { startTinyObs } from '../programs.js';
import { runSeed, seededRandom } from '../random.js';
import { getApi, postJson } from '../testServer.js';

const CYCLES = 10;
const ACKED_PER_CYCLE = 10_000;
const ROWS_PER_BATCH = 250;
const WRITERS = 4;
const LANES = 50;
/** Small heads, so that the kill also falls into flushes: 8,192 samples each. */
const MEMORY = '2MiB';

/** Samples sent so far: time in ms → value, by lane. */
type Oracle = Map<string, Map<number, number>>;

const seed = runSeed();
const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-kill-'));

describe(`a server killed while it writes (seed ${seed})`, () => {
  afterAll(() => rm(dataDir, { recursive: true }));

  it(`loses no acknowledged sample and alters none in ${CYCLES} cycles`, async () => {
    const random = seededRandom(seed);
    const acked: Oracle = new Map();
    const unacked: Oracle = new Map();
    const firstMs = Date.now() - 3_600_000;
    let flushesSeen = 0;
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const server = await startTinyObs(dataDir, [
        '--set',
        `memory.max=${MEMORY}`,
        '--set',
        'limits.requestsPerMinute=off',
      ]);
      await writeUntilKilled(server, { cycle, firstMs, random, acked, unacked });
      flushesSeen += server.output().split('head flushed').length - 1;
    }
    const server = await startTinyObs(dataDir);
    const found = await readAll(server.url, firstMs);
    expect(await server.stop()).toBe(0);
    expect(compare(found, acked, unacked)).toEqual({ lost: 0, altered: 0, invented: 0 });
    expect(count(acked)).toBeGreaterThanOrEqual(CYCLES * ACKED_PER_CYCLE);
    expect(flushesSeen).toBeGreaterThan(CYCLES);
  }, 180_000);
});

interface Cycle {
  readonly cycle: number;
  readonly firstMs: number;
  readonly random: () => number;
  readonly acked: Oracle;
  readonly unacked: Oracle;
}

/** Writers send batches side by side until the kill, which falls 0 to 50 ms after the ack that made it enough. */
async function writeUntilKilled(
  server: Awaited<ReturnType<typeof startTinyObs>>,
  { cycle, firstMs, random, acked, unacked }: Cycle,
): Promise<void> {
  let ackedNow = 0;
  let killed: Promise<unknown> | undefined;
  let tick = cycle * 100_000;
  const write = async (): Promise<void> => {
    for (;;) {
      const rows = Array.from({ length: ROWS_PER_BATCH }, (_, index) => {
        const timeMs = firstMs + tick++;
        return {
          name: 'kept',
          labels: { lane: String(index % LANES) },
          value: random() * 1e9,
          timestamp: timeMs,
        };
      });
      remember(unacked, rows);
      const response = await postJson(server.url, { metrics: rows }).catch((error: unknown) => {
        if (!killed) throw error;
        return undefined;
      });
      if (response === undefined) return;
      expect(response.status).toBe(200);
      remember(acked, rows);
      ackedNow += rows.length;
      if (ackedNow >= ACKED_PER_CYCLE) killed ??= delay(random() * 50).then(() => server.stop('SIGKILL'));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  await killed;
}

function remember(
  oracle: Oracle,
  rows: readonly { labels: { lane: string }; timestamp: number; value: number }[],
): void {
  for (const { labels, timestamp, value } of rows) {
    const lane = oracle.get(labels.lane) ?? new Map<number, number>();
    oracle.set(labels.lane, lane);
    lane.set(timestamp, value);
  }
}

async function readAll(url: string, firstMs: number): Promise<Oracle> {
  const time = (firstMs + 3_700_000) / 1000;
  const { data } = await getApi(url, '/api/v1/query', { query: 'kept[2h]', time });
  const found: Oracle = new Map();
  for (const { metric, values } of data.result as {
    metric: { lane: string };
    values: [number, string][];
  }[]) {
    found.set(
      metric.lane,
      new Map(values.map(([seconds, value]) => [Math.round(seconds * 1000), Number(value)])),
    );
  }
  return found;
}

function compare(
  found: Oracle,
  acked: Oracle,
  sent: Oracle,
): { lost: number; altered: number; invented: number } {
  let lost = 0;
  let altered = 0;
  let invented = 0;
  for (const [lane, samples] of acked) {
    for (const timeMs of samples.keys()) if (!found.get(lane)?.has(timeMs)) lost++;
  }
  for (const [lane, samples] of found) {
    for (const [timeMs, value] of samples) {
      const expected = sent.get(lane)?.get(timeMs);
      if (expected === undefined) invented++;
      else if (expected !== value) altered++;
    }
  }
  return { lost, altered, invented };
}

function count(oracle: Oracle): number {
  let samples = 0;
  for (const lane of oracle.values()) samples += lane.size;
  return samples;
}
