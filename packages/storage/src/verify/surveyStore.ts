import { isKnownKey, prefixRange, rangesBetweenPrefixes } from '../kv/keyShapes.js';
import { METADATA_RANGE, parseMetadataKey } from '../kv/keys.js';
import { readSealed } from '../kv/seal.js';
import { decodeMetadata } from '../metadata/metadataStore.js';
import {
  type EntryReader,
  type FindingHandler,
  forEachEntry,
  hexOf,
  type MayHaveLost,
  unknownKey,
} from './finding.js';
import { type AuditSurvey, surveyAudit } from './surveyAudit.js';
import { type CatalogSurvey, surveyCatalog } from './surveyCatalog.js';
import { surveyDocuments } from './surveyDocuments.js';
import { surveyExemplars } from './surveyExemplars.js';
import { type SurveyedRun, surveyRuns } from './surveyRuns.js';
import { type SeriesSurvey, surveySeries } from './surveySeries.js';
import { surveyWal, type WalSurvey } from './surveyWal.js';

/** What a store holds, as far as it is sound. */
export interface StoreSurvey {
  readonly catalog: CatalogSurvey;
  readonly series: SeriesSurvey;
  readonly wal: WalSurvey;
  readonly runs: readonly SurveyedRun[];
  /** How many documents there are. */
  readonly documents: number;
  readonly audit: AuditSurvey;
  /** How many exemplars there are. */
  readonly exemplars: number;
}

export interface SurveyOptions {
  readonly say: FindingHandler;
  /** Told the bytes of blocks and chunks that were read, and those of all runs. */
  readonly onProgress: (doneBytes: number, totalBytes: number) => void;
  readonly mayHaveLost: MayHaveLost;
}

/**
 * Walks every key of a store, checks every value, and says what is not as the format pages have it. Memory is
 * that of the series index, of the manifests, and of one block and some chunks.
 *
 * @throws TinyObsError `store_version`
 */
export async function surveyStore(
  kv: EntryReader,
  { say, onProgress, mayHaveLost }: SurveyOptions,
): Promise<StoreSurvey> {
  const isCatalogUncertain = mayHaveLost(prefixRange('m/'));
  const catalog = await surveyCatalog(kv, say);
  const series = await surveySeries(kv, catalog, { say, isCatalogUncertain });
  const wal = await surveyWal(kv, { catalog, series }, say);
  const totalBytes = catalog.manifests.reduce((sum, run) => sum + run.sizeBytes, 0);
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    onProgress(Math.min(done, totalBytes), totalBytes);
  };
  const runs = await surveyRuns({
    ...{ kv, catalog, series, say, onBytes },
    ...{ isCatalogUncertain, mayHaveLost },
  });
  await checkMetadata(kv, say);
  const { documentKinds, hasAudit, hasExemplars } = catalog;
  const documents = await surveyDocuments(kv, { say, counted: documentKinds });
  const audit = await surveyAudit(kv, { say, hasEnds: hasAudit });
  const exemplars = await surveyExemplars(kv, { say, series, hasEnds: hasExemplars });
  if (hasExemplars && isCatalogUncertain) sayExemplarsUncertain(say);
  if (hasAudit && isCatalogUncertain) sayRecordsUncertain(say);
  await forEachUnknownKey(kv, (key) => say(unknownKey(key)));
  return { catalog, series, wal, runs, documents, audit, exemplars };
}

async function checkMetadata(kv: EntryReader, say: FindingHandler): Promise<void> {
  await forEachEntry(kv, METADATA_RANGE, (key, value) => {
    const metric = parseMetadataKey(key);
    const reading = readSealed(key, value, (payload) => decodeMetadata(metric, payload));
    if (reading.problem === undefined) return;
    const message = `type, help and unit of ${metric} are lost: their record ${reading.problem}`;
    say({ severity: 'damage', kind: 'metadata', message, key: hexOf(key) });
  });
}

/** Documents and their counts may both be those of an earlier time, as may audit entries and the record of the ends. */
function sayRecordsUncertain(say: FindingHandler): void {
  const reason = 'with the damaged files of the database';
  const document = `documents may be lost ${reason}, or BACK ALTHOUGH DELETED; look through them`;
  say({ severity: 'damage', kind: 'document', message: document });
  say({ severity: 'damage', kind: 'audit_log', message: `the last entries may be lost ${reason}` });
}

function sayExemplarsUncertain(say: FindingHandler): void {
  const message = 'exemplars may be lost with the damaged files of the database, or BACK ALTHOUGH DELETED';
  say({ severity: 'damage', kind: 'exemplars', message });
}

/** But for those among blocks and chunks, which are met where runs are read. */
export async function forEachUnknownKey(
  kv: EntryReader,
  visit: (key: Uint8Array, value: Uint8Array) => Promise<void> | void,
): Promise<void> {
  for (const range of [
    ...rangesBetweenPrefixes(),
    ...['k/', 'm/', 's/', 't/', 'u/', 'v/', 'w/', 'x/'].map(prefixRange),
  ]) {
    await forEachEntry(kv, range, (key, value) => (isKnownKey(key) ? undefined : visit(key, value)));
  }
}
