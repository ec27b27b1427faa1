import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CutDisk, canCut, halt, mountCutDisk } from '../cutDisk.js';
import { startTinyObs, type TinyObsProgram } from '../programs.js';
import { runSeed, seededRandom } from '../random.js';
import { postJson } from '../testServer.js';
import { ACTIONS, Load } from './load.js';
import { type Findings, NOTHING_WRONG, Oracle } from './oracle.js';

const CYCLES = process.env.TEST_SCALE === 'full' ? 10 : 3;
const ACKED_PER_CYCLE = 10_000;
const DISK_BYTES = 256 * 2 ** 20;
const FLAGS = ['storage.headSamples=8192', 'limits.requestsPerMinute=off'].flatMap((option) => [
  '--set',
  option,
]);

const seed = runSeed();

describe.skipIf(!canCut())(`the power is cut under a server (seed ${seed})`, () => {
  let disk: CutDisk;
  let server: TinyObsProgram | undefined;
  beforeEach(() => {
    disk = mountCutDisk(DISK_BYTES);
  });
  afterEach(async () => {
    await server?.stop('SIGKILL');
    server = undefined;
    disk.remove();
  });

  const start = async (durability: string): Promise<TinyObsProgram> => {
    const flags = [...FLAGS, '--set', `storage.durability=${durability}`];
    server = await startTinyObs(join(disk.folder, 'data'), flags);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    return server;
  };
  /** The process stands still first, as it does without power: else it could see syncs end that had no effect. */
  const cut = async (running: TinyObsProgram): Promise<void> => {
    await halt(running);
    disk.cut();
    await running.stop('SIGKILL');
    disk.restore();
  };

  /** Loads and cuts over and over; what each look found wrong. */
  const cutUnderLoad = async (durability: string, oracle: Oracle): Promise<Findings[]> => {
    const random = seededRandom(seed);
    const load = new Load(oracle, random);
    const looks: Findings[] = [];
    let recoveryMsMax = 0;
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const running = await start(durability);
      await load.run({
        url: running.url,
        ackedMin: ACKED_PER_CYCLE,
        target: ACTIONS[cycle % ACTIONS.length],
        end: () => cut(running),
      });
      const startMs = performance.now();
      const recovered = await start(durability);
      recoveryMsMax = Math.max(recoveryMsMax, performance.now() - startMs);
      looks.push(oracle.look(await load.read(recovered.url)));
      expect(await recovered.stop()).toBe(0);
    }
    const lost = looks.map((look) => look.lost + look.undeleted);
    process.stdout.write(
      `power cut in ${durability} mode (seed ${seed}): ${oracle.acked} samples and ${load.deletions} deletions ` +
        `acknowledged, lost at each cut: ${lost.join(', ')}, worst recovery ${Math.round(recoveryMsMax)} ms\n`,
    );
    return looks;
  };

  it('drops what was not synced, and nothing that was, as a disk does', () => {
    const write = (name: string, flush: boolean) =>
      writeFileSync(join(disk.folder, name), name, { flush, flag: 'w' });
    write('synced', true);
    write('unsynced', false);
    disk.cut();
    disk.restore();
    expect(readFileSync(join(disk.folder, 'synced'), 'utf8')).toBe('synced');
    expect(() => {
      if (readFileSync(join(disk.folder, 'unsynced')).length === 0) throw new Error('it is empty');
    }).toThrow();
  });

  it(`loses no acknowledged sample in sync mode over ${CYCLES} cuts`, async () => {
    const looks = await cutUnderLoad('sync', new Oracle());
    expect(looks).toEqual(looks.map(() => NOTHING_WRONG));
  }, 300_000);

  it('loses the end of what was acknowledged in os mode, and answers nothing wrong', async () => {
    const oracle = new Oracle();
    const looks = await cutUnderLoad('os', oracle);
    expect(looks).toEqual(looks.map(({ lost, undeleted }) => ({ ...NOTHING_WRONG, lost, undeleted })));
    // Else the cut did not cut, and the test of the sync mode would prove nothing.
    expect(looks.some(({ lost }) => lost > 0)).toBe(true);
  }, 300_000);

  it('keeps the first sample that a new store acknowledges', async () => {
    const running = await start('sync');
    const rows = [{ name: 'first', value: 42, timestamp: Date.now() }];
    expect((await postJson(running.url, { metrics: rows })).status).toBe(200);
    await cut(running);
    const { url } = await start('sync');
    const answer = await fetch(`${url}/api/v1/query?query=first`);
    expect(await answer.json()).toMatchObject({ data: { result: [{ value: [expect.any(Number), '42'] }] } });
  });
});
