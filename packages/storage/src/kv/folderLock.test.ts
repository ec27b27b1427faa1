import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder } from './folderLock.js';

const CLASSIC_LEVEL = createRequire(import.meta.url).resolve('classic-level');

/** Another process opens the database of the folder: 'open', or why not. */
function openElsewhere(folder: string): string {
  const program = `
    const { ClassicLevel } = require(${JSON.stringify(CLASSIC_LEVEL)});
    new ClassicLevel(${JSON.stringify(folder)}).open().then(
      () => console.log('open'),
      (error) => console.log(error.cause.code),
    );`;
  return execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }).trim();
}

describe('the lock of a folder', () => {
  it('keeps other processes out until it is released, and opens nothing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tinyobs-locked-'));
    for (let round = 0; round < 3; round++) {
      const lock = await lockFolder(folder);
      expect(openElsewhere(folder)).toBe('LEVEL_LOCKED');
      expect(existsSync(join(folder, 'CURRENT'))).toBe(false);
      await lock.release();
    }
    expect(openElsewhere(folder)).toBe('open');
    await rm(folder, { recursive: true });
  });
});
