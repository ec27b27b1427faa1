import { openDiskStore } from '../../../packages/storage/dist/kv/diskStore.js';

/** Values of up to so many bytes are counted together. */
export const VALUE_SIZES: readonly { readonly name: string; readonly bytesMax: number }[] = [
  { name: '≤ 64 B', bytesMax: 64 },
  { name: '≤ 512 B', bytesMax: 512 },
  { name: '≤ 4 KB', bytesMax: 4096 },
  { name: '≤ 8 KB', bytesMax: 8192 },
  { name: '≤ 12 KB', bytesMax: 12_288 },
  { name: '≤ 64 KB', bytesMax: 65_536 },
  { name: 'more', bytesMax: Number.POSITIVE_INFINITY },
];

/** By the first byte of the key. */
const KINDS: readonly (readonly [prefix: string, name: string])[] = [
  ['b', 'blocks'],
  ['c', 'timestamps'],
  ['s', 'series, twice'],
  ['m', 'manifests and marks'],
  ['d', 'metadata'],
  ['t', 'deletions'],
  ['w', 'write-ahead records'],
];

export interface Kind {
  readonly name: string;
  readonly count: number;
  readonly valueBytes: number;
  /** About, after snappy. */
  readonly diskBytes: number;
  /** How many values fall into each of `VALUE_SIZES`. */
  readonly sizes: readonly number[];
}

/** What a closed store left in its folder, by kind, after LevelDB has rewritten all of it. */
export async function storedKinds(dataDir: string): Promise<Kind[]> {
  const kv = await openDiskStore({ dataDir });
  // The first one may only write to a table what is in memory.
  for (let time = 0; time < 2; time++) {
    await kv.compactRange({ gte: Uint8Array.of(0), lt: Uint8Array.of(0xff) });
  }
  const kinds: Kind[] = [];
  for (const [prefix, name] of KINDS) {
    const first = prefix.charCodeAt(0);
    const range = { gte: Uint8Array.of(first), lt: Uint8Array.of(first + 1) };
    const sizes = VALUE_SIZES.map(() => 0);
    let count = 0;
    let valueBytes = 0;
    const iterator = kv.iterate(range);
    for (let some = await iterator.next(64); some.length > 0; some = await iterator.next(64)) {
      for (const [, value] of some) {
        count++;
        valueBytes += value.length;
        sizes[VALUE_SIZES.findIndex(({ bytesMax }) => value.length <= bytesMax)]++;
      }
    }
    await iterator.close();
    if (count > 0) kinds.push({ name, count, valueBytes, diskBytes: await kv.approximateSize(range), sizes });
  }
  await kv.close();
  return kinds;
}
