import { readdir, rename, rmdir, unlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isAbandoned, isFolderName, leftFolderName } from './spoolOwner.js';

/** Only the user that the app runs as may read what is kept. */
const FILE_MODE = 0o600;

/** For `catch`: takes what is not there for `otherwise`. */
export function ifMissing<T>(otherwise: T): (error: unknown) => T {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  };
}

/** Writes a new file; when that fails there is none. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes, { mode: FILE_MODE, flag: 'wx' });
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  }
}

/** The folders in `dir` that nobody uses any more. */
export async function abandonedFolders(dir: string): Promise<string[]> {
  const abandoned: string[] = [];
  for (const name of await readdir(dir).catch(ifMissing([]))) {
    // Missing: another process has just taken it.
    if (isFolderName(name) && (await isAbandoned(dir, name).catch(ifMissing(false)))) abandoned.push(name);
  }
  return abandoned;
}

/** Moves a folder of `dir` into the folder of this process. @returns the files that came with it. */
export async function takeFolder(dir: string, name: string, own: string): Promise<string[]> {
  const taken = join(own, name);
  // Missing: another process was quicker.
  const isOurs = await rename(join(dir, name), taken).then(() => true, ifMissing(false));
  if (!isOurs) return [];
  const paths: string[] = [];
  for (const entry of await readdir(taken, { withFileTypes: true })) {
    if (entry.isFile()) paths.push(join(taken, entry.name));
    else if (isFolderName(entry.name)) paths.push(...(await takeFolder(taken, entry.name, own)));
  }
  await removeIfEmpty(taken);
  return paths;
}

/** Ends the use of a folder: what is in it is there for the next. */
export async function leaveFolder(own: string): Promise<void> {
  if (!(await removeIfEmpty(own))) {
    await rename(own, join(dirname(own), leftFolderName())).catch(ifMissing(undefined));
  }
}

/** @returns whether there is no such folder any more. */
export async function removeIfEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    return ifMissing(true)(error);
  }
}
