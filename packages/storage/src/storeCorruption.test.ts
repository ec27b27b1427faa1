import { Matcher } from '@tinyobs/model';
import { beforeAll, describe, expect, it } from 'vitest';
import { batchWith, tracesOf } from './exemplars/exemplarFixture.suite.js';
import { COMPACTION_INTENT_KEY, INTENT_KEY } from './kv/keys.js';
import type { KeyValueStore } from './kv/keyValueStore.js';
import { openMemoryStore } from './kv/memoryStore.js';
import { seal, unseal } from './kv/seal.js';
import { openStore } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import { batchOf, entriesOf, expectedOf, putRaw, type Sample, selectAll } from './storeFixture.suite.js';

const START_MS = 1_700_000_000_000;

/**
 * Two runs in blocks, records behind them, a deletion, metadata, documents, audit entries, exemplars: every kind of
 * value.
 */
let image: [Uint8Array, Uint8Array][];
let samples: Sample[];

beforeAll(async () => {
  const kv = await openMemoryStore();
  const store = await openStore({ kv, now: () => START_MS });
  samples = [];
  for (let i = 0; i < 2400; i++) {
    for (const s of ['a', 'b', 'c']) {
      const value = s === 'c' ? i : Math.sin(i + s.charCodeAt(0));
      samples.push({ labels: { __name__: `m_${s}`, s }, timeMs: START_MS + i * 3000, value });
    }
  }
  await store.append(
    batchOf([...samples.slice(0, 6000), { labels: { s: 'gone' }, timeMs: START_MS, value: 1 }]),
  );
  await store.flush();
  await store.deleteSeries([[new Matcher('s', '=', 'gone')]], { minMs: 0, maxMs: 2 * START_MS });
  const batch = batchOf(samples.slice(6000));
  batch.metadata.push({ metric: 'm_a', type: 'gauge', help: 'A', unit: '' });
  for (const sample of samples.slice(6000, 6004)) await store.append(batchOf([sample]));
  for (const id of ['a', 'b']) {
    await store.documents.put('key', id, new TextEncoder().encode(`key ${id}`));
    await store.documents.put('dashboard', id, new TextEncoder().encode(`dashboard ${id}`));
    await store.audit.append(new TextEncoder().encode(`made ${id}`));
  }
  await store.audit.append(new TextEncoder().encode('made both'));
  for (const trace of ['t1', 't2']) await store.append(batchWith([exemplarOf(trace)]));
  await store.append(batch);
  image = await entriesOf(kv);
  await store.close();
});

const exemplarOf = (trace: string) => ({
  series: { __name__: 'm_a', s: 'a' },
  trace,
  timeMs: START_MS,
  value: 1,
});

async function restore(): Promise<KeyValueStore> {
  const kv = await openMemoryStore();
  for (const [key, value] of image) await putRaw(kv, key, value);
  return kv;
}

interface Outcome {
  readonly code?: string;
  readonly corruptions: number;
  readonly found?: Record<string, string[]>;
}

/** Opens and reads everything; the error if there was one. */
async function readAll(kv: KeyValueStore): Promise<Outcome> {
  const events: StoreEvent[] = [];
  const corruptions = () => events.filter(({ type }) => type === 'corruption').length;
  try {
    const store = await openStore({ kv, now: () => START_MS, onEvent: (event) => events.push(event) });
    try {
      const found = await selectAll(store);
      for (const kind of ['key', 'dashboard'] as const) await store.documents.list(kind);
      await store.audit.read({ limit: 10 });
      for (const trace of await tracesOf(store)) expect(['t1', 't2']).toContain(trace);
      return { found, corruptions: corruptions() };
    } finally {
      await store.close();
    }
  } catch (error) {
    return { code: (error as { code: string }).code, corruptions: corruptions() };
  }
}

const kindOf = (key: Uint8Array) => Buffer.from(key.subarray(0, 3)).toString('latin1');

/** The second copy of a series group is read only where the first is bad. */
const isSecondCopy = (key: Uint8Array) => kindOf(key) === 's/\u0001';

