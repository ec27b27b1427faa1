import { statfsSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem } from 'node:os';

/** Magic numbers of statfs(2). */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  61267: 'ext4',
  16914836: 'tmpfs',
  1481003842: 'xfs',
  2435016766: 'btrfs',
  2035054128: 'overlayfs',
};

export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the folder that data folders are made in. */
  readonly fileSystem: string;
}

export function describeMachine(): Machine {
  const { type } = statfsSync(tmpdir());
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    fileSystem: FILE_SYSTEMS[type] ?? `a file system of type 0x${type.toString(16)}`,
  };
}
