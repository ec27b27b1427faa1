import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTinyObs, type TinyObsProgram } from '../programs.js';
import { getApi, importText } from '../testServer.js';

const T0 = 1_700_000_000;
const SERIES = 2000;
const MIB = 2 ** 20;
const MEMORY_MAX = 128 * MIB;
const AT_ONCE = 20;

/** What the runtime comes to need when there is work: compiled code, and garbage not yet collected. */
const RUNTIME_BYTES = 64 * MIB;

/** All of these need many times what queries may have, one alone less than half of it. */
const LARGE = {
  query: 'load{half="0"} * 2',
  start: T0,
  end: T0 + 290,
  step: 0.5,
};

describe('the memory of queries (S6)', () => {
  let dataDir: string;
  let program: TinyObsProgram;
  let idleBytes: number;

  /** `VmRSS` now, `VmHWM` the most there was, in bytes. */
  const memory = (what: 'VmRSS' | 'VmHWM'): number => {
    const status = readFileSync(`/proc/${program.child.pid}/status`, 'utf8');
    return Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(status)?.[1]) * 1024;
  };

  const asked = (parameters: Record<string, string | number>) =>
    getApi(program.url, '/api/v1/query_range', parameters);

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-test-'));
    program = await startTinyObs(dataDir, ['--set', `memory.max=${MEMORY_MAX}`]);
    idleBytes = memory('VmRSS');
    const lines = Array.from(
      { length: SERIES },
      (_, id) => `load{id="${id}",half="${id % 2}"} ${id} ${T0 * 1000}`,
    );
    await importText(program.url, `${lines.join('\n')}\n`);
  });
  afterAll(async () => {
    await program.stop();
    await rm(dataDir, { recursive: true });
  });

  it('is refused for good to a query that needs more than all may have', async () => {
    const answer = await asked({ query: 'load * 2', start: T0, end: T0 + 290, step: 0.1 });
    expect(answer).toMatchObject({
      httpStatus: 422,
      code: 'query_too_many_samples',
      details: { limitBytes: (MEMORY_MAX * 3) / 8 },
    });
  });

  it('is shared by many at once: each is right or refused, samples go in, and the process stays small', async () => {
    let answered = 0;
    const queries = Array.from({ length: AT_ONCE }, async () => {
      const answer = await asked(LARGE);
      answered++;
      return answer;
    });
    let acks = 0;
    for (; acks === 0 || answered < AT_ONCE; acks++) {
      await importText(program.url, `acked ${acks} ${T0 * 1000 + acks}\n`);
    }
    const answers = await Promise.all(queries);
    const refused = answers.filter(({ httpStatus }) => httpStatus !== 200);
    for (const { httpStatus, code } of refused) expect([httpStatus, code]).toEqual([503, 'query_overload']);
    expect(refused.length).toBeGreaterThan(0);
    for (const { httpStatus, data } of answers) {
      if (httpStatus !== 200) continue;
      const series = data.result as { metric: { id: string }; values: [number, string][] }[];
      expect(series.length).toBe(SERIES / 2);
      for (const { metric, values } of series) {
        expect(values.length).toBe(581);
        expect(values.every(([, value]) => value === `${2 * Number(metric.id)}`)).toBe(true);
      }
    }
    const grown = memory('VmHWM') - idleBytes;
    console.info(
      `memory of queries: ${refused.length} of ${AT_ONCE} refused, ${acks} acks, idle ${Math.round(idleBytes / MIB)} MiB, ` +
        `at most ${Math.round(grown / MIB)} MiB more, memory.max ${MEMORY_MAX / MIB} MiB`,
    );
    expect(grown).toBeLessThan(MEMORY_MAX + RUNTIME_BYTES);
    // All of it is given back.
    expect((await asked(LARGE)).httpStatus).toBe(200);
  });
});
