import { type FileHandle, open } from 'node:fs/promises';
import { ByteReader } from '../../bytes/byteReader.js';
import type { FileDamage } from './fileDamage.js';
import { entryOf, type LevelEntry } from './levelEntry.js';
import {
  BLOCK_TRAILER_BYTES,
  type BlockHandle,
  findBlock,
  openBlock,
  readBlockEntries,
  readHandle,
} from './tableBlock.js';

const FOOTER_BYTES = 48;
const MAGIC_LOW = 0x8b80fb57;
const MAGIC_HIGH = 0xdb477524;

/** A data block and the last key it may hold. */
export interface TableBlock extends BlockHandle {
  readonly upTo: Uint8Array;
}

/** What a table holds, after every byte of it was checked. */
export interface CheckedTable {
  /** Least and greatest key; undefined when nothing in it can be read. */
  readonly keys: { readonly first: Uint8Array; readonly last: Uint8Array } | undefined;
  /** Only where the index is damaged and the blocks were searched for. */
  readonly blocks: readonly TableBlock[] | undefined;
  readonly damages: readonly FileDamage[];
}

const NO_KEY = new Uint8Array(0);

/** Checks every block of a table, given whole. */
export function checkTable(file: string, table: Uint8Array): CheckedTable {
  const damages: FileDamage[] = [];
  let blocks: TableBlock[];
  let searched = false;
  try {
    const { index, meta } = readFooter(table.subarray(-FOOTER_BYTES));
    blocks = readIndex(cut(table, index));
    checkFilters(file, table, meta, damages);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    searched = true;
    const found = searchBlocks(table);
    blocks = found.blocks;
    const what = `the index is damaged (${error.message}); ${blocks.length} blocks were found by their checksums`;
    const at = { offset: found.end, bytes: table.length - found.end };
    damages.push({ file, what, at, isHarmless: found.isWhole });
  }
  const keys = checkBlocks(file, table, blocks, damages);
  return { keys, blocks: searched ? blocks : undefined, damages };
}

function endOf(block: BlockHandle): number {
  return block.offset + block.size + BLOCK_TRAILER_BYTES;
}

function cut(table: Uint8Array, { offset, size }: BlockHandle): Uint8Array {
  const end = offset + size + BLOCK_TRAILER_BYTES;
  if (end > table.length) throw new RangeError('a block lies behind the end of the file');
  return table.subarray(offset, end);
}

function readFooter(footer: Uint8Array): { index: BlockHandle; meta: BlockHandle } {
  if (footer.length < FOOTER_BYTES) throw new RangeError('the file is cut off');
  const magic = new ByteReader(footer, FOOTER_BYTES - 8);
  if (magic.u32() !== MAGIC_LOW || magic.u32() !== MAGIC_HIGH) throw new RangeError('not a table');
  const reader = new ByteReader(footer);
  const meta = readHandle(reader);
  return { meta, index: readHandle(reader) };
}

function readIndex(bytes: Uint8Array): TableBlock[] {
  return readBlockEntries(openBlock(bytes)).map(({ key, value }) => ({
    ...readHandle(new ByteReader(value)),
    upTo: entryOf(key, value).key,
  }));
}

/** Filters only make looking for keys faster, but a damaged one makes LevelDB miss keys. */
function checkFilters(file: string, table: Uint8Array, meta: BlockHandle, damages: FileDamage[]): void {
  let place = meta;
  try {
    for (const { value } of readBlockEntries(openBlock(cut(table, meta)))) {
      place = readHandle(new ByteReader(value));
      openBlock(cut(table, place));
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const at = { offset: place.offset, bytes: place.size };
    damages.push({ file, what: `a filter is damaged (${error.message})`, at, isHarmless: true });
  }
}

function checkBlocks(
  file: string,
  table: Uint8Array,
  blocks: readonly TableBlock[],
  damages: FileDamage[],
): CheckedTable['keys'] {
  let first: Uint8Array | undefined;
  let last: Uint8Array = NO_KEY;
  let after: Uint8Array = NO_KEY;
  for (const block of blocks) {
    try {
      const entries = readDataBlock(cut(table, block));
      if (entries.length > 0) {
        first ??= entries[0].key.slice();
        last = entries[entries.length - 1].key.slice();
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      const at = { offset: block.offset, bytes: block.size };
      damages.push({ file, what: error.message, at, keys: { after, upTo: block.upTo } });
    }
    after = block.upTo;
  }
  return first && { first, last };
}

/** @throws RangeError */
function readDataBlock(bytes: Uint8Array): LevelEntry[] {
  return readBlockEntries(openBlock(bytes)).map(({ key, value }) => entryOf(key, value));
}

/** Data blocks follow each other from the start; behind the last one comes a block of another kind, the filters. */
function searchBlocks(table: Uint8Array): { blocks: TableBlock[]; end: number; isWhole: boolean } {
  const blocks: TableBlock[] = [];
  let last: Uint8Array = NO_KEY;
  for (let end = 0; ; ) {
    const block = findBlock(table, end);
    if (!block) return { blocks, end, isWhole: false };
    const upTo = lastKeyBehind(last, cut(table, block));
    if (!upTo) return { blocks, end, isWhole: true };
    blocks.push({ ...block, upTo });
    last = upTo;
    end = endOf(block);
  }
}

/** The last key of a block of entries that come after `last`; undefined when it is none. */
function lastKeyBehind(last: Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
  try {
    const entries = readDataBlock(bytes);
    const isBehind = entries.length > 0 && Buffer.compare(entries[0].key, last) >= 0;
    return isBehind ? entries[entries.length - 1].key : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Reads single blocks of a table; those whose checksum fails are empty, `checkTable` has said so. */
export class TableFile {
  readonly blocks: readonly TableBlock[];
  readonly #handle: FileHandle;

  static async open(path: string, known: readonly TableBlock[] | undefined): Promise<TableFile> {
    const handle = await open(path);
    try {
      return new TableFile(handle, known ?? (await readBlocks(handle)));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  private constructor(handle: FileHandle, blocks: readonly TableBlock[]) {
    this.#handle = handle;
    this.blocks = blocks;
  }

  /** Entries of the blocks from `first` on, as many as about `bytesMax` bytes hold, and the block after them. */
  async read(first: number, bytesMax: number): Promise<{ entries: LevelEntry[]; next: number }> {
    const { offset } = this.blocks[first];
    let next = first + 1;
    while (next < this.blocks.length && endOf(this.blocks[next]) - offset <= bytesMax) next++;
    const bytes = await readAt(this.#handle, offset, endOf(this.blocks[next - 1]) - offset);
    const entries: LevelEntry[] = [];
    for (const block of this.blocks.slice(first, next)) {
      const start = block.offset - offset;
      entries.push(...soundEntries(bytes.subarray(start, start + block.size + BLOCK_TRAILER_BYTES)));
    }
    return { entries, next };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

async function readBlocks(handle: FileHandle): Promise<TableBlock[]> {
  const { size } = await handle.stat();
  const { index } = readFooter(await readAt(handle, size - FOOTER_BYTES, FOOTER_BYTES));
  return readIndex(await readAt(handle, index.offset, index.size + BLOCK_TRAILER_BYTES));
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  const { bytesRead } = await handle.read(buffer, { position, length });
  return buffer.subarray(0, bytesRead);
}

function soundEntries(bytes: Uint8Array): LevelEntry[] {
  try {
    return readDataBlock(bytes);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}
