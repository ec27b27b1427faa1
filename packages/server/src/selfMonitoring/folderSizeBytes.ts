import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files come and go while LevelDB compacts: one that is gone counts nothing. */
export async function folderSizeBytes(folder: string): Promise<number> {
  let sizeBytes = 0;
  for (const name of await readdir(folder)) {
    try {
      sizeBytes += (await stat(join(folder, name))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return sizeBytes;
}
