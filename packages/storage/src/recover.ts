import { TinyObsError } from '@tinyobs/model';
import type { AuditLog } from './audit/auditLog.js';
import { type DocumentCount, NO_DOCUMENTS, putDocumentCount } from './documents/documentRecord.js';
import type { Documents } from './documents/documents.js';
import type { ExemplarLog } from './exemplars/exemplarLog.js';
import type { Heads } from './head/heads.js';
import type { Cardinality } from './index/cardinality.js';
import type { SeriesGroups } from './index/seriesGroups.js';
import type { SeriesIndex } from './index/seriesIndex.js';
import {
  AUDIT_ENDS_KEY,
  COMPACTION_INTENT_KEY,
  DOCUMENT_KINDS,
  type DocumentKind,
  EVERYTHING,
  EXEMPLAR_ENDS_KEY,
  FORMAT_KEY,
  INTENT_KEY,
  type RunId,
  rangesOfRun,
  walKey,
} from './kv/keys.js';
import type { KeyValueBatch, KeyValueStore } from './kv/keyValueStore.js';
import { type LogEnds, NO_ENTRIES, putLogEnds } from './kv/logEnds.js';
import { requireVersion } from './kv/recordVersion.js';
import { corrupt, seal, unseal } from './kv/seal.js';
import type { WriteGuard } from './kv/writeGuard.js';
import type { Catalog } from './manifest/catalog.js';
import { decodeIntent } from './manifest/manifest.js';
import { SeriesBits } from './manifest/seriesBits.js';
import { forEachStretch } from './manifest/seriesSet.js';
import type { MetadataStore } from './metadata/metadataStore.js';
import { Slicer } from './slicer.js';
import type { Tails } from './tail/tails.js';
import { addSeriesOfWal, replayWal } from './wal/replay.js';
import type { NewSeries, SamplesRecord, WalRecord } from './wal/walRecord.js';

/** Persisted under `FORMAT_KEY`. Raised when an older store would misread what a newer one writes. */
export const FORMAT_VERSION = 5;
/** This one and those after it are read for ever: opening a folder makes it the latest. */
const FIRST_FORMAT_VERSION = 1;
/** From this one on there is an audit log, or a record that says it is empty. */
export const AUDIT_FORMAT_VERSION = 3;
/** From this one on there are exemplars, or a record that says there are none. */
export const EXEMPLARS_FORMAT_VERSION = 4;
/** From these on there are documents of each kind, or a record that says there are none. */
const DOCUMENT_FORMAT_VERSIONS: Readonly<Record<DocumentKind, number>> = { key: 3, dashboard: 3, group: 5 };

export interface RecoveryContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly now: () => number;
  readonly windowMs: number;
  readonly index: SeriesIndex;
  readonly groups: SeriesGroups;
  readonly catalog: Catalog;
  readonly metadata: MetadataStore;
  readonly documents: Documents;
  readonly audit: AuditLog;
  readonly exemplars: ExemplarLog;
  readonly tails: Tails;
  readonly cardinality: Cardinality;
  readonly heads: Heads;
  /** Flushes the active head. */
  readonly flush: () => Promise<void>;
  readonly onCorruption: (error: TinyObsError) => void;
}

export interface RecoveryResult {
  readonly records: number;
  readonly samples: number;
  /** Number of the next write-ahead record. */
  readonly nextSeq: number;
}

/**
 * Brings a store to the state its database describes: format, manifests, exemplars, series, metadata, records. Nothing is
 * written before all but the records is read, so that a database of a later version is left as it is.
 */
export async function recover(context: RecoveryContext): Promise<RecoveryResult> {
  const { kv, writes, catalog, index, groups, metadata, documents, audit, exemplars } = context;
  try {
    const format = await checkFormat(kv, writes);
    await catalog.load(kv);
    if (format >= EXEMPLARS_FORMAT_VERSION) await exemplars.load();
    const unnamed = await unnamedRuns(kv);
    await groups.load(kv, catalog.root, {
      wanted: await heldSeries(kv, catalog, exemplars),
      onBadCopy: context.onCorruption,
    });
    index.visible = index.end;
    await metadata.load(kv);
    await documents.load(documentKindsOf(format));
    if (format >= AUDIT_FORMAT_VERSION) await audit.load();
    countActiveSeries(context);
    if (format < FORMAT_VERSION) await raiseFormat(context, format);
    await removeUnnamedRuns(kv, writes, unnamed);
    await context.tails.load();
    const replay = new Replay(context);
    const nextSeq = await replayWal(kv, catalog.root.walLow, (record, seq) => replay.apply(record, seq));
    return { records: nextSeq - catalog.root.walLow, samples: replay.samples, nextSeq };
  } catch (error) {
    const failure = error instanceof RangeError ? unreadable(error) : error;
    if (failure instanceof TinyObsError && failure.code === 'store_corrupt') context.onCorruption(failure);
    throw failure;
  }
}

