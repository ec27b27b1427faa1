import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TinyObsError } from '@tinyobs/model';
import { openStore, type Store } from '@tinyobs/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closingReport, Health } from './health.js';

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('health', () => {
  let dataDir: string;
  let store: Store;
  const open = async (minFreeBytes: number) => {
    store = await openStore({ dataDir, minFreeBytes, now: () => NOW_MS });
  };
  /** What the real store says, but for what a test cannot bring about. */
  const readingOf = (faked: object, stats: object = {}) => ({
    refusal: store.refusal,
    freeDiskBytes: store.freeDiskBytes,
    stats: () => ({ ...store.stats(), ...stats }),
    ...faked,
  });
  const lateBy = (p99: number) => ({ delay: { p50: 0, p99, max: 3 } });
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-health-'));
  });
  afterEach(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  it('is ok when nothing is wrong, check by check', async () => {
    await open(1);
    const health = new Health({ store, eventLoop: lateBy(0.01), minFreeBytes: 1 });
    const ok = { status: 'ok' };
    expect(health.report()).toEqual({
      status: 'ok',
      checks: { lifecycle: ok, storage: ok, disk: ok, heads: ok, eventLoop: ok },
    });
    expect(health.isReady).toBe(true);
  });

  it('says why writes are refused and since when, and is not ready', async () => {
    const minFreeBytes = 2 ** 60;
    await open(minFreeBytes);
    const health = new Health({ store, eventLoop: lateBy(0), minFreeBytes });
    const { status, checks } = health.report();
    expect(status).toBe('failing');
    expect(checks.storage).toEqual({
      status: 'failing',
      reason: expect.stringMatching(/^writes are refused \(store_full\): there is no room/),
      since: '2026-01-02T03:04:05.000Z',
    });
    expect(checks.disk).toMatchObject({ status: 'failing', reason: expect.stringContaining(`${2 ** 60}`) });
    expect(health.isReady).toBe(false);
  });

  it('is degraded before the disk is full, while it goes on taking writes', async () => {
    await open(1);
    const minFreeBytes = Math.floor((store.freeDiskBytes ?? 0) / 2);
    const health = new Health({ store, eventLoop: lateBy(0), minFreeBytes });
    expect(health.report()).toMatchObject({
      status: 'degraded',
      checks: { storage: { status: 'ok' }, disk: { status: 'degraded' } },
    });
    expect(health.isReady).toBe(true);
  });

  it('is degraded when samples wait for room', async () => {
    await open(1);
    const stats = { pendingMs: 800, pendingBytes: 5000, headSamples: 90, headSamplesMax: 100 };
    const health = new Health({ store: readingOf({}, stats), eventLoop: lateBy(0), minFreeBytes: 1 });
    expect(health.report()).toMatchObject({
      status: 'degraded',
      checks: {
        heads: { status: 'degraded', reason: expect.stringMatching(/^5000 bytes .* 800 ms; 90 of 100 /) },
      },
    });
    expect(health.isReady).toBe(true);
  });

  it('is degraded when the event loop is late', async () => {
    await open(1);
    expect(new Health({ store, eventLoop: lateBy(0.25), minFreeBytes: 1 }).report()).toMatchObject({
      status: 'degraded',
      checks: { eventLoop: { status: 'degraded', reason: expect.stringContaining('250ms late') } },
    });
  });

  it('names another failure than a full disk, and nothing of its files to who has no key', async () => {
    await open(1);
    const refusal = {
      error: new TinyObsError('store_write_failed', 'cannot write /data/7'),
      sinceMs: NOW_MS,
    };
    const health = new Health({ store: readingOf({ refusal }), eventLoop: lateBy(0), minFreeBytes: 1 });
    expect(health.report().checks).toMatchObject({
      storage: {
        status: 'failing',
        reason:
          'writes are refused (store_write_failed): the disk refused a write, look at it and at the log',
      },
      disk: { status: 'ok' },
    });
    expect(health.isReady).toBe(false);
  });

  it('fails once closing has begun', () => {
    expect(closingReport()).toMatchObject({
      status: 'failing',
      checks: { lifecycle: { status: 'failing' } },
    });
  });
});
