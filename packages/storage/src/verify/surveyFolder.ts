import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TinyObsError } from '@tinyobs/model';
import type { FileDamage } from '../kv/files/fileDamage.js';
import { type LevelFiles, openLevelFiles } from '../kv/files/levelFiles.js';
import { PREFIXES, prefixRange } from '../kv/keyShapes.js';
import type { KeyRange } from '../kv/keyValueStore.js';
import type { Finding, FindingHandler, Loss } from './finding.js';
import { type StoreSurvey, surveyStore } from './surveyStore.js';
import { WAL_SAMPLE_BYTES_MIN } from './surveyWal.js';

/** How far a long piece of work is. */
export interface Progress {
  readonly phase: 'checking files' | 'checking samples' | 'writing' | 'checking what was written';
  readonly doneBytes: number;
  readonly totalBytes: number;
}

export interface FolderSurvey {
  readonly files: LevelFiles;
  readonly store: StoreSurvey;
  /** Findings that are damage. */
  readonly damages: number;
  readonly notices: number;
}

export interface FolderSurveyOptions {
  readonly onFinding: FindingHandler;
  readonly onProgress: (progress: Progress) => void;
}

/**
 * Checks every file of the database in a folder, then every key and value in it. The caller closes the files.
 *
 * @throws TinyObsError `store_unreadable` where there is no store, `store_version`
 */
export async function surveyFolder(dataDir: string, options: FolderSurveyOptions): Promise<FolderSurvey> {
  const { onProgress } = options;
  const files = await openFiles(dataDir, onProgress);
  const counts = { damage: 0, notice: 0 };
  const say: FindingHandler = (finding) => {
    counts[finding.severity]++;
    options.onFinding(finding);
  };
  try {
    for (const damage of files.damages) say(findingOf(damage));
    for (const finding of await readOwnLog(dataDir)) say(finding);
    await requireOurs(files, dataDir);
    const store = await surveyStore(files, {
      say,
      onProgress: (doneBytes, totalBytes) => onProgress({ phase: 'checking samples', doneBytes, totalBytes }),
      mayHaveLost: (range) => files.damages.some((damage) => mayTouch(damage, range)),
    });
    return { files, store, damages: counts.damage, notices: counts.notice };
  } catch (error) {
    await files.close();
    throw error;
  }
}

async function openFiles(
  dataDir: string,
  onProgress: FolderSurveyOptions['onProgress'],
): Promise<LevelFiles> {
  let files: LevelFiles | undefined;
  try {
    if (!(await stat(dataDir)).isDirectory()) throw new Error('it is not a folder');
    files = await openLevelFiles(dataDir, (doneBytes, totalBytes) =>
      onProgress({ phase: 'checking files', doneBytes, totalBytes }),
    );
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError('store_unreadable', `${dataDir} cannot be read: ${reason}`, { cause });
  }
  if (!files) throw noStore(dataDir);
  return files;
}

function noStore(dataDir: string): TinyObsError {
  return new TinyObsError(
    'store_unreadable',
    `there is no store in ${dataDir}: name the data folder of a server`,
  );
}

/** A database of something else has none of our keys. A new one has no keys at all, nor have the remains of one. */
async function requireOurs(files: LevelFiles, dataDir: string): Promise<void> {
  const first = async (gte: Uint8Array, lt: Uint8Array) => (await files.iterate({ gte, lt }).next(1))[0];
  if (!(await first(Uint8Array.of(0), Uint8Array.of(0xff)))) return;
  for (const prefix of PREFIXES) {
    const { gte, lt } = prefixRange(prefix);
    if (await first(gte, lt)) return;
  }
  throw noStore(dataDir);
}

function findingOf({ file, what, at, keys, isTorn, isHarmless }: FileDamage): Finding {
  const where = at ? `, ${at.bytes} bytes from byte ${at.offset} on` : '';
  const message = `${file}${where}: ${what}`;
  const severity = isTorn ? 'notice' : 'damage';
  if (isHarmless || (keys && isCounted(keys.upTo))) return { severity, kind: 'database_file', message };
  const samplesMax = at && file.endsWith('.log') ? Math.floor(at.bytes / WAL_SAMPLE_BYTES_MIN) : undefined;
  const loss: Loss = { series: undefined, minMs: undefined, maxMs: undefined, samplesMax };
  return { severity, kind: 'database_file', message, loss };
}

/** Whatever has keys before the write-ahead records is counted elsewhere, so that what is gone is found below. */
function isCounted(upTo: Uint8Array): boolean {
  return Buffer.compare(upTo, prefixRange('w/').gte) < 0;
}

/** Whether what is damaged may have held keys of a range, or said that they are gone or replaced. */
function mayTouch({ keys, isTorn, isHarmless }: FileDamage, { gte, lt }: KeyRange): boolean {
  if (isTorn || isHarmless) return false;
  return !keys || (Buffer.compare(keys.after, lt) < 0 && Buffer.compare(keys.upTo, gte) >= 0);
}

/** LevelDB gives up damaged parts of its log when it opens, and says so only in its file LOG. */
async function readOwnLog(dataDir: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const file of ['LOG.old', 'LOG']) {
    let text: string;
    try {
      text = await readFile(join(dataDir, file), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    for (const line of text.split('\n')) {
      if (!/corrupt|dropping|ignoring error|checksum mismatch/i.test(line)) continue;
      const message = `${file}: when the database was opened before, it gave up something: ${line.trim()}`;
      findings.push({ severity: 'notice', kind: 'database_log', message });
    }
  }
  return findings;
}
