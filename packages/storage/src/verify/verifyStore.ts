import { stat } from 'node:fs/promises';
import { TinyObsError } from '@tinyobs/model';
import { lockFolder } from '../kv/folderLock.js';
import { type FolderSurvey, type FolderSurveyOptions, surveyFolder } from './surveyFolder.js';

/** What a store holds that is sound, and how much was found that is not. */
export interface VerifyReport {
  /** Whether nothing is damaged. */
  readonly isSound: boolean;
  readonly damages: number;
  readonly notices: number;
  /** Bytes of all files of the database. */
  readonly sizeBytes: number;
  readonly series: number;
  readonly runs: number;
  /** In blocks, and in write-ahead records. */
  readonly blockSamples: number;
  readonly walSamples: number;
  readonly deletions: number;
  readonly documents: number;
  readonly auditEntries: number;
  readonly exemplars: number;
}

/**
 * Checks every file, key and value of the store in a folder and changes nothing: the files are read without
 * LevelDB, whose lock keeps servers out meanwhile. Call it in a process that has no store open there.
 *
 * @throws TinyObsError `store_locked`, `store_unreadable` where there is no store, `store_version`
 */
export async function verifyStore(dataDir: string, options: FolderSurveyOptions): Promise<VerifyReport> {
  await requireFolder(dataDir);
  const lock = await lockFolder(dataDir);
  try {
    const survey = await surveyFolder(dataDir, options);
    await survey.files.close();
    return reportOf(survey);
  } finally {
    await lock.release();
  }
}

/** A lock is a file: it must not be made where there is no folder of a store. */
export async function requireFolder(dataDir: string): Promise<void> {
  try {
    if ((await stat(dataDir)).isDirectory()) return;
  } catch (cause) {
    throw new TinyObsError('store_unreadable', `there is no folder ${dataDir}`, { cause });
  }
  throw new TinyObsError('store_unreadable', `${dataDir} is not a folder`);
}

export function reportOf({ files, store, damages, notices }: FolderSurvey): VerifyReport {
  return {
    isSound: damages === 0,
    damages,
    notices,
    sizeBytes: files.sizeBytes,
    series: store.series.index.count,
    runs: store.runs.length,
    blockSamples: store.runs.reduce((sum, { tally }) => sum + tally.samples, 0),
    walSamples: store.wal.samples,
    deletions: store.catalog.deletions.length,
    documents: store.documents,
    auditEntries: store.audit.entries,
    exemplars: store.exemplars,
  };
}
