import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Labels, Matcher, WriteBatch } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDiskStore } from '../kv/diskStore.js';
import { TAILS_KEY, walKey } from '../kv/keys.js';
import { repairStore } from '../repair/repairStore.js';
import { openStore, type Store } from '../store.js';
import type { StoreOptions } from '../storeOptions.js';
import type { Finding } from '../verify/finding.js';
import { verifyStore } from '../verify/verifyStore.js';

const NAME = 'far';
const TAILS = { names: [NAME] };

describe('what is kept for followers', () => {
  let dataDir: string;
  let store: Store;
  let time: number;
  const findings: Finding[] = [];
  const open = async (options: Partial<StoreOptions> = {}) => {
    store = await openStore({ dataDir, tails: TAILS, ...options });
  };
  const verify = async () => {
    findings.length = 0;
    const quiet = {
      onFinding: (finding: Finding) => void findings.push(finding),
      onProgress: () => undefined,
    };
    return (await verifyStore(dataDir, quiet)).isSound;
  };
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tinyobs-tails-'));
    time = Date.now();
    await open();
  });
  afterEach(async () => {
    await store.close();
    await rm(dataDir, { recursive: true });
  });

  /** Adds a sample to each series; the values, which are never the same. */
  const append = async (series: readonly string[]): Promise<number[]> => {
    const batch = new WriteBatch();
    const values = series.map((name) => {
      batch.addSample(batch.addSeries(Labels.fromObject({ __name__: name })), ++time, time, 0);
      return time;
    });
    await store.append(batch);
    return values;
  };
  const drain = async (from: number) => {
    const values: number[] = [];
    let lost = 0;
    for (let at = from; ; ) {
      const { records, nextSeq, lostRecords } = await store.tails.read(at);
      lost += lostRecords;
      for (const { words, count } of records)
        values.push(...new Float64Array(words.slice(0, 2 * count).buffer));
      if (nextSeq === at) return { values, lost, end: at };
      at = nextSeq;
    }
  };

  it('begins with what comes after it was named, and survives flushes and openings', async () => {
    const start = store.tails.position(NAME)!;
    const values = await append(['a', 'b']);
    await store.flush();
    values.push(...(await append(['a'])));
    await store.close();
    await open();
    expect(store.tails.position(NAME)).toBe(start);
    values.push(...(await append(['c'])));
    expect(await drain(start)).toMatchObject({ values, lost: 0 });
    await store.close();
    expect(await verify()).toBe(true);
    await open();
    expect(await drain(start)).toMatchObject({ values, lost: 0 });
  });

  it('goes on after what was acknowledged, and lets go of it', async () => {
    const start = store.tails.position(NAME)!;
    await append(['a']);
    const middle = (await drain(start)).end;
    const later = await append(['a', 'b']);
    store.tails.acknowledge(NAME, middle);
    await store.close();
    await open();
    expect(store.tails.position(NAME)).toBe(middle);
    expect(await drain(middle)).toMatchObject({ values: later, lost: 0 });
    expect(await drain(start)).toMatchObject({ values: later, lost: middle - start });
    store.tails.acknowledge(NAME, (await drain(middle)).end);
    await store.close();
    const kv = await openDiskStore({ dataDir });
    expect(await kv.get(walKey(middle))).toBeUndefined();
    await kv.close();
    await open();
  });

  it('never brings back what was deleted, though the record is still there', async () => {
    const start = store.tails.position(NAME)!;
    await append(['gone', 'kept']);
    await store.deleteSeries([[new Matcher('__name__', '=', 'gone')]], { minMs: 0, maxMs: time });
    await store.flush();
    await store.cleanTombstones();
    await store.close();
    await open();
    expect((await drain(start)).values.length).toBe(2);
    const range = { minMs: 0, maxMs: time };
    const signal = new AbortController().signal;
    expect((await store.series([], range, 0, signal)).map((id) => store.labels(id).metricName)).toEqual([
      'kept',
    ]);
  });

  it('is given up, the oldest first, past the bound', async () => {
    await store.close();
    const tails = { ...TAILS, sizeBytesMax: 2 * 2 ** 20 };
    await open({ tails });
    const start = store.tails.position(NAME)!;
    const names = Array.from({ length: 4000 }, (_, i) => `metric_${i}_${'x'.repeat(200)}`);
    for (let round = 0; round < 3; round++) await append(names.map((name) => `${name}_${round}`));
    await append(['last']);
    await store.flush();
    expect(store.tails.heldBytes).toBeLessThanOrEqual(tails.sizeBytesMax);
    expect(store.tails.heldBytes).toBeGreaterThan(0);
    const { values, lost } = await drain(start);
    expect(lost).toBeGreaterThan(0);
    expect(values.at(-1)).toBe(time);
    expect(values.length).toBeLessThan(12_000);
    store.tails.acknowledge(NAME, start + 1);
    await store.close();
    expect(await verify()).toBe(true);
    await open({ tails });
  });

  it('stays where nothing is said of followers, and is removed when nobody is named', async () => {
    const start = store.tails.position(NAME)!;
    await append(['a']);
    await store.close();
    await open({ tails: undefined });
    expect(store.tails.position(NAME)).toBe(start);
    await store.flush();
    await store.close();
    await open({ tails: { names: [] } });
    await store.close();
    const kv = await openDiskStore({ dataDir });
    expect([await kv.get(TAILS_KEY), await kv.get(walKey(start))]).toEqual([undefined, undefined]);
    await kv.close();
    await open();
  });

  it('names others while it is open', async () => {
    await append(['a']);
    store.reconfigure({ tails: { names: [NAME, 'new'] } });
    const values = await append(['b']);
    expect((await drain(store.tails.position('new')!)).values).toEqual(values);
    store.reconfigure({ tails: { names: ['new'] } });
    expect(store.tails.position(NAME)).toBeUndefined();
    await store.close();
    await open({ tails: { names: ['new'] } });
    expect((await drain(store.tails.position('new')!)).values).toEqual(values);
  });

  it('where a record is damaged is said, passed over and mended', async () => {
    const start = store.tails.position(NAME)!;
    const [first] = await append(['a']);
    await append(['b']);
    const [third] = await append(['c']);
    await store.close();
    const kv = await openDiskStore({ dataDir });
    const batch = kv.batch();
    batch.put(walKey(start + 1), Uint8Array.of(1, 2, 3, 4, 5, 6));
    await batch.write({ sync: true });
    await kv.close();
    await open();
    expect(await drain(start)).toMatchObject({ values: [first, third], lost: 1 });
    expect(store.stats().corruptions).toBe(1);
    await store.close();
    expect(await verify()).toBe(false);
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('kept to be sent')]);
    await repairStore(dataDir, { onFinding: () => undefined, onProgress: () => undefined });
    expect(await verify()).toBe(true);
    await open();
    expect(await drain(start)).toMatchObject({ values: [first, third], lost: 0 });
    const range = { minMs: 0, maxMs: time };
    expect(await store.series([], range, 0, new AbortController().signal)).toHaveLength(3);
  });

  it('is sent again rather than lost where the places are damaged', async () => {
    const start = store.tails.position(NAME)!;
    const values = await append(['a']);
    await store.close();
    const kv = await openDiskStore({ dataDir });
    const batch = kv.batch();
    batch.put(TAILS_KEY, Uint8Array.of(9, 9, 9, 9, 9));
    await batch.write({ sync: true });
    await kv.close();
    expect(await verify()).toBe(false);
    await open({ tails: undefined });
    await store.close();
    await open();
    expect(store.tails.position(NAME)).toBe(start);
    expect((await drain(start)).values).toEqual(values);
  });
});
