import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTinyObs, type TinyObsProgram } from '../programs.js';
import { canMount, mountSmallDisk, type SmallDisk } from '../smallDisk.js';
import { getApi, postJson } from '../testServer.js';

const SMALL_BYTES = 24 * 2 ** 20;
const LARGE_BYTES = 200 * 2 ** 20;
const ROWS_PER_BATCH = 500;
const BATCHES_MAX = 10_000;

const FLAGS = [
  '--set',
  'limits.requestsPerMinute=off',
  '--set',
  'storage.headSamples=65536',
  '--set',
  'selfMonitoring.interval=off',
  '--set',
  'storage.minFreeBytes=0',
];

describe.skipIf(!canMount())('a disk that runs full', () => {
  let disk: SmallDisk;
  let server: TinyObsProgram;
  const firstMs = Date.now() - 3_600_000;
  let ackedRows = 0;

  beforeAll(async () => {
    disk = mountSmallDisk(SMALL_BYTES);
    server = await startTinyObs(join(disk.folder, 'data'), FLAGS);
  });
  afterAll(async () => {
    await server.stop();
    disk.remove();
  });

  const storedRows = async () => {
    const { data } = await getApi(server.url, '/api/v1/query', { query: 'sum(count_over_time(filler[2h]))' });
    return Number((data.result as { value: [number, string] }[])[0].value[1]);
  };

  it('refuses writes with 507, the cause and what to do', async () => {
    let response = await fill(0);
    for (let batch = 1; response.status === 200 && batch < BATCHES_MAX; batch++) {
      await response.arrayBuffer();
      ackedRows += ROWS_PER_BATCH;
      response = await fill(batch);
    }
    expect(response.status).toBe(507);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({
      code: 'store_full',
      message: expect.stringMatching(/disk is full/),
    });
    expect(ackedRows).toBeGreaterThan(100_000);
  });

  it('goes on refusing writes and answering queries, and says that it is not ready', async () => {
    expect((await fill(BATCHES_MAX)).status).toBe(507);
    expect(await storedRows()).toBe(ackedRows);
    const ready = await fetch(`${server.url}/ready`);
    expect([ready.status, await ready.json()]).toMatchObject([
      503,
      { status: 'failing', checks: { storage: { reason: expect.stringMatching(/store_full/) } } },
    ]);
  });

  it('takes writes again by itself once there is room', async () => {
    disk.resize(LARGE_BYTES);
    await expect
      .poll(async () => (await fill(BATCHES_MAX + 1)).status, { timeout: 20_000, interval: 200 })
      .toBe(200);
    ackedRows += ROWS_PER_BATCH;
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    await expectAcked();
  });

  it('has every acknowledged sample after a restart', async () => {
    expect(await server.stop()).toBe(0);
    server = await startTinyObs(join(disk.folder, 'data'), FLAGS);
    await expectAcked();
  });

  /** A write that was refused may have reached the disk; one that was acknowledged must have. */
  async function expectAcked(): Promise<void> {
    const stored = await storedRows();
    expect(stored).toBeGreaterThanOrEqual(ackedRows);
    expect(stored).toBeLessThanOrEqual(ackedRows + 2 * ROWS_PER_BATCH);
  }

  function fill(batch: number): Promise<Response> {
    const metrics = Array.from({ length: ROWS_PER_BATCH }, (_, lane) => ({
      name: 'filler',
      labels: { lane: String(lane) },
      value: Math.sin(batch * ROWS_PER_BATCH + lane),
      timestamp: firstMs + batch * 100,
    }));
    return postJson(server.url, { metrics });
  }
});
