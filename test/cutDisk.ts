import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Program } from './programs.js';
import { asRoot, canMount } from './smallDisk.js';

/** An ext4 file system of its own that can lose its power. */
export interface CutDisk {
  readonly folder: string;
  /** From now on nothing reaches the disk any more: what was not synced is gone. */
  cut(): void;
  /** Mounts the disk again after a cut, as a machine does that starts; nothing may have it open. */
  restore(): void;
  remove(): void;
}

const FORMAT = ['-q', '-F', '-m', '0', '-E', 'lazy_itable_init=0,lazy_journal_init=0'];

/** Cutting takes what mounting takes, and the programs that make and shut down the file system. */
export function canCut(): boolean {
  if (!canMount()) return false;
  try {
    for (const program of ['mkfs.ext4', 'perl'])
      execFileSync('sh', ['-c', `command -v ${program}`], ROOT_PATH);
    return true;
  } catch {
    process.stdout.write('tests with a power cut: skipped, they need mkfs.ext4 (e2fsprogs) and perl\n');
    return false;
  }
}

export function mountCutDisk(sizeBytes: number): CutDisk {
  const root = mkdtempSync(join(tmpdir(), 'tinyobs-cut-'));
  const image = join(root, 'image');
  const folder = join(root, 'disk');
  mkdirSync(folder);
  writeFileSync(image, '');
  truncateSync(image, sizeBytes);
  execFileSync('mkfs.ext4', [...FORMAT, image], ROOT_PATH);
  const mount = (): void => asRoot('mount', ['-o', 'loop', image, folder]);
  mount();
  asRoot('chmod', ['1777', folder]);
  let isMounted = true;
  const unmount = (): void => {
    asRoot('umount', [folder]);
    isMounted = false;
  };
  return {
    folder,
    cut: () => asRoot('perl', ['-e', SHUT_DOWN, folder]),
    restore: () => {
      unmount();
      mount();
      isMounted = true;
    },
    remove: () => {
      if (isMounted) unmount();
      rmSync(root, { recursive: true });
    },
  };
}

/**
 * Lets a process stand still, as it does without power. Resolves when none of its threads runs any more; one within a
 * sync stops when it leaves the kernel.
 */
export async function halt({ child }: Program): Promise<void> {
  child.kill('SIGSTOP');
  const threads = `/proc/${child.pid}/task`;
  const stateOf = (thread: string) =>
    /\) (\w)/.exec(readFileSync(join(threads, thread, 'stat'), 'utf8'))?.[1];
  while (readdirSync(threads).some((thread) => !'TD'.includes(stateOf(thread)!))) await setImmediate();
}

/** Where mkfs is, which is not in the path of every user. */
const ROOT_PATH = {
  stdio: 'ignore',
  env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
} as const;

/**
 * EXT4_IOC_SHUTDOWN, `_IOR('X', 125, __u32)`, with EXT4_GOING_FLAGS_NOLOGFLUSH: the file system stops where it is
 * and does not even write back its journal. Source: Linux, `fs/ext4/ext4.h`.
 */
const SHUT_DOWN =
  'open(my $disk, "<", $ARGV[0]) or die "open: $!"; my $how = pack("L", 2); ' +
  'ioctl($disk, 0x8004587d, $how) or die "ioctl: $!";';
