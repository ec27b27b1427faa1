import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TinyObsError } from '@tinyobs/model';

/** Bytes that the address of a Unix socket has room for where there are fewest, its end left out: 104 on macOS. */
const SOCKET_PATH_BYTES_MAX = 103;

/** Where the processes that share a data folder find their owner. */
export interface OwnerPlace {
  /** Folder that is claimed by whoever is the owner, or about to be. */
  readonly claim: string;
  /** Where the owner listens: a Unix socket, or a named pipe on Windows. */
  readonly socketPath: string;
}

/**
 * Finds the place for a data folder, the same for all processes whatever path they know it by, and makes its folders,
 * which only this user may enter. A socket whose path would be too long is in a folder of the system's for temporary
 * files instead.
 *
 * @throws TinyObsError `store_unreadable`
 */
export async function ownerPlace(dataDir: string): Promise<OwnerPlace> {
  try {
    await mkdir(dataDir, { recursive: true });
    const real = await realpath(dataDir);
    const folder = join(real, 'owner');
    await makePrivate(folder);
    return { claim: join(folder, 'claim'), socketPath: await socketPathOf(real, folder) };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TinyObsError('store_unreadable', `${dataDir} cannot be shared: ${reason}`, { cause });
  }
}

async function socketPathOf(real: string, folder: string): Promise<string> {
  const name = `tinyobs-${createHash('sha256').update(real).digest('hex').slice(0, 32)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const inside = join(folder, 'socket');
  if (Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX) return inside;
  const elsewhere = join(tmpdir(), name);
  await makePrivate(elsewhere);
  return join(elsewhere, 'socket');
}

/** In a folder that all may write to, somebody else may have been there first. */
async function makePrivate(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const found = await lstat(folder);
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder; remove it`);
  if (process.getuid && found.uid !== process.getuid()) {
    throw new Error(`${folder} is another user's; all processes have to run as one user`);
  }
  if ((found.mode & 0o077) !== 0) await chmod(folder, 0o700);
}
