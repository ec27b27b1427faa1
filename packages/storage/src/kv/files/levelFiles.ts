import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { KeyRange, KeyValueIterator } from '../keyValueStore.js';
import { ChainCursor, type EntryCursor, type KnownTable, ListCursor, MergedCursor } from './entryCursor.js';
import type { FileDamage } from './fileDamage.js';
import { compareEntries, entriesOfBatch, type LevelEntry } from './levelEntry.js';
import { type LiveFiles, liveFilesOf } from './liveFiles.js';
import { readLogFile } from './logFile.js';
import { checkTable, TableFile } from './tableFile.js';

/** Tables kept open: each holds a file descriptor and its index, about 30 KB. */
const OPEN_TABLES_MAX = 64;

/**
 * The database of a folder, read from its files without LevelDB and without changing anything. LevelDB never
 * looks at its own checksums and ends the process over some damage; here every block, record and index is
 * checked, and what is not sound is left out.
 *
 * One call at a time: nothing here may be called while another call is under way.
 */
export class LevelFiles {
  readonly damages: readonly FileDamage[];
  /** Of all files that count. */
  readonly sizeBytes: number;
  readonly #dataDir: string;
  readonly #chains: readonly (readonly KnownTable[])[];
  readonly #logged: readonly LevelEntry[];
  /** In the order of their last use. */
  readonly #open = new Map<string, TableFile>();

  constructor(dataDir: string, contents: Contents) {
    this.#dataDir = dataDir;
    this.damages = contents.damages;
    this.sizeBytes = contents.sizeBytes;
    this.#chains = chainsOf(contents.tables);
    this.#logged = contents.logged.sort(compareEntries);
  }

  async get(key: Uint8Array): Promise<Uint8Array | undefined> {
    const cursor = this.#cursor();
    await cursor.seek(key);
    return cursor.current && Buffer.compare(cursor.current.key, key) === 0 ? cursor.current.value : undefined;
  }

  iterate(range: KeyRange): KeyValueIterator {
    const cursor = this.#cursor();
    let started = false;
    return {
      next: async (countMax) => {
        if (!started) await cursor.seek(range.gte);
        started = true;
        const entries: [Uint8Array, Uint8Array][] = [];
        for (; entries.length < countMax && cursor.current; await cursor.advance()) {
          if (Buffer.compare(cursor.current.key, range.lt) >= 0) break;
          entries.push([cursor.current.key, cursor.current.value]);
        }
        return entries;
      },
      close: () => Promise.resolve(),
    };
  }

