import { mkdtempSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Labels, WriteBatch } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type * as DiskStore from './kv/diskStore.js';
import type { KeyValueStore } from './kv/keyValueStore.js';
import { DISK_CHECK_MS } from './limits.js';
import { openServingStore } from './servingStore.js';
import type { StoreEvent } from './storeEvent.js';
import { FaultyStore } from './storeFixture.suite.js';

/** The real disk: only a write fails, or opening it or a look at its free space takes long, when a test says so. */
const disk = vi.hoisted(() => ({
  opened: 0,
  store: undefined as FaultyStore | undefined,
  opening: Promise.resolve(),
  look: Promise.resolve(),
}));
vi.mock('./kv/diskStore.js', async (importOriginal) => {
  const original = await importOriginal<typeof DiskStore>();
  return {
    ...original,
    openDiskStore: async (options: DiskStore.DiskStoreOptions): Promise<KeyValueStore> => {
      disk.opened++;
      await disk.opening;
      disk.store = new FaultyStore(await original.openDiskStore(options));
      return disk.store;
    },
    freeDiskBytes: async (dataDir: string): Promise<number> => {
      await disk.look;
      return original.freeDiskBytes(dataDir);
    },
  };
});

describe('a store that looks at its disk', () => {
  let root: string;
  let dataDir: string;
  let events: StoreEvent[];
  let onNext: Map<StoreEvent['type'], () => void>;
  let nowMs: number;
  const open = () =>
    openServingStore({
      dataDir,
      now: () => nowMs,
      onEvent: (event) => {
        events.push(event);
        onNext.get(event.type)?.();
      },
    });
  const next = (type: StoreEvent['type']) => new Promise<void>((resolve) => onNext.set(type, resolve));

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    root = mkdtempSync(join(tmpdir(), 'tinyobs-disk-'));
    dataDir = join(root, 'data');
    events = [];
    onNext = new Map();
    nowMs = Date.now();
    disk.opened = 0;
    disk.opening = disk.look = Promise.resolve();
  });
  afterEach(async () => {
    vi.useRealTimers();
    await rm(root, { recursive: true });
  });

  const failAWrite = async (store: Awaited<ReturnType<typeof open>>) => {
    disk.store!.failure = new Error('IO error: broken');
    await expect(store.append(batchOf(1))).rejects.toMatchObject({ code: 'store_write_failed' });
    disk.store!.failure = undefined;
  };

  it('opens again after a failed write (S5)', async () => {
    const store = await open();
    await failAWrite(store);
    const reopened = next('reopened');
    vi.advanceTimersByTime(DISK_CHECK_MS);
    await reopened;
    expect(disk.opened).toBe(2);
    expect((await store.append(batchOf(2))).accepted).toBe(1);
    await store.close();
  });

  it('lets documents and the audit log pass from one session to the next (S5)', async () => {
    const store = await open();
    const { documents, audit } = store;
    await documents.put('key', 'a', bytes('first'));
    expect(await audit.append(bytes('made a'))).toBe(1);
    await failAWrite(store);
    const refused = { code: 'store_write_failed' };
    const expectRefused = async () => {
      await expect(documents.put('key', 'b', bytes('second'))).rejects.toMatchObject(refused);
      await expect(documents.delete('key', 'a')).rejects.toMatchObject(refused);
      await expect(audit.append(bytes('made b'))).rejects.toMatchObject(refused);
    };
    await expectRefused();
    expect(await documents.get('key', 'a')).toEqual(bytes('first'));
    const reopened = next('reopened');
    let endOpening!: () => void;
    disk.opening = new Promise((resolve) => {
      endOpening = resolve;
    });
    vi.advanceTimersByTime(DISK_CHECK_MS);
    await expect.poll(() => disk.opened).toBe(2);
    await expectRefused();
    const reads = Promise.all([documents.list('key'), documents.get('key', 'a'), audit.read({ limit: 10 })]);
    endOpening();
    await reopened;
    expect(await reads).toEqual([
      [{ id: 'a', bytes: bytes('first') }],
      bytes('first'),
      [{ seq: 1, bytes: bytes('made a') }],
    ]);
    await documents.put('key', 'b', bytes('second'));
    expect(await documents.delete('key', 'a')).toBe(true);
    expect(await audit.append(bytes('made b'))).toBe(2);
    expect((await documents.list('key')).map(({ id }) => id)).toEqual(['b']);
    await store.close();
    await expect(documents.list('key')).rejects.toMatchObject({ code: 'store_closed' });
    await expect(audit.append(bytes('late'))).rejects.toMatchObject({ code: 'store_closed' });
  });

  it('has the limits it was told last after it is opened again', async () => {
    const store = await open();
    store.reconfigure({ limits: { series: 1 } });
    await failAWrite(store);
    const reopened = next('reopened');
    vi.advanceTimersByTime(DISK_CHECK_MS);
    await reopened;
    await store.append(batchOf(2));
    expect((await store.append(batchOf(3, 'other'))).refusedCodes).toEqual(['too_many_series']);
    await store.close();
  });

  it('does not open again what was closed while it looked', async () => {
    const store = await open();
    await failAWrite(store);
    let endLook!: () => void;
    disk.look = new Promise((resolve) => {
      endLook = resolve;
    });
    vi.advanceTimersByTime(DISK_CHECK_MS);
    const closed = store.close();
    endLook();
    await closed;
    // Another store can have the folder, which a session that was opened again would still hold.
    const other = await open();
    expect(disk.opened).toBe(2);
    expect(events.map(({ type }) => type)).not.toContain('reopened');
    expect(events.map(({ type }) => type)).not.toContain('reopen_failed');
    await other.close();
  });

  it('says when the folder is away, once, refuses writes, and goes on when it is back', async () => {
    const store = await open();
    const away = join(root, 'away');
    await rename(dataDir, away);
    const failed = next('write_failed');
    vi.advanceTimersByTime(DISK_CHECK_MS);
    await failed;
    expect(events.at(-1)).toMatchObject({ type: 'write_failed', error: { code: 'store_write_failed' } });
    await expect(store.append(batchOf(1))).rejects.toMatchObject({ code: 'store_write_failed' });
    expect(store.stats().writeFailure).toBe('store_write_failed');
    expect(store.refusal).toMatchObject({ error: { code: 'store_write_failed' }, sinceMs: nowMs });
    nowMs += 5000;
    vi.advanceTimersByTime(DISK_CHECK_MS);
    expect(store.refusal).toMatchObject({ sinceMs: nowMs - 5000 });
    await rename(away, dataDir);
    const recovered = next('disk_recovered');
    vi.advanceTimersByTime(DISK_CHECK_MS);
    await recovered;
    expect(store.refusal).toBeUndefined();
    expect(events.filter(({ type }) => type === 'write_failed')).toHaveLength(1);
    expect((await store.append(batchOf(2))).accepted).toBe(1);
    await store.close();
  });
});

const bytes = (text: string) => new TextEncoder().encode(text);

function batchOf(value: number, metric = 'm'): WriteBatch {
  const batch = new WriteBatch();
  batch.addSample(batch.addSeries(Labels.fromObject({ __name__: metric })), Date.now(), value, 0);
  return batch;
}
