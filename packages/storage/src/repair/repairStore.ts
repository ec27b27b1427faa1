import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assert, TinyObsError } from '@tinyobs/model';
import { freeDiskBytes } from '../kv/diskStore.js';
import { lockFolder } from '../kv/folderLock.js';
import { finishReplacing, replaceFiles } from '../kv/replaceFiles.js';
import { REOPEN_FREE_BYTES_MIN } from '../limits.js';
import { type FolderSurvey, type FolderSurveyOptions, surveyFolder } from '../verify/surveyFolder.js';
import { reportOf, requireFolder, type VerifyReport } from '../verify/verifyStore.js';
import { writeStore } from './writeStore.js';

/** Where the new store is built, inside the data folder. */
const BUILDING = 'repairing';

export interface RepairReport {
  /** The store as it was found. */
  readonly before: VerifyReport;
  /** Undefined when nothing was to be mended, and nothing was changed. */
  readonly repaired?: {
    readonly after: VerifyReport;
    /** Folder of the files that were replaced. */
    readonly oldFiles: string;
  };
}

export interface RepairOptions extends FolderSurveyOptions {
  /** The time in ms; names the folder of the old files. */
  readonly now?: () => number;
}

/**
 * Puts a store in the place of a damaged one that holds everything of it that is sound; the files of the damaged one
 * go to a folder beside them. Until the new store is whole, synced and verified, nothing of the old one is touched;
 * if the process ends while files are moved, whoever opens the folder next moves the rest.
 *
 * @throws TinyObsError `store_locked`, `store_unreadable` where there is no store, `store_version`, `store_full`
 * when there is no room for a second store, `store_write_failed`
 */
export async function repairStore(dataDir: string, options: RepairOptions): Promise<RepairReport> {
  await requireFolder(dataDir);
  await finishReplacing(dataDir);
  const lock = await lockFolder(dataDir);
  try {
    const survey = await surveyFolder(dataDir, options);
    const before = reportOf(survey);
    try {
      if (before.isSound) return { before };
      await buildStore(dataDir, survey, options);
    } finally {
      await survey.files.close();
    }
    const after = await verifyBuilt(join(dataDir, BUILDING), options);
    const name = new Date((options.now ?? Date.now)())
      .toISOString()
      .replace(/\.\d+Z$/, 'Z')
      .replaceAll(':', '');
    const oldFiles = await replaceFiles(dataDir, BUILDING, name);
    return { before, repaired: { after, oldFiles } };
  } finally {
    await lock.release();
  }
}

async function buildStore(
  dataDir: string,
  { files, store }: FolderSurvey,
  { onProgress }: RepairOptions,
): Promise<void> {
  await rm(join(dataDir, BUILDING), { recursive: true, force: true });
  await requireRoom(dataDir, files.sizeBytes);
  const totalBytes = store.runs.reduce((sum, { tally }) => sum + tally.sizeBytes, 0);
  let doneBytes = 0;
  await writeStore({
    source: files,
    survey: store,
    dataDir: join(dataDir, BUILDING),
    onBytes: (bytes) => {
      doneBytes += bytes;
      onProgress({ phase: 'writing', doneBytes, totalBytes });
    },
  });
}

async function requireRoom(dataDir: string, sizeBytes: number): Promise<void> {
  const freeBytes = await freeDiskBytes(dataDir);
  const neededBytes = sizeBytes + REOPEN_FREE_BYTES_MIN;
  if (freeBytes >= neededBytes) return;
  throw new TinyObsError(
    'store_full',
    `repairing writes a second store beside the damaged one: make ${neededBytes} bytes free on the disk of ${dataDir}, ${freeBytes} are`,
    { details: { freeBytes, neededBytes } },
  );
}

async function verifyBuilt(dataDir: string, { onProgress }: RepairOptions): Promise<VerifyReport> {
  const survey = await surveyFolder(dataDir, {
    onFinding: ({ severity, message }) =>
      assert(severity === 'notice', `what was written is sound, but ${message}`),
    onProgress: (progress) => onProgress({ ...progress, phase: 'checking what was written' }),
  });
  await survey.files.close();
  return reportOf(survey);
}
