import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lockFolder } from './folderLock.js';

/**
 * Replaces the database of a folder by one that was built in a folder inside, and puts the old files aside. Works
 * where the folder itself cannot be renamed, such as a mounted volume.
 *
 * Each step can be done again, and the name of the inner folder says which come next, so that whoever opens the
 * folder after a crash ends what was begun and finds a whole database:
 *
 *     repaired-<name>     whole and synced; the old files go to damaged-<name>
 *     installing-<name>   the old files are aside; the new ones come out, CURRENT last
 */
const READY = /^repaired-(.+)$/;
const INSTALLING = /^installing-(.+)$/;
/** Held while files are moved. */
const LOCK_FILE = 'LOCK';

/** Replaces the database by that in the inner folder `built`; returns the folder of the old files. */
export async function replaceFiles(dataDir: string, built: string, name: string): Promise<string> {
  await rename(join(dataDir, built), join(dataDir, `repaired-${name}`));
  await syncFolder(dataDir);
  await finish(dataDir);
  return join(dataDir, `damaged-${name}`);
}

/**
 * Ends what `replaceFiles` began before a crash.
 *
 * @throws TinyObsError `store_locked`, `store_unreadable`
 */
export async function finishReplacing(dataDir: string): Promise<void> {
  const names = await readdir(dataDir);
  if (!names.some((name) => READY.test(name) || INSTALLING.test(name))) return;
  const lock = await lockFolder(dataDir);
  try {
    await finish(dataDir);
  } finally {
    await lock.release();
  }
}

async function finish(dataDir: string): Promise<void> {
  for (const inner of await readdir(dataDir)) {
    const name = READY.exec(inner)?.[1];
    if (name === undefined) continue;
    const aside = join(dataDir, `damaged-${name}`);
    await mkdir(aside, { recursive: true });
    await moveFiles(dataDir, aside);
    await rename(join(dataDir, inner), join(dataDir, `installing-${name}`));
    await syncFolder(dataDir);
  }
  for (const inner of await readdir(dataDir)) {
    if (!INSTALLING.test(inner)) continue;
    await moveFiles(join(dataDir, inner), dataDir);
    await rm(join(dataDir, inner), { recursive: true });
    await syncFolder(dataDir);
  }
}

async function moveFiles(from: string, to: string): Promise<void> {
  const entries = await readdir(from, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile() && entry.name !== LOCK_FILE).map(({ name }) => name);
  for (const name of names.sort((a, b) => Number(a === 'CURRENT') - Number(b === 'CURRENT'))) {
    await rename(join(from, name), join(to, name));
  }
  await syncFolder(to);
  await syncFolder(from);
}

/** Names in a folder are only sure after a sync of the folder. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
