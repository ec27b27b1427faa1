import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own in memory, so that it can be filled. */
export interface SmallDisk {
  readonly folder: string;
  resize(sizeBytes: number): void;
  remove(): void;
}

/** Mounting takes root, or a sudo that asks nothing. */
export function canMount(): boolean {
  if (process.platform !== 'linux') return false;
  if (process.getuid?.() === 0) return true;
  try {
    execFileSync('sudo', ['-n', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export function mountSmallDisk(sizeBytes: number): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), 'tinyobs-disk-'));
  asRoot('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes},mode=1777`, 'tmpfs', folder]);
  return {
    folder,
    resize: (newSizeBytes) => asRoot('mount', ['-o', `remount,size=${newSizeBytes}`, folder]),
    remove: () => {
      asRoot('umount', [folder]);
      rmdirSync(folder);
    },
  };
}

/** Runs a command as root: as the user that tests run as, or through sudo. */
export function asRoot(command: string, args: readonly string[]): void {
  const isRoot = process.getuid?.() === 0;
  execFileSync(isRoot ? command : 'sudo', isRoot ? args : ['-n', command, ...args]);
}
