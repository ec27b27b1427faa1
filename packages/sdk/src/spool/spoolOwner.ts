import { createHash, randomBytes } from 'node:crypto';
import { readlinkSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { SPOOL_ABANDONED_MS } from '../constants.js';

/** How folders are named, and when they are abandoned, is described in docs/spool.md. */
const NAME = /^(?:left|([0-9a-f]{8})\.(\d+)\.(\d+))\.[0-9a-f]{16}$/;

export const randomName = (): string => randomBytes(8).toString('hex');

/** A new name for a folder of this process. */
export async function ownFolderName(): Promise<string> {
  return `${machine()}.${process.pid}.${(await startOf(process.pid)) ?? '0'}.${randomName()}`;
}

/** A new name for a folder that nobody owns. */
export function leftFolderName(): string {
  return `left.${randomName()}`;
}

export function isFolderName(name: string): boolean {
  return NAME.test(name);
}

/** Whether nobody uses a folder any more. */
export async function isAbandoned(dir: string, name: string): Promise<boolean> {
  const [, owner, pid, start] = NAME.exec(name) ?? [];
  if (owner === undefined) return true;
  if (owner === machine() && (await startOf(Number(pid))) !== start) return true;
  const { mtimeMs } = await stat(join(dir, name));
  return Date.now() - mtimeMs > SPOOL_ABANDONED_MS;
}

/** Names what pids are unique in: the host, and within it the container. */
function machine(): string {
  return createHash('sha256').update(`${hostname()} ${pidNamespace()}`).digest('hex').slice(0, 8);
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has such; elsewhere the host's name has to do.
    return '';
  }
}

/** When a process began; `0` where the system does not say, undefined if there is no such process. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'latin1');
    // The name of the program, in parentheses, may hold anything. State is the third field, the start the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    // No such process, or not Linux.
    return isRunning(pid) ? '0' : undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
