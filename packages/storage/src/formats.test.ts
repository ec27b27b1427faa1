import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MetricMetadata } from '@tinyobs/model';
import { Labels } from '@tinyobs/model';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { decodeAuditEntry } from './audit/auditRecord.js';
import { readBlockDirectory } from './block/block.js';
import { VALUE_ENCODING } from './block/valueColumn.js';
import { decodeDocumentCount } from './documents/documentRecord.js';
import { decodeEntry } from './exemplars/exemplarRecord.js';
import { seriesOfGroup } from './index/groupRecord.js';
import { numbersOf } from './index/seriesGroups.js';
import { openDiskStore } from './kv/diskStore.js';
import { DOCUMENT_KINDS, type DocumentKind, FORMAT_KEY, parseManifestKey, ROOT_KEY } from './kv/keys.js';
import { decodeLogEnds } from './kv/logEnds.js';
import { unseal } from './kv/seal.js';
import { AUDIT_READ_MAX, DAY_MS } from './limits.js';
import { decodeManifest, decodeRoot } from './manifest/manifest.js';
import { SeriesBits } from './manifest/seriesBits.js';
import { forEachStretch, type SeriesSet } from './manifest/seriesSet.js';
import { FIVE_MINUTES, ONE_HOUR } from './rollup/resolution.js';
import { openStore, type Store } from './store.js';
import type { StoreEvent } from './storeEvent.js';
import {
  bitsOf,
  EVER,
  entriesOf,
  NEVER_ABORTED,
  NO_HINTS,
  selectAll,
  selectBuckets,
} from './storeFixture.suite.js';
import type { Finding } from './verify/finding.js';
import { verifyStore } from './verify/verifyStore.js';
import { readWalRecord } from './wal/walRecord.js';

/** Formats that were written once and must be read for ever: ../testdata/README.md. */
const ROLLUP_WIDTHS_MS = [FIVE_MINUTES, ONE_HOUR].map(({ widthMs }) => widthMs);
const FORMATS = [
  { format: 'format1', replayedSamples: 3, deletions: 1, rollupWidthsMs: [] },
  { format: 'format2', replayedSamples: 4, deletions: 3, rollupWidthsMs: ROLLUP_WIDTHS_MS },
  { format: 'format3', replayedSamples: 4, deletions: 3, rollupWidthsMs: ROLLUP_WIDTHS_MS },
  { format: 'format4', replayedSamples: 4, deletions: 3, rollupWidthsMs: ROLLUP_WIDTHS_MS },
  { format: 'format5', replayedSamples: 4, deletions: 3, rollupWidthsMs: ROLLUP_WIDTHS_MS },
];

interface Expected {
  readonly nowMs: number;
  readonly metadata: readonly MetricMetadata[];
  /** Texts by kind and id. */
  readonly documents?: Readonly<
    Partial<Record<DocumentKind, readonly (readonly [id: string, text: string])[]>>
  >;
  /** Texts by number, ascending. */
  readonly audit?: readonly (readonly [seq: number, text: string])[];
  /** By series, each with its time, the bits of its value, and labels. */
  readonly exemplars?: readonly {
    readonly labels: Record<string, string>;
    readonly exemplars: readonly (readonly [timeMs: number, bits: string, labels: Record<string, string>])[];
  }[];
  readonly series: readonly {
    readonly labels: Record<string, string>;
    readonly samples: readonly string[];
  }[];
  /** Buckets as `first:last:count:values`. */
  readonly rollups?: readonly {
    readonly widthMs: number;
    readonly labels: Record<string, string>;
    readonly buckets: readonly string[];
  }[];
}

