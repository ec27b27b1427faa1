import type { KeyValueStore } from '@tinyobs/storage';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as DiskStore from '../../packages/storage/src/kv/diskStore.js';
import { FaultyStore } from '../../packages/storage/src/storeFixture.suite.js';
import { getApi, postJson, startTestServer, type TestServer } from '../testServer.js';

/** The disk of the server: real, but for the writes that a test lets wait. */
let disk: FaultyStore;
vi.mock('../../packages/storage/src/kv/diskStore.js', async (importOriginal) => {
  const original = await importOriginal<typeof DiskStore>();
  const openDiskStore = async (options: DiskStore.DiskStoreOptions): Promise<KeyValueStore> => {
    disk = new FaultyStore(await original.openDiskStore(options));
    return disk;
  };
  return { ...original, openDiskStore };
});

/** Samples that each of the two heads holds. */
const HEAD_SAMPLES = 8192;
const ROWS_PER_BATCH = 512;
/** What the documentation promises, and the time a busy machine takes on top. */
const WAIT_MS_MAX = 2000;
const SLACK_MS = 1500;

describe('a disk that does not keep up', () => {
  const firstMs = Date.now() - 60_000;
  let test: TestServer;
  let sent: number;
  beforeEach(async () => {
    sent = 0;
    test = await startTestServer({ storage: { headSamples: HEAD_SAMPLES } });
  });
  afterEach(async () => {
    disk.openGate();
    await test.close();
  });

  /** Samples of one series, a millisecond after the other. */
  const send = (count: number): Promise<Response> => {
    const metrics = Array.from({ length: count }, () => ({
      name: 'pressed',
      value: sent,
      timestamp: firstMs + sent++,
    }));
    return postJson(test.url, { metrics });
  };
  const stored = async (): Promise<number> => {
    const { data } = await getApi(test.url, '/api/v1/query', { query: 'count_over_time(pressed[10m])' });
    const [series] = data.result as { value: [number, string] }[];
    return series === undefined ? 0 : Number(series.value[1]);
  };
  const expectTurnedAway = async (): Promise<void> => {
    const startMs = performance.now();
    const response = await send(1);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: 'store_busy' });
    expect(performance.now() - startMs).toBeLessThan(WAIT_MS_MAX + SLACK_MS);
  };

  it('turns writes away with 503 once both heads are full, stores nothing of them, and goes on', async () => {
    disk.closeGate((key) => key[0] === 'b'.charCodeAt(0));
    while (sent < 2 * HEAD_SAMPLES) expect((await send(ROWS_PER_BATCH)).status).toBe(200);
    await expectTurnedAway();
    expect(await stored()).toBe(2 * HEAD_SAMPLES);
    disk.openGate();
    await expect.poll(async () => (await send(1)).status, { timeout: 10_000 }).toBe(200);
    expect(await stored()).toBe(2 * HEAD_SAMPLES + 1);
  });

  it('turns writes away with 503 that wait behind one that hangs, and keeps that one', async () => {
    const begun = new Promise<void>((resolve) => {
      disk.closeGate(() => {
        resolve();
        return true;
      });
    });
    const hanging = send(1);
    await begun;
    await expectTurnedAway();
    expect(await stored()).toBe(0);
    disk.openGate();
    expect((await hanging).status).toBe(200);
    expect(await stored()).toBe(1);
  });
});