describe('a damaged database', () => {
  it('is whole to begin with, and has every kind of value', async () => {
    expect(await readAll(await restore())).toEqual({ found: expectedOf(samples), corruptions: 0 });
    const kinds = new Set(image.map(([key]) => kindOf(key).slice(0, 2)));
    expect([...kinds].sort()).toEqual(['b/', 'c/', 'd/', 'k/', 'm/', 's/', 't/', 'u/', 'v/', 'w/', 'x/']);
    expect(image.filter(([key]) => kindOf(key).startsWith('b/')).length).toBeGreaterThan(2);
  });

  it('is noticed wherever a bit is flipped, and never answers wrongly (S3)', async () => {
    for (const [key, value] of image) {
      if (isSecondCopy(key)) continue;
      for (const place of [0, value.length >> 1, value.length - 1]) {
        const flipped = value.slice();
        flipped[place] ^= 1 << (place & 7);
        const kv = await restore();
        await putRaw(kv, key, flipped);
        const outcome = await readAll(kv);
        const where = `${kindOf(key)} byte ${place}`;
        expect(outcome.corruptions, where).toBeGreaterThan(0);
        if (outcome.found) expect(outcome.found, where).toEqual(expectedOf(samples));
        else expect(outcome.code, where).toBe('store_corrupt');
      }
    }
  });

  it('is noticed when a value is gone, but for the last record and metadata (S4)', async () => {
    const records = image.filter(([key]) => kindOf(key).startsWith('w/'));
    const [lastRecord] = records[records.length - 1];
    for (const [key] of image) {
      if (key === lastRecord || isSecondCopy(key) || kindOf(key).startsWith('d/')) continue;
      const kv = await restore();
      await putRaw(kv, key, undefined);
      const outcome = await readAll(kv);
      expect(outcome.corruptions, kindOf(key)).toBeGreaterThan(0);
      if (outcome.found) expect(outcome.found, kindOf(key)).toEqual(expectedOf(samples));
      else expect(outcome.code, kindOf(key)).toBe('store_corrupt');
    }
  });

  it('is noticed when a value stands under another key (S3)', async () => {
    const blocks = image.filter(([key]) => kindOf(key).startsWith('b/'));
    const kv = await restore();
    await putRaw(kv, blocks[0][0], blocks[1][1]);
    expect((await readAll(kv)).code).toBe('store_corrupt');
  });

  it('reads a series group from its other copy, and says so', async () => {
    const groups = image.filter(([key]) => kindOf(key).startsWith('s/'));
    expect(groups).toHaveLength(2);
    for (const [key] of groups.slice(0, 1)) {
      const kv = await restore();
      await putRaw(kv, key, undefined);
      expect(await readAll(kv)).toEqual({ found: expectedOf(samples), corruptions: 1 });
    }
    const kv = await restore();
    for (const [key] of groups) await putRaw(kv, key, undefined);
    expect((await readAll(kv)).code).toBe('store_corrupt');
  });
});

/** A database in which the records of one kind are of version 9. */
async function withLaterVersion(kind: string): Promise<KeyValueStore> {
  const kv = await restore();
  const empty = Uint8Array.of(1, 0);
  for (const key of [INTENT_KEY, COMPACTION_INTENT_KEY]) await putRaw(kv, key, seal(key, empty));
  const entries = (await entriesOf(kv)).filter(([key]) => kindOf(key).startsWith(kind));
  expect(entries.length, kind).toBeGreaterThan(0);
  for (const [key, value] of entries) {
    const payload = unseal(key, value).slice();
    payload[0] = 9;
    await putRaw(kv, key, seal(key, payload));
  }
  return kv;
}

describe('a database of a later version', () => {
  const meta = ['m/f', 'm/r', 'm/m', 'm/i', 'm/c', 'm/k', 'm/u', 'm/v', 'm/x'];
  const records = [...meta, 's/', 't/', 'd/', 'k/', 'u/', 'v/', 'w/', 'x/'];

  it.each(records)('is refused when opened, with advice and left as it is: %s', async (kind) => {
    const kv = await withLaterVersion(kind);
    const before = kind === 'w/' ? [] : await entriesOf(kv);
    const events: StoreEvent[] = [];
    const opening = openStore({ kv, now: () => START_MS, onEvent: (event) => events.push(event) });
    await expect(opening).rejects.toMatchObject({
      code: 'store_version',
      message: expect.stringMatching(/version 9.*upgrade TinyObs/),
    });
    expect(events).toEqual([]);
    await kv.reopen();
    if (kind !== 'w/') expect(await entriesOf(kv)).toEqual(before);
    await kv.close();
  });

  it.each(['b/', 'c/'])('is refused when read, which is no damage and ends no writing: %s', async (kind) => {
    const kv = await withLaterVersion(kind);
    const events: StoreEvent[] = [];
    const store = await openStore({ kv, now: () => START_MS, onEvent: (event) => events.push(event) });
    const refusal = { code: 'store_version', message: expect.stringMatching(/version 9.*upgrade TinyObs/) };
    await expect(selectAll(store)).rejects.toMatchObject(refusal);
    await store.append(batchOf(samples.slice(0, 10)));
    await store.flush();
    await expect(store.compact()).rejects.toMatchObject(refusal);
    await store.append(batchOf(samples.slice(0, 10)));
    expect(events.filter(({ type }) => type === 'corruption' || type === 'write_failed')).toEqual([]);
    expect(store.stats().corruptions).toBe(0);
    await store.close();
  });
});

describe('a database of something else', () => {
  it('is refused when it was written by something else', async () => {
    const kv = await openMemoryStore();
    await putRaw(kv, new Uint8Array(Buffer.from('hello')), new Uint8Array(1));
    await expect(openStore({ kv })).rejects.toMatchObject({ code: 'store_corrupt' });
  });
});
