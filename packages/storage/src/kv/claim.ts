import { TinyObsError } from '@tinyobs/model';
import { ClassicLevel } from 'classic-level';
import type { FolderLock } from './folderLock.js';

/**
 * Claims a folder for as long as this process lives or until it is released, whichever comes first; its parent has to
 * be there. It is done by the lock of an empty database, so all threads of a process count as well, and nothing has to
 * be cleared up after one that was killed. A try that fails leaves no trace in a store beside, as trying to open that
 * would: LevelDB starts the file in which it says what was lost anew before it looks at the lock.
 *
 * @returns undefined while somebody else has it
 * @throws TinyObsError `store_unreadable`
 */
export async function claimFolder(folder: string): Promise<FolderLock | undefined> {
  const level = new ClassicLevel(folder);
  try {
    await level.open();
  } catch (error) {
    await level.close();
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    if (cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED') return undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError(
      'store_unreadable',
      `${folder} cannot be claimed: ${reason}; it holds no data, so it may be removed while nothing runs`,
      { cause },
    );
  }
  return { release: () => level.close() };
}
