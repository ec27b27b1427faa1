import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startTinyObs, type TinyObsProgram } from '../programs.js';
import { runSeed, seededRandom } from '../random.js';
import { ACTIONS, type Action, Load } from './load.js';
import { NOTHING_WRONG, Oracle } from './oracle.js';

const IS_FULL = process.env.TEST_SCALE === 'full';
const CYCLES = IS_FULL ? 30 : 10;
const ACKED_PER_CYCLE = IS_FULL ? 17_000 : 10_000;
/** Small heads, so that kills also fall into flushes: 8,192 samples each. */
const FLAGS = ['--set', 'storage.headSamples=8192', '--set', 'limits.requestsPerMinute=off'];

const seed = runSeed();
let running: TinyObsProgram | undefined;
const dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-kill-'));

describe(`a server killed while it writes, flushes, compacts and deletes (seed ${seed})`, () => {
  afterAll(async () => {
    await running?.stop('SIGKILL');
    await rm(dataDir, { recursive: true });
  });

  it(`keeps what it acknowledged, and nothing else, over ${CYCLES} kills`, async () => {
    const random = seededRandom(seed);
    const oracle = new Oracle();
    const load = new Load(oracle, random);
    const hits = new Map<Action, number>();
    let recoveryMsMax = 0;
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const { server, recoveryMs } = await start();
      recoveryMsMax = Math.max(recoveryMsMax, recoveryMs);
      expect(oracle.look(await load.read(server.url)), `after kill ${cycle}`).toEqual(NOTHING_WRONG);
      const hit = await load.run({
        url: server.url,
        ackedMin: ACKED_PER_CYCLE,
        target: ACTIONS[cycle % ACTIONS.length],
        end: () => server.stop('SIGKILL'),
      });
      for (const action of hit) hits.set(action, (hits.get(action) ?? 0) + 1);
    }
    recoveryMsMax = Math.max(recoveryMsMax, await lookOverRestarts(load, oracle));
    const fell = ACTIONS.map((action) => `${hits.get(action) ?? 0} into ${action}`).join(', ');
    process.stdout.write(
      `killed while it writes (seed ${seed}): ${CYCLES} kills (${fell}), ${oracle.acked} samples and ` +
        `${load.deletions} deletions acknowledged, ${load.refused} requests turned away, ` +
        `worst recovery ${Math.round(recoveryMsMax)} ms from start to ready\n`,
    );
    expect(oracle.acked).toBeGreaterThanOrEqual(CYCLES * ACKED_PER_CYCLE);
    expect(load.deletions).toBeGreaterThan(CYCLES);
    expect([...hits.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(CYCLES);
  }, 600_000);
});

/** Looks after the last kill, and again after an orderly end; the time of the first start. */
async function lookOverRestarts(load: Load, oracle: Oracle): Promise<number> {
  const killed = await start();
  expect(oracle.look(await load.read(killed.server.url)), 'after the last kill').toEqual(NOTHING_WRONG);
  expect(await killed.server.stop()).toBe(0);
  const stopped = await start();
  expect(oracle.look(await load.read(stopped.server.url)), 'after an orderly end').toEqual(NOTHING_WRONG);
  expect(await stopped.server.stop()).toBe(0);
  return killed.recoveryMs;
}

async function start(): Promise<{ server: TinyObsProgram; recoveryMs: number }> {
  const startMs = performance.now();
  const server = await startTinyObs(dataDir, FLAGS);
  running = server;
  expect((await fetch(`${server.url}/ready`)).status).toBe(200);
  return { server, recoveryMs: performance.now() - startMs };
}