/** Returns the version that was found. */
async function checkFormat(kv: KeyValueStore, writes: WriteGuard): Promise<number> {
  const stored = await kv.get(FORMAT_KEY);
  if (!stored) {
    await requireEmpty(kv);
    const batch = kv.batch();
    putFormat(batch, NOTHING_BESIDE);
    await writes.write(batch, { sync: true });
    return FORMAT_VERSION;
  }
  const [found] = unseal(FORMAT_KEY, stored);
  requireFormat(found);
  return found;
}

/** @throws TinyObsError `store_version` */
export function requireFormat(found: number): void {
  if (found >= FIRST_FORMAT_VERSION && found < FORMAT_VERSION) return;
  requireVersion('the format of the data folder', { found, supported: FORMAT_VERSION });
}

/** The kinds of documents that a folder of a format can have. */
export function documentKindsOf(format: number): DocumentKind[] {
  return DOCUMENT_KINDS.filter((kind) => format >= DOCUMENT_FORMAT_VERSIONS[kind]);
}

/**
 * From now on older programs refuse the folder: they would take forgotten series for known ones, ask for no key
 * although there are some, show exemplars again that they were told to delete, and lose pushed groups in a repair.
 */
function raiseFormat({ kv, writes, catalog }: RecoveryContext, found: number): Promise<void> {
  const known = documentKindsOf(found);
  const added: Partial<RecordsBeside> = {
    counts: noDocuments(DOCUMENT_KINDS.filter((kind) => !known.includes(kind))),
    auditEnds: found < AUDIT_FORMAT_VERSION ? NO_ENTRIES : undefined,
    exemplarEnds: found < EXEMPLARS_FORMAT_VERSION ? NO_ENTRIES : undefined,
  };
  return catalog.commit({ more: (batch) => putFormat(batch, added) }, { kv, writes, sync: true });
}

/** What a store has beside series and samples. */
export interface RecordsBeside {
  readonly counts: ReadonlyMap<DocumentKind, DocumentCount>;
  readonly auditEnds: LogEnds;
  readonly exemplarEnds: LogEnds;
}

const NOTHING_BESIDE: RecordsBeside = {
  counts: noDocuments(DOCUMENT_KINDS),
  auditEnds: NO_ENTRIES,
  exemplarEnds: NO_ENTRIES,
};

function noDocuments(kinds: readonly DocumentKind[]): Map<DocumentKind, DocumentCount> {
  return new Map(kinds.map((kind) => [kind, NO_DOCUMENTS]));
}

/**
 * Says of which format a folder is, and what there is beside series and samples, as far as that is not said yet. These
 * records are there from the beginning, so that one that is gone is noticed.
 */
export function putFormat(
  batch: KeyValueBatch,
  { counts, auditEnds, exemplarEnds }: Partial<RecordsBeside>,
): void {
  batch.put(FORMAT_KEY, seal(FORMAT_KEY, Uint8Array.of(FORMAT_VERSION)));
  for (const [kind, count] of counts ?? []) putDocumentCount(batch, kind, count);
  if (auditEnds) putLogEnds(batch, AUDIT_ENDS_KEY, auditEnds);
  if (exemplarEnds) putLogEnds(batch, EXEMPLAR_ENDS_KEY, exemplarEnds);
}

/**
 * Series that are in a run or in a write-ahead record, or have exemplars: all others are forgotten. The records are read
 * for it only where the others do not hold all series that are stored.
 */
async function heldSeries(
  kv: KeyValueStore,
  { runs, root }: Catalog,
  exemplars: ExemplarLog,
): Promise<SeriesBits> {
  const held = new SeriesBits();
  // Behind those that are stored all are held by the records that name them.
  for (const id of exemplars.seriesHeld()) if (id < root.sealedSeries) held.add(id);
  for (const { series } of runs) forEachStretch(series, (start, end) => held.addStretch(start, end));
  if (held.count < root.sealedSeries - root.goneSeries) await addSeriesOfWal(kv, root.walLow, held);
  return held;
}

async function requireEmpty(kv: KeyValueStore): Promise<void> {
  const iterator = kv.iterate(EVERYTHING);
  try {
    const [first] = await iterator.next(1);
    if (first) throw corrupt('the format record is missing', FORMAT_KEY);
  } finally {
    await iterator.close();
  }
}

