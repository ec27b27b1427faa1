import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** `st_blocks` counts in these, whatever the file system. */
const BLOCK_BYTES = 512;

/** What a folder takes on the disk, as `du` counts it: without the holes of files that were given room in advance. */
export function folderBytes(folder: string): number {
  let total = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      total += folderBytes(path);
      continue;
    }
    // A server may remove a file between the listing and the look.
    total += (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * BLOCK_BYTES;
  }
  return total;
}