describe.each(FORMATS)('a data folder of $format', ({ format, rollupWidthsMs, ...stats }) => {
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
    samples = textsByLabels(expected.series, (one) => one.samples);
    events = [];
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = () =>
    openStore({ dataDir, now: () => expected.nowMs, onEvent: (event) => events.push(event) });
  const expectAll = async (store: Store) => {
    const hints = { ...NO_HINTS, rollups: { maxMs: 0, preferredMs: 0 } };
    expect(await selectAll(store, [], EVER, { hints })).toEqual(samples);
    const rollups = expected.rollups ?? [];
    for (const widthMs of rollupWidthsMs) {
      const ofWidth = rollups.filter((one) => one.widthMs === widthMs);
      expect(await bucketsOf(store, widthMs)).toEqual(textsByLabels(ofWidth, ({ buckets }) => buckets));
    }
    const metadata = [...expected.metadata].sort((a, b) => (a.metric < b.metric ? -1 : 1));
    expect(await store.metadata(undefined, 0)).toEqual(metadata);
    await expectRecords(store, expected);
    await expectExemplars(store, expected);
    const all = [...expected.series, ...rollups];
    const names = new Set(all.flatMap(({ labels }) => Object.keys(labels)));
    expect(new Set(await store.labelNames([], EVER, 0, NEVER_ABORTED))).toEqual(names);
    expect(events.filter(({ type }) => type === 'corruption' || type === 'open_warning')).toEqual([]);
  };

  it('is read in full: at once, flushed, compacted, cleaned and opened again', async () => {
    let store = await open();
    await expectAll(store);
    expect(store.stats()).toMatchObject(stats);
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

  it('takes documents and audit entries, behind those it has', async () => {
    let store = await open();
    const last = expected.audit?.at(-1)?.[0] ?? 0;
    expect(await store.audit.append(new TextEncoder().encode('new'))).toBe(last + 1);
    const audit = [...(expected.audit ?? []), [last + 1, 'new'] as const];
    const { key = [], group = [] } = expected.documents ?? {};
    const added = ['new', 'new'] as const;
    const documents = { key: [...key, added], group: [...group, added] };
    for (const kind of ['key', 'group'] as const) {
      await store.documents.put(kind, 'new', new TextEncoder().encode('new'));
    }
    for (const [id] of expected.documents?.dashboard ?? []) await store.documents.delete('dashboard', id);
    await store.close();
    store = await open();
    await expectRecords(store, { documents, audit });
    await store.close();
    expect(events.filter(({ type }) => type === 'corruption')).toEqual([]);
  });

  it('is sound before it is opened', async () => {
    const findings: Finding[] = [];
    const { isSound, documents, auditEntries, exemplars } = await verifyStore(dataDir, {
      onFinding: (finding) => findings.push(finding),
      onProgress: () => undefined,
    });
    expect(findings.filter(({ severity }) => severity === 'damage')).toEqual([]);
    const documentCount = Object.values(expected.documents ?? {}).flat().length;
    const counts = { documents: documentCount, auditEntries: expected.audit?.length ?? 0 };
    const kept = (expected.exemplars ?? []).reduce((sum, one) => sum + one.exemplars.length, 0);
    expect({ isSound, documents, auditEntries, exemplars }).toEqual({
      isSound: true,
      ...counts,
      exemplars: kept,
    });
  });

  it('becomes one of the latest format, which earlier programs refuse', async () => {
    await (await open()).close();
    const kv = await openDiskStore({ dataDir });
    const versionAt = async (key: Uint8Array) => unseal(key, (await kv.get(key))!)[0];
    expect([await versionAt(FORMAT_KEY), await versionAt(ROOT_KEY)]).toEqual([5, 2]);
    await kv.close();
  });
});

/** Opens the database of a folder as it was made. */
async function openMade(format: string) {
  const folder = await mkdtemp(join(tmpdir(), 'tinyobs-format-'));
  await cp(new URL(`../testdata/${format}/store`, import.meta.url), folder, { recursive: true });
  const kv = await openDiskStore({ dataDir: folder });
  onTestFinished(async () => {
    await kv.close();
    await rm(folder, { recursive: true });
  });
  const of = async (prefix: string) =>
    (await entriesOf(kv, prefix)).map(([key, value]) => ({ key, payload: unseal(key, value) }));
  const [{ payload: version }] = await of('m/f');
  return { version: version[0], of };
}

it.each(FORMATS)('$format is in its folder with all that it has', async ({ format }) => {
  const { version, of } = await openMade(format);
  expect(`format${version}`).toBe(format);
  const blocks = (await of('b/')).map(({ payload }) => readBlockDirectory(payload));
  const encodings = new Set(blocks.flatMap(({ encodings }) => [...encodings]));
  expect([...encodings].sort()).toEqual(Object.values(VALUE_ENCODING).sort());
  expect(blocks.some(({ pieces }) => pieces.some((piece) => piece > 0))).toBe(true);
  expect((await of('m/m')).length).toBeGreaterThan(4);
  expect((await of('c/')).length).toBeGreaterThan(4);
  expect(await of('d/')).toHaveLength(3);
});

it('the first format has one group of series, and a deletion before samples', async () => {
  const { of } = await openMade('format1');
  const [first, second, ...others] = await of('s/');
  expect(others).toEqual([]);
  expect(second.payload).toEqual(first.payload);
  expect(await of('t/')).toHaveLength(1);
  const kinds = (await of('w/')).map(({ payload }) => readWalRecord(payload).kind);
  expect(kinds).toEqual(['deletion', 'samples', 'samples']);
});

it.each(['format2', 'format3', 'format4', 'format5'])(
  '%s has rollups, joined groups with gaps, forgotten series and new ones in records',
  async (format) => {
    const { of } = await openMade(format);
    const runs = (await of('m/m')).map(({ key, payload }) => decodeManifest(parseManifestKey(key), payload));
    const days = runs.map(
      ({ id, windowEndMs }) => `${id.resolution}: ${(windowEndMs - id.windowMs) / DAY_MS}`,
    );
    for (const widths of ['0: 1', `0: ${2 / 24}`, '1: 1', '2: 1', '2: 30']) expect(days).toContain(widths);
    const root = decodeRoot((await of('m/r'))[0].payload);
    expect(numbersOf(root)).toEqual([0, 4]);
    const groups = (await of('s/')).map(({ payload }) => seriesOfGroup(payload));
    expect(groups.slice(2)).toEqual(groups.slice(0, 2));
    const stored = groups.slice(0, 2).map((group) => stretchesOf([group]));
    expect(stored[0]).toEqual([
      [3, 4],
      [100, 102],
    ]);
    const held = stretchesOf(runs.map(({ series }) => series));
    expect(held).not.toEqual(stored.flat());
    expect(await of('t/')).toHaveLength(3);
    const records = (await of('w/')).map(({ payload }) => readWalRecord(payload));
    const news = records.map((record) => (record.kind === 'samples' ? record.newSeries.count : record.kind));
    expect(news).toEqual(['deletion', 'deletion', 'deletion', 'deletion', 1, 1]);
  },
);

it.each([
  ['format3', ['k', 'v']],
  ['format4', ['k', 'v']],
  ['format5', ['k', 'v', 'g']],
] as const)(
  '%s has documents of each kind, and an audit log without its first entries and with a lost one',
  async (format, kinds) => {
    const { of } = await openMade(format);
    for (const kind of kinds) expect(await of(`${kind}/`)).toHaveLength(4);
    const counts = await Promise.all(kinds.map((kind) => of(`m/${kind}`)));
    expect(counts.flat().map(({ payload }) => decodeDocumentCount(payload).documents)).toEqual(
      kinds.map(() => 4),
    );
    const [{ payload }] = await of('m/u');
    const { low, next } = decodeLogEnds(payload);
    expect(low).toBeGreaterThan(1);
    const entries = (await of('u/')).map((entry) => decodeAuditEntry(entry.payload));
    expect(entries).toHaveLength(next - low);
    expect(entries.filter((bytes) => bytes === undefined)).toHaveLength(1);
  },
);

it.each(['format4', 'format5'])(
  '%s has exemplars behind dead ones, and of a series that nothing else is kept of',
  async (format) => {
    const { of } = await openMade(format);
    const [{ payload }] = await of('m/x');
    const { low, next } = decodeLogEnds(payload);
    expect(low).toBeGreaterThan(1);
    const entries = (await of('x/')).map((entry) => decodeEntry(entry.payload));
    expect(entries.slice(-(next - low)).flat()).toHaveLength(12);
    const runs = (await of('m/m')).map(({ key, payload }) => decodeManifest(parseManifestKey(key), payload));
    const held = new SeriesBits();
    for (const { series } of runs) forEachStretch(series, (start, end) => held.addStretch(start, end));
    expect(entries.flat().filter(({ series }) => !held.has(series))).toHaveLength(1);
  },
);

async function expectExemplars(store: Store, { exemplars = [] }: Pick<Expected, 'exemplars'>): Promise<void> {
  const found = await store.exemplars([[]], EVER, Number.POSITIVE_INFINITY, NEVER_ABORTED);
  const texts = found.map((one) => [
    store.labels(one.id).toString(),
    one.exemplars.map(({ timeMs, value, labels }) => [timeMs, bitsOf(value), labels.toObject()]),
  ]);
  const wanted = exemplars.map((one) => [Labels.fromObject(one.labels).toString(), one.exemplars]);
  expect(Object.fromEntries(texts)).toEqual(Object.fromEntries(wanted));
}

async function expectRecords(
  store: Store,
  { documents = {}, audit = [] }: Pick<Expected, 'documents' | 'audit'>,
): Promise<void> {
  const decoder = new TextDecoder();
  for (const kind of DOCUMENT_KINDS) {
    const found = (await store.documents.list(kind)).map(({ id, bytes }) => [id, decoder.decode(bytes)]);
    expect(found).toEqual([...(documents[kind] ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  const entries = await store.audit.read({ limit: AUDIT_READ_MAX });
  expect(entries.map(({ seq, bytes }) => [seq, decoder.decode(bytes)])).toEqual([...audit].reverse());
}

/** Buckets of one width by series. Of a stale marker only the times mean something. */
async function bucketsOf(store: Store, widthMs: number): Promise<Record<string, string[]>> {
  const found = await selectBuckets(store, EVER, {
    rollups: { maxMs: widthMs, preferredMs: widthMs },
    originMs: 0,
  });
  const texts = Object.entries(found).map(([labels, buckets]): [string, string[]] => [
    labels,
    buckets.map(([firstMs, lastMs, first, last, count, ...others]) =>
      [firstMs, lastMs, count, ...(count === 0 ? [] : [first, last, ...others])].join(':'),
    ),
  ]);
  return Object.fromEntries(texts);
}

function textsByLabels<T extends { readonly labels: Record<string, string> }>(
  all: readonly T[],
  textsOf: (one: T) => readonly string[],
): Record<string, readonly string[]> {
  return Object.fromEntries(all.map((one) => [Labels.fromObject(one.labels).toString(), textsOf(one)]));
}

/** The ids of some sets, as stretches from the first to one past the last. */
function stretchesOf(sets: readonly SeriesSet[]): [number, number][] {
  const bits = new SeriesBits();
  for (const set of sets) forEachStretch(set, (start, end) => bits.addStretch(start, end));
  const stretches: [number, number][] = [];
  bits.forEachStretch((start, end) => void stretches.push([start, end]));
  return stretches;
}
