import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { finishReplacing, replaceFiles } from './replaceFiles.js';

/** Files by their paths. `repairing` is the folder with the new database. */
const BEFORE = {
  CURRENT: 'old',
  '1.ldb': 'old table',
  '2.log': 'old log',
  LOCK: '',
  'repairing/CURRENT': 'new',
  'repairing/1.ldb': 'new table',
  'repairing/LOCK': '',
  'damaged-before/CURRENT': 'older',
};

const AFTER = {
  CURRENT: 'new',
  '1.ldb': 'new table',
  LOCK: '',
  'damaged-before/CURRENT': 'older',
  'damaged-x/CURRENT': 'old',
  'damaged-x/1.ldb': 'old table',
  'damaged-x/2.log': 'old log',
};

/** What a process that was killed may leave. */
const STATES: Record<string, Record<string, string>> = {
  'nothing was moved': moved(BEFORE, { repairing: 'repaired-x' }),
  'some old files are aside': moved(BEFORE, { repairing: 'repaired-x', '1.ldb': 'damaged-x/1.ldb' }),
  'only CURRENT is left': moved(BEFORE, {
    repairing: 'repaired-x',
    '1.ldb': 'damaged-x/1.ldb',
    '2.log': 'damaged-x/2.log',
  }),
  'the new files come out': moved(AFTER, { CURRENT: 'installing-x/CURRENT', '1.ldb': 'installing-x/1.ldb' }),
  'some new files are out': moved(AFTER, { CURRENT: 'installing-x/CURRENT' }),
  'all new files are out': { ...AFTER, 'installing-x/LOCK': '' },
};

describe('replacing the files of a database', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tinyobs-replace-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('puts the old files aside and the new ones in their place', async () => {
    write(BEFORE);
    expect(await replaceFiles(folder, 'repairing', 'x')).toBe(join(folder, 'damaged-x'));
    expect(read()).toEqual(AFTER);
    await finishReplacing(folder);
    expect(read()).toEqual(AFTER);
  });

  it.each(Object.keys(STATES))('is finished by whoever opens the folder when %s', async (state) => {
    write(STATES[state]);
    await finishReplacing(folder);
    expect(read()).toEqual(AFTER);
  });

  function write(files: Record<string, string>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
  }

  function read(): Record<string, string> {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
    return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
  }
});

/** The same files, some of them or their folders under another path. */
function moved(files: Record<string, string>, moves: Record<string, string>): Record<string, string> {
  const renamed = (path: string) => {
    const from = Object.keys(moves).find((one) => path === one || path.startsWith(`${one}/`));
    return from === undefined ? path : moves[from] + path.slice(from.length);
  };
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [renamed(path), text]));
}
