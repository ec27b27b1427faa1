import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What LevelDB drops from its logs without a word: a write that the end of a file cuts short, and zeros, which a
 * file system may leave where bytes were on their way. Nobody can tell from the file whether that write was
 * acknowledged, so it is said. By number of the log; to be asked before LevelDB opens the folder, which replaces
 * its logs. Damage that fails a checksum LevelDB reports itself.
 *
 * Source: https://github.com/google/leveldb/blob/v1.20/doc/log_format.md
 */
export async function findTornLogs(dataDir: string): Promise<Map<number, string>> {
  const torn = new Map<number, string>();
  const block = new Uint8Array(BLOCK_BYTES);
  for (const name of await readdir(dataDir)) {
    const number = /^(\d+)\.log$/.exec(name)?.[1];
    if (number === undefined) continue;
    const file = await openIfThere(join(dataDir, name));
    if (!file) continue;
    try {
      const found = await walk(file, block);
      if (found) torn.set(Number(number), `${name}: ${found}`);
    } finally {
      await file.close();
    }
  }
  return torn;
}

/** Another process that has the folder open may replace its logs; that it does is for the opening to say. */
async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

const BLOCK_BYTES = 32 * 1024;
/** Checksum u32, length u16, type u8. */
const HEADER_BYTES = 7;
const TYPE = { none: 0, full: 1, first: 2, middle: 3, last: 4 } as const;

/** Follows the records from block to block; what is dropped, undefined when the log ends as it should. */
async function walk(file: FileHandle, block: Uint8Array): Promise<string | undefined> {
  let zeroBytes = 0;
  /** Where the write began that has not ended yet. */
  let begunAt: number | undefined;
  for (let blockAt = 0; ; blockAt += BLOCK_BYTES) {
    const length = await readBlock(file, block, blockAt);
    let at = 0;
    for (; at + HEADER_BYTES <= length; ) {
      const recordBytes = block[at + 4] | (block[at + 5] << 8);
      const type = block[at + 6];
      if (type === TYPE.none && recordBytes === 0) {
        zeroBytes += length - at;
        at = length;
        begunAt = undefined;
        break;
      }
      if (at + HEADER_BYTES + recordBytes > length) break;
      if (type === TYPE.first) begunAt = blockAt + at;
      else if (type === TYPE.full || type === TYPE.last) begunAt = undefined;
      at += HEADER_BYTES + recordBytes;
    }
    if (length === BLOCK_BYTES) continue;
    if (zeroBytes > 0) return `${zeroBytes} bytes from a stretch of zeros on are dropped`;
    const droppedBytes = blockAt + length - (begunAt ?? blockAt + at);
    if (droppedBytes > 0) return `it ends within a write, ${droppedBytes} bytes of it are dropped`;
    return undefined;
  }
}

async function readBlock(file: FileHandle, block: Uint8Array, position: number): Promise<number> {
  let length = 0;
  while (length < block.length) {
    const { bytesRead } = await file.read(block, length, block.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
