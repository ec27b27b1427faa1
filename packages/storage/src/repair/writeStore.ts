import { RunWriter } from '../flush/runWriter.js';
import { WriteQueue } from '../flush/writeQueue.js';
import { SeriesGroups } from '../index/seriesGroups.js';
import { openDiskStore } from '../kv/diskStore.js';
import { METADATA_RANGE, parseMetadataKey, RESOLUTION_RAW, rangesOfRun, TAILS_KEY } from '../kv/keys.js';
import { readSealed } from '../kv/seal.js';
import { WriteGuard } from '../kv/writeGuard.js';
import { Catalog } from '../manifest/catalog.js';
import type { Manifest } from '../manifest/manifest.js';
import { decodeMetadata } from '../metadata/metadataStore.js';
import { putFormat } from '../recover.js';
import { decodeTailCursors } from '../tail/tailRecord.js';
import { type EntryReader, forEachEntry } from '../verify/finding.js';
import type { SurveyedRun } from '../verify/surveyRuns.js';
import { forEachUnknownKey, type StoreSurvey } from '../verify/surveyStore.js';
import { surveyWal } from '../verify/surveyWal.js';
import { walkRun } from '../verify/walkRun.js';
import { copyAudit, copyDocuments, copyExemplars } from './copyRecords.js';
import { WalCopy } from './walCopy.js';
import { WholeGroups } from './wholeGroups.js';

/** What was said while surveying is not said again. */
const SILENT = () => undefined;

export interface WriteStoreOptions {
  readonly source: EntryReader;
  readonly survey: StoreSurvey;
  /** Folder of the new store, not there yet. */
  readonly dataDir: string;
  readonly onBytes: (bytes: number) => void;
}

/**
 * Writes everything that is sound into a new store: whole runs byte by byte, what is left of others under new
 * block numbers and manifests, series groups in both copies, the write-ahead records.
 *
 * @throws TinyObsError `store_full`, `store_write_failed`
 */
export async function writeStore(options: WriteStoreOptions): Promise<void> {
  const { source, survey, dataDir } = options;
  const kv = await openDiskStore({ dataDir });
  try {
    const writes = new WriteGuard(() => undefined);
    const queue = new WriteQueue(kv, writes, { sync: true });
    const runs = await writeRuns(options, queue);
    const { index } = survey.series;
    const sealed = await new SeriesGroups(index).seal(index.end, queue.put, queue.breathe);
    const walLow = await copyWal(options, queue, runs);
    await copyTails(source, queue);
    await copyMetadata(source, queue);
    const counts = await copyDocuments(source, queue);
    const auditEnds = await copyAudit(source, queue, survey.catalog.hasAudit);
    const exemplarEnds = await copyExemplars(source, queue, survey);
    await copyUnknown(source, queue);
    await queue.write();
    await new Catalog().commit(
      {
        addedRuns: runs,
        addedDeletions: survey.catalog.deletions,
        root: { walLow, nextRun: nextRunOf(survey), ...sealed.root },
        goneSeries: sealed.goneSeries,
        more: (batch) => {
          putFormat(batch, { counts, auditEnds, exemplarEnds });
          sealed.more(batch);
        },
      },
      { kv, writes, sync: true },
    );
  } finally {
    await kv.close();
  }
}

async function writeRuns(options: WriteStoreOptions, queue: WriteQueue): Promise<Manifest[]> {
  const runs: Manifest[] = [];
  for (const run of options.survey.runs) {
    const written = run.isWhole ? await copyRun(run, options, queue) : await rewriteRun(run, options, queue);
    if (written) runs.push(written);
  }
  return runs;
}

async function copyRun(
  { id, manifest }: SurveyedRun,
  { source, onBytes }: WriteStoreOptions,
  queue: WriteQueue,
): Promise<Manifest> {
  for (const range of rangesOfRun(id)) {
    await forEachEntry(source, range, (key, value) => {
      queue.put(key, value);
      onBytes(value.length);
      return queue.wantsBreath ? queue.breathe() : undefined;
    });
  }
  return manifest!;
}

/** What is left of a damaged run as a whole one; undefined when nothing is. */
async function rewriteRun(
  { id, manifest, windowEndMs }: SurveyedRun,
  { source, survey, onBytes }: WriteStoreOptions,
  queue: WriteQueue,
): Promise<Manifest | undefined> {
  const { series } = survey;
  const writer = new RunWriter({ id, windowEndMs, deletedSeq: manifest?.deletedSeq ?? 0, sink: queue.put });
  const groups = new WholeGroups(writer);
  await walkRun(id, {
    kv: source,
    series,
    manifest,
    say: SILENT,
    onBytes,
    visit: (piece, number) => {
      if (id.resolution === RESOLUTION_RAW) writer.add(piece);
      else groups.add(piece, number);
      return queue.wantsBreath ? queue.breathe() : undefined;
    },
  });
  return writer.isEmpty ? undefined : writer.finish();
}

/** Copies the records and returns the number of the first that counts. Later ones are numbered behind all that deletions name. */
async function copyWal(
  { source, survey }: WriteStoreOptions,
  queue: WriteQueue,
  runs: readonly Manifest[],
): Promise<number> {
  const { catalog, wal } = survey;
  const deletions = new Set(catalog.deletions.map(({ seq }) => seq));
  const copy = new WalCopy(queue, survey.series, deletions);
  await surveyWal(source, survey, SILENT, (record) => copy.take(record));
  let end = wal.walLow;
  for (const seq of deletions) end = Math.max(end, seq + 1);
  for (const { deletedSeq } of runs) end = Math.max(end, deletedSeq);
  await copy.fillUpTo(end);
  return copy.low === undefined ? end : Math.max(copy.low, wal.walLow);
}

/** Where the places of followers are damaged they begin with the oldest record, which whoever opens the store finds out. */
async function copyTails(source: EntryReader, queue: WriteQueue): Promise<void> {
  const stored = await source.get(TAILS_KEY);
  if (stored === undefined) return;
  if (readSealed(TAILS_KEY, stored, decodeTailCursors).problem === undefined) queue.put(TAILS_KEY, stored);
  await queue.breathe();
}

async function copyMetadata(source: EntryReader, queue: WriteQueue): Promise<void> {
  await forEachEntry(source, METADATA_RANGE, (key, value) => {
    const reading = readSealed(key, value, (payload) => decodeMetadata(parseMetadataKey(key), payload));
    if (reading.problem === undefined) queue.put(key, value);
    return queue.breathe();
  });
}

/** What this version does not know may be of a later one. */
async function copyUnknown(source: EntryReader, queue: WriteQueue): Promise<void> {
  await forEachUnknownKey(source, (key, value) => {
    const reading = readSealed(key, value, () => true);
    if (reading.problem === undefined) queue.put(key, value);
    return queue.breathe();
  });
}

/** Above every run there is, and every one that a deletion covers. */
function nextRunOf({ catalog, runs }: StoreSurvey): number {
  let next = catalog.root?.nextRun ?? 0;
  for (const { id } of runs) next = Math.max(next, id.run + 1);
  for (const { run } of catalog.deletions) next = Math.max(next, run + 1);
  return next;
}
