import type { LevelEntry } from './levelEntry.js';
import type { TableBlock, TableFile } from './tableFile.js';

/** Walks entries in their order: by key, of one key the latest first. */
export interface EntryCursor {
  /** Undefined at the end. */
  readonly current: LevelEntry | undefined;
  /** Goes to the first entry with this key or a greater one. */
  seek(key: Uint8Array): Promise<void>;
  /** Goes to the next entry; a promise only where something is to be read. */
  advance(): Promise<void> | undefined;
}

/** Entries in memory, sorted. */
export class ListCursor implements EntryCursor {
  readonly #entries: readonly LevelEntry[];
  #at = 0;

  constructor(entries: readonly LevelEntry[]) {
    this.#entries = entries;
  }

  get current(): LevelEntry | undefined {
    return this.#entries[this.#at];
  }

  seek(key: Uint8Array): Promise<void> {
    this.#at = firstIndex(this.#entries.length, (i) => Buffer.compare(this.#entries[i].key, key) >= 0);
    return Promise.resolve();
  }

  advance(): undefined {
    this.#at++;
  }
}

/** A table of which the keys are known. */
export interface KnownTable {
  readonly name: string;
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** See `CheckedTable`. */
  readonly blocks: readonly TableBlock[] | undefined;
}

/** Opens a table, or gives it again where it is open. */
export type TableOpener = (table: KnownTable) => Promise<TableFile>;

const READ_AHEAD_BYTES = 256 * 1024;

/** The entries of tables that follow each other. */
export class ChainCursor implements EntryCursor {
  readonly #tables: readonly KnownTable[];
  readonly #open: TableOpener;
  #table = 0;
  #block = 0;
  #entries: readonly LevelEntry[] = [];
  #at = 0;

  constructor(tables: readonly KnownTable[], open: TableOpener) {
    this.#tables = tables;
    this.#open = open;
  }

  get current(): LevelEntry | undefined {
    return this.#entries[this.#at];
  }

  async seek(key: Uint8Array): Promise<void> {
    const tables = this.#tables;
    this.#table = firstIndex(tables.length, (i) => Buffer.compare(tables[i].last, key) >= 0);
    this.#block = 0;
    if (this.#table < tables.length) {
      const { blocks } = await this.#open(tables[this.#table]);
      this.#block = firstIndex(blocks.length, (i) => Buffer.compare(blocks[i].upTo, key) >= 0);
    }
    // One block at first: it may be all that is wanted.
    await this.#load(1);
    while (this.current && Buffer.compare(this.current.key, key) < 0) {
      const loading = this.advance();
      if (loading !== undefined) await loading;
    }
  }

  advance(): Promise<void> | undefined {
    return ++this.#at < this.#entries.length ? undefined : this.#load(READ_AHEAD_BYTES);
  }

  /** Reads on until there are entries, or none are left. */
  async #load(bytesMax: number): Promise<void> {
    this.#at = 0;
    this.#entries = [];
    while (this.#table < this.#tables.length && this.#entries.length === 0) {
      const table = await this.#open(this.#tables[this.#table]);
      if (this.#block < table.blocks.length) {
        const { entries, next } = await table.read(this.#block, bytesMax);
        this.#entries = entries;
        this.#block = next;
      } else {
        this.#table++;
        this.#block = 0;
      }
    }
  }
}

/** Several cursors as one; of entries with one key only the latest is seen, and none that was deleted. */
export class MergedCursor {
  current: (LevelEntry & { readonly value: Uint8Array }) | undefined;
  readonly #cursors: readonly EntryCursor[];

  constructor(cursors: readonly EntryCursor[]) {
    this.#cursors = cursors;
  }

  async seek(key: Uint8Array): Promise<void> {
    for (const cursor of this.#cursors) await cursor.seek(key);
    await this.advance();
  }

  async advance(): Promise<void> {
    for (;;) {
      const latest = this.#latest();
      if (!latest) {
        this.current = undefined;
        return;
      }
      await this.#skip(latest.key);
      const { value } = latest;
      if (value === undefined) continue;
      this.current = { ...latest, value };
      return;
    }
  }

  /** The entry of the least key with the highest number. */
  #latest(): LevelEntry | undefined {
    let latest: LevelEntry | undefined;
    for (const { current } of this.#cursors) {
      if (!current) continue;
      const order = latest ? Buffer.compare(current.key, latest.key) || latest.seq - current.seq : -1;
      if (order < 0) latest = current;
    }
    return latest;
  }

  async #skip(key: Uint8Array): Promise<void> {
    for (const cursor of this.#cursors) {
      while (cursor.current && Buffer.compare(cursor.current.key, key) === 0) {
        const loading = cursor.advance();
        if (loading !== undefined) await loading;
      }
    }
  }
}

/** The first index below `count` that passes, given that all behind it do; `count` when none does. */
function firstIndex(count: number, passes: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (passes(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
