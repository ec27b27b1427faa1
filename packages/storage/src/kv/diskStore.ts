import { constants } from 'node:fs';
import { access, mkdir, readFile, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { TinyObsError } from '@tinyobs/model';
import { ClassicLevel } from 'classic-level';
import type { KeyValueStore } from './keyValueStore.js';
import { corruptionError, isCorruption, LevelStore } from './levelStore.js';
import { findTornLogs } from './logTail.js';
import { finishReplacing } from './replaceFiles.js';

export interface DiskStoreOptions {
  readonly dataDir: string;
}

/** Bytes LevelDB gathers in memory before it writes a table; up to two such buffers exist. */
const WRITE_BUFFER_BYTES = 8 * 2 ** 20;
/** Uncompressed table blocks kept in memory. */
const CACHE_BYTES = 16 * 2 ** 20;
/** Our blocks are about 8 KB: a table block holds one or two of them. */
const TABLE_BLOCK_BYTES = 16 * 2 ** 10;
const TABLE_FILE_BYTES = 8 * 2 ** 20;

/**
 * A key-value store in a folder, on LevelDB.
 *
 * @throws TinyObsError `store_locked`, `store_unreadable`, `store_full`
 */
export async function openDiskStore({ dataDir }: DiskStoreOptions): Promise<KeyValueStore> {
  await checkFolder(dataDir);
  await finishReplacing(dataDir);
  // Before the database is made, which begins to open itself then.
  let torn = await tornLogsIn(dataDir);
  const level = new ClassicLevel<Uint8Array, Uint8Array>(dataDir, {
    keyEncoding: 'view',
    valueEncoding: 'view',
    writeBufferSize: WRITE_BUFFER_BYTES,
    cacheSize: CACHE_BYTES,
    blockSize: TABLE_BLOCK_BYTES,
    maxFileSize: TABLE_FILE_BYTES,
  });
  const store = new LevelStore(level, {
    keepsArrays: false,
    compactRange: ({ gte, lt }) => level.compactRange(gte, lt),
    approximateSize: ({ gte, lt }) => level.approximateSize(gte, lt),
    open: async () => {
      if (level.status === 'closed') torn = await tornLogsIn(dataDir);
      await open(level, dataDir);
      return readWarnings(dataDir, torn);
    },
  });
  await store.reopen();
  return store;
}

/** Bytes that can be written to the disk of the folder. */
export async function freeDiskBytes(dataDir: string): Promise<number> {
  const { bavail, bsize } = await statfs(dataDir);
  return bavail * bsize;
}

async function checkFolder(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    if (!(await stat(dataDir)).isDirectory()) throw new Error('it is not a folder');
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw unreadable(dataDir, cause);
  }
}

async function tornLogsIn(dataDir: string): Promise<ReadonlyMap<number, string>> {
  try {
    return await findTornLogs(dataDir);
  } catch (cause) {
    throw unreadable(dataDir, cause);
  }
}

async function open(level: ClassicLevel<Uint8Array, Uint8Array>, dataDir: string): Promise<void> {
  try {
    await level.open();
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'LEVEL_LOCKED') {
      throw new TinyObsError(
        'store_locked',
        `${dataDir} is in use by another process: stop it, or choose another folder`,
        { cause },
      );
    }
    if (cause instanceof Error && /no space left/i.test(cause.message)) {
      throw new TinyObsError('store_full', `no space left to open ${dataDir}: free some space`, { cause });
    }
    throw isCorruption(cause) ? corruptionError(cause) : unreadable(dataDir, cause);
  }
}

function unreadable(dataDir: string, cause: unknown): TinyObsError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TinyObsError(
    'store_unreadable',
    `${dataDir} cannot be used as a data folder: ${reason}; choose a folder this user may read and write`,
    { cause },
  );
}

/**
 * LevelDB skips damaged parts of its own log when it opens, and says so only in its file LOG, which it starts
 * anew at each open. There it also names the logs it read: what is torn in others was in tables already.
 */
async function readWarnings(dataDir: string, torn: ReadonlyMap<number, string>): Promise<string[]> {
  let log: string;
  try {
    log = await readFile(join(dataDir, 'LOG'), 'utf8');
  } catch (error) {
    return [`the LOG file of the database cannot be read: ${String(error)}`];
  }
  const read = [...log.matchAll(/Recovering log #(\d+)/g)].map(([, number]) => Number(number));
  const dropped = log
    .split('\n')
    .filter((line) => /corrupt|dropping|ignoring error|checksum mismatch/i.test(line));
  return [...dropped, ...read.flatMap((number) => torn.get(number) ?? [])];
}