interface Intent {
  readonly key: Uint8Array;
  readonly runs: readonly RunId[];
}

/** A flush or compaction that was cut short left blocks that no manifest names. */
async function unnamedRuns(kv: KeyValueStore): Promise<Intent[]> {
  const intents: Intent[] = [];
  for (const key of [INTENT_KEY, COMPACTION_INTENT_KEY]) {
    const stored = await kv.get(key);
    if (stored) intents.push({ key, runs: decodeIntent(unseal(key, stored)) });
  }
  return intents;
}

async function removeUnnamedRuns(
  kv: KeyValueStore,
  writes: WriteGuard,
  intents: readonly Intent[],
): Promise<void> {
  for (const { key, runs } of intents) {
    for (const run of runs) for (const range of rangesOfRun(run)) await writes.clear(kv, range);
    const batch = kv.batch();
    batch.del(key);
    await writes.write(batch, { sync: true });
  }
}

/** Series with samples in the last two windows count as active, as they did before the store was closed. */
function countActiveSeries({ catalog, cardinality, index, now, windowMs }: RecoveryContext): void {
  const window = Math.floor(now() / windowMs);
  for (const fromMs of [(window - 1) * windowMs, window * windowMs]) {
    cardinality.advance(fromMs);
    for (const run of catalog.runs) {
      if (run.maxMs < fromMs) continue;
      forEachStretch(run.series, (start, end) => {
        for (let id = start; id < end; id++) cardinality.touch(id, index.metricOf(id));
      });
    }
  }
}

/** Puts write-ahead records back into the head, flushing when it is full. */
class Replay {
  samples = 0;
  readonly #context: RecoveryContext;
  readonly #slicer = new Slicer();

  constructor(context: RecoveryContext) {
    this.#context = context;
  }

  async apply(record: WalRecord, seq: number): Promise<void> {
    const { heads, index, flush } = this.#context;
    if (record.kind === 'deletion') return this.#applyDeletion(seq);
    this.#addSeries(record.newSeries, seq);
    this.#checkSeries(record, seq);
    for (let from = 0; from < record.count; ) {
      const to = this.#fittingEnd(record, from);
      heads.active.append(record, from, to);
      heads.active.commit(to === record.count ? seq : seq - 1);
      from = to;
      if (from < record.count) await flush();
    }
    if (record.count === 0) heads.active.commit(seq);
    heads.active.openedMs ??= this.#context.now();
    index.visible = index.end;
    this.samples += record.count;
    if (this.#slicer.due) await this.#slicer.pause();
  }

  /**
   * What the record covers goes into blocks before anything later, as it did when it was written. In how many
   * runs may differ, so the deletion is told the last of them.
   */
  async #applyDeletion(seq: number): Promise<void> {
    const { kv, writes, heads, catalog, flush } = this.#context;
    if (heads.active.committed > 0) await flush();
    const run = catalog.root.nextRun - 1;
    const deletion = catalog.deletions.find((known) => known.seq === seq);
    if (deletion && deletion.run !== run) {
      const change = { removedDeletions: [deletion], addedDeletions: [{ ...deletion, run }] };
      await catalog.commit(change, { kv, writes, sync: true });
    }
    heads.active.commit(seq);
  }

  /** Series sealed in a group already are named again by records behind the low-water mark. */
  #addSeries({ firstId, count, bytes, starts }: NewSeries, seq: number): void {
    const { index } = this.#context;
    for (let i = 0; i < count; i++) {
      const id = firstId + i;
      const known = index.find(bytes, starts[i], starts[i + 1]);
      if (known === id) continue;
      if (known >= 0 || id !== index.end)
        throw corrupt(`record ${seq} names series ${id} wrongly`, walKey(seq));
      index.add(bytes, starts[i], starts[i + 1]);
    }
    index.visible = index.end;
  }

  #checkSeries(record: SamplesRecord, seq: number): void {
    const { index, cardinality } = this.#context;
    for (let i = 0; i < record.count; i++) {
      if (!index.rows.has(record.ids[i]))
        throw corrupt(`record ${seq} has samples of an unknown series`, walKey(seq));
      cardinality.touch(record.ids[i], index.metricOf(record.ids[i]));
    }
  }

  #fittingEnd(record: SamplesRecord, from: number): number {
    const head = this.#context.heads.active;
    const end = Math.min(record.count, from + head.room);
    let to = from;
    while (to < end && head.admits(record.times[to])) to++;
    return to;
  }
}

function unreadable(cause: RangeError): TinyObsError {
  return new TinyObsError('store_corrupt', `a stored value cannot be read: ${cause.message}`, { cause });
}
