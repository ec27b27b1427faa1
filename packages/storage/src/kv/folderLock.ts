import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { TinyObsError } from '@tinyobs/model';
import { ClassicLevel } from 'classic-level';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the lock by which LevelDB keeps other processes out of a folder, without opening the database there: an
 * empty one elsewhere is opened over the same lock file. Not noticed is a database that this process has open.
 *
 * @throws TinyObsError `store_locked`, `store_unreadable`
 */
export async function lockFolder(dataDir: string): Promise<FolderLock> {
  const elsewhere = await mkdtemp(join(tmpdir(), 'tinyobs-lock-'));
  const remove = () => rm(elsewhere, { recursive: true, force: true });
  try {
    await symlink(join(resolve(dataDir), 'LOCK'), join(elsewhere, 'LOCK'));
  } catch (error) {
    await remove();
    throw lockError(dataDir, error);
  }
  // Begins to open in the next tick, so the lock file has to be in its place by now.
  const level = new ClassicLevel(elsewhere);
  try {
    await level.open();
  } catch (error) {
    await level.close();
    await remove();
    throw lockError(dataDir, error);
  }
  return {
    release: async () => {
      await level.close();
      await remove();
    },
  };
}

function lockError(dataDir: string, error: unknown): TinyObsError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED') {
    return new TinyObsError('store_locked', `${dataDir} is in use: stop the server that has it open first`, {
      cause,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TinyObsError('store_unreadable', `${dataDir} cannot be locked: ${reason}`, { cause });
}
