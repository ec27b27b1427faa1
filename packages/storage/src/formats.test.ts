import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricMetadata } from '@tinyobs/model';
import { Labels } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readBlockDirectory } from './block/block.js';
import { VALUE_ENCODING } from './block/valueColumn.js';
import { openDiskStore } from './kv/diskStore.js';
import { FORMAT_KEY, ROOT_KEY } from './kv/keys.js';
import { unseal } from './kv/seal.js';
import { openStore, type Store } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import { entriesOf, NEVER_ABORTED, selectAll } from './storeFixture.suite.js';
import { verifyStore } from './verify/verifyStore.js';
import { readWalRecord } from './wal/walRecord.js';

/** Formats that were written once and must be read for ever. Each folder says in its script how it was made. */
const FORMATS = ['format1'];

interface Expected {
  readonly nowMs: number;
  readonly metadata: readonly MetricMetadata[];
  readonly series: readonly {
    readonly labels: Record<string, string>;
    readonly samples: readonly string[];
  }[];
}

describe.each(FORMATS)('a data folder of %s', (format) => {
  const home = new URL(`../testdata/${format}/`, import.meta.url);
  let folder: string;
  let dataDir: string;
  let expected: Expected;
  let samples: Record<string, readonly string[]>;
  let events: StoreEvent[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tinyobs-format-'));
    dataDir = join(folder, 'store');
    await cp(new URL('store', home), dataDir, { recursive: true });
    expected = JSON.parse(await readFile(new URL('expected.json', home), 'utf8')) as Expected;
    samples = Object.fromEntries(
      expected.series.map((one) => [Labels.fromObject(one.labels).toString(), one.samples]),
    );
    events = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = () =>
    openStore({ dataDir, now: () => expected.nowMs, onEvent: (event) => events.push(event) });
  const expectAll = async (store: Store) => {
    expect(await selectAll(store)).toEqual(samples);
    const metadata = [...expected.metadata].sort((a, b) => (a.metric < b.metric ? -1 : 1));
    expect(await store.metadata(undefined, 0)).toEqual(metadata);
    const names = new Set(expected.series.flatMap(({ labels }) => Object.keys(labels)));
    const range = { minMs: -(2 ** 53), maxMs: 2 ** 53 };
    expect(new Set(await store.labelNames([], range, 0, NEVER_ABORTED))).toEqual(names);
    expect(events.filter(({ type }) => type === 'corruption' || type === 'open_warning')).toEqual([]);
  };

  it('is read in full: at once, flushed, compacted, cleaned and opened again', async () => {
    let store = await open();
    await expectAll(store);
    expect(store.stats()).toMatchObject({ replayedSamples: 3, deletions: 1 });
    await store.flush();
    await expectAll(store);
    await store.compact();
    await store.cleanTombstones();
    expect(store.stats()).toMatchObject({ headSamples: 0, deletions: 0 });
    await expectAll(store);
    await store.close();
    store = await open();
    expect(store.stats().replayedSamples).toBe(0);
    await expectAll(store);
    await store.close();
    const report = await verifyStore(dataDir, { onFinding: () => undefined, onProgress: () => undefined });
    expect(report).toMatchObject({ isSound: true, notices: 0 });
  });

  it('becomes one of the latest format, which earlier programs refuse', async () => {
    await (await open()).close();
    const kv = await openDiskStore({ dataDir });
    const versionAt = async (key: Uint8Array) => unseal(key, (await kv.get(key))!)[0];
    expect([await versionAt(FORMAT_KEY), await versionAt(ROOT_KEY)]).toEqual([2, 2]);
    await kv.close();
  });
});

it('the first format is in its folder with all that it has', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tinyobs-format-'));
  await cp(new URL('../testdata/format1/store', import.meta.url), folder, { recursive: true });
  const kv = await openDiskStore({ dataDir: folder });
  const of = async (prefix: string) =>
    (await entriesOf(kv, prefix)).map(([key, value]) => ({ key, payload: unseal(key, value) }));
  const blocks = (await of('b/')).map(({ payload }) => readBlockDirectory(payload));
  const encodings = new Set(blocks.flatMap(({ encodings }) => [...encodings]));
  expect([...encodings].sort()).toEqual(Object.values(VALUE_ENCODING).sort());
  expect(blocks.some(({ pieces }) => pieces.some((piece) => piece > 0))).toBe(true);
  expect((await of('m/m')).length).toBeGreaterThan(4);
  expect((await of('c/')).length).toBeGreaterThan(4);
  const [first, second, ...others] = await of('s/');
  expect(others).toEqual([]);
  expect(second.payload).toEqual(first.payload);
  expect(await of('t/')).toHaveLength(1);
  expect(await of('d/')).toHaveLength(3);
  const kinds = (await of('w/')).map(({ payload }) => readWalRecord(payload).kind);
  expect(kinds).toEqual(['deletion', 'samples', 'samples']);
  await kv.close();
  await rm(folder, { recursive: true });
});