  async close(): Promise<void> {
    for (const table of this.#open.values()) await table.close();
    this.#open.clear();
  }

  #cursor(): MergedCursor {
    const cursors: EntryCursor[] = this.#chains.map(
      (tables) => new ChainCursor(tables, (table) => this.#table(table)),
    );
    return new MergedCursor([...cursors, new ListCursor(this.#logged)]);
  }

  async #table({ name, blocks }: KnownTable): Promise<TableFile> {
    const table = this.#open.get(name) ?? (await TableFile.open(join(this.#dataDir, name), blocks));
    this.#open.delete(name);
    this.#open.set(name, table);
    const [[oldest, least]] = this.#open;
    if (this.#open.size > OPEN_TABLES_MAX) {
      this.#open.delete(oldest);
      await least.close();
    }
    return table;
  }
}

interface Contents {
  readonly damages: FileDamage[];
  sizeBytes: number;
  readonly tables: KnownTable[];
  readonly logged: LevelEntry[];
}

/**
 * Checks every file of the database in a folder. Undefined when there is none.
 *
 * `onProgress` is told the bytes that were checked and those of all files.
 */
export async function openLevelFiles(
  dataDir: string,
  onProgress: (doneBytes: number, totalBytes: number) => void,
): Promise<LevelFiles | undefined> {
  const names = await readdir(dataDir);
  if (!names.some((name) => /^(CURRENT|MANIFEST-\d+|\d+\.(ldb|sst|log))$/.test(name))) return undefined;
  const contents: Contents = { damages: [], sizeBytes: 0, tables: [], logged: [] };
  const live = await readLiveFiles(dataDir, names, contents.damages);
  const files = names.filter((name) => counts(name, live)).sort();
  for (const name of files) contents.sizeBytes += (await stat(join(dataDir, name))).size;
  noteMissing(names, live, contents.damages);
  let done = 0;
  for (const name of files) {
    const bytes = await readFile(join(dataDir, name));
    if (name.endsWith('.log')) readLog(name, bytes, contents);
    else readTable(name, bytes, contents);
    done += bytes.length;
    onProgress(done, contents.sizeBytes);
  }
  return new LevelFiles(dataDir, contents);
}

/** Undefined where the manifest cannot be read: every table and log counts then. */
async function readLiveFiles(
  dataDir: string,
  names: readonly string[],
  damages: FileDamage[],
): Promise<LiveFiles | undefined> {
  const say = (file: string, what: string) => {
    const taken = `${what}; all tables and logs of the folder are taken for live`;
    damages.push({ file, what: taken, isHarmless: true });
  };
  const current = names.includes('CURRENT') ? await readFile(join(dataDir, 'CURRENT'), 'latin1') : '';
  const manifest = /^(MANIFEST-\d+)\n$/.exec(current)?.[1];
  if (manifest === undefined || !names.includes(manifest)) {
    say('CURRENT', names.includes('CURRENT') ? 'it names no manifest of the folder' : 'it is missing');
    return undefined;
  }
  const log = readLogFile(manifest, await readFile(join(dataDir, manifest)));
  damages.push(...log.damages.filter(({ isTorn }) => isTorn));
  const damage = log.damages.find(({ isTorn }) => !isTorn);
  try {
    if (damage) throw new RangeError(damage.what);
    return liveFilesOf(log.records);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    say(manifest, error.message);
    return undefined;
  }
}

function numberOf(name: string): number {
  return Number.parseInt(name, 10);
}

function counts(name: string, live: LiveFiles | undefined): boolean {
  if (/^\d+\.log$/.test(name)) {
    return !live || numberOf(name) >= live.logNumber || numberOf(name) === live.previousLog;
  }
  return /^\d+\.(ldb|sst)$/.test(name) && (!live || live.tables.has(numberOf(name)));
}

/** The log with the number in the manifest is there from the moment the manifest names it; 0 names none. */
function noteMissing(names: readonly string[], live: LiveFiles | undefined, damages: FileDamage[]): void {
  if (!live) return;
  const there = new Set(names.filter((name) => /^\d+\.(ldb|sst|log)$/.test(name)).map(numberOf));
  const say = (number: number, what: string) => {
    if (there.has(number)) return;
    const extension = number === live.logNumber ? 'log' : 'ldb';
    damages.push({ file: `${String(number).padStart(6, '0')}.${extension}`, what });
  };
  for (const table of live.tables) say(table, 'the table is missing');
  if (live.logNumber > 0) say(live.logNumber, 'the log is missing');
}

function readLog(name: string, bytes: Uint8Array, { damages, logged }: Contents): void {
  const log = readLogFile(name, bytes);
  damages.push(...log.damages);
  for (const record of log.records) {
    try {
      logged.push(...entriesOfBatch(record));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const at = { offset: record.byteOffset - bytes.byteOffset, bytes: record.length };
      damages.push({ file: name, what: `a record is not a batch of writes (${error.message})`, at });
    }
  }
}

function readTable(name: string, bytes: Uint8Array, { damages, tables }: Contents): void {
  const table = checkTable(name, bytes);
  damages.push(...table.damages);
  if (table.keys) tables.push({ name, ...table.keys, blocks: table.blocks });
}

/** As few sequences of tables without overlap as there can be: about one for each level of LevelDB. */
function chainsOf(tables: readonly KnownTable[]): KnownTable[][] {
  const chains: KnownTable[][] = [];
  for (const table of [...tables].sort((a, b) => Buffer.compare(a.first, b.first))) {
    const chain = chains.find((one) => Buffer.compare(one[one.length - 1].last, table.first) < 0);
    if (chain) chain.push(table);
    else chains.push([table]);
  }
  return chains;
}
