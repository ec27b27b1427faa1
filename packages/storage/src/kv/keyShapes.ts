import { DOCUMENT_ID, parseDocumentId, parseManifestKey, type RunId } from './keys.js';
import type { KeyRange } from './keyValueStore.js';

/** Keys as a reader meets them who does not know what is there. Layout: docs/format/keys.md. */
const PREFIX_BYTES = 2;
const RUN_BYTES = 15;

/** Lengths of the keys of each prefix; metadata has the name of its metric behind it, documents their ids. */
const LENGTHS: Readonly<Record<string, (length: number) => boolean>> = {
  'b/': (length) => length === PREFIX_BYTES + RUN_BYTES + 12,
  'c/': (length) => length === PREFIX_BYTES + RUN_BYTES + 4,
  'd/': (length) => length >= PREFIX_BYTES,
  'g/': (length) => length > PREFIX_BYTES,
  'k/': (length) => length > PREFIX_BYTES,
  'm/': (length) => length === PREFIX_BYTES + 1 || length === PREFIX_BYTES + 1 + RUN_BYTES,
  's/': (length) => length === PREFIX_BYTES + 5,
  't/': (length) => length === PREFIX_BYTES + 8,
  'u/': (length) => length === PREFIX_BYTES + 8,
  'v/': (length) => length > PREFIX_BYTES,
  'w/': (length) => length === PREFIX_BYTES + 8,
  'x/': (length) => length === PREFIX_BYTES + 8,
};
const META_KINDS = ['f', 'r', 'i', 'c', 'g', 'k', 't', 'u', 'v', 'x'];

/** Every prefix that this version knows. */
export const PREFIXES: readonly string[] = Object.keys(LENGTHS).sort();

/** Whether this version writes such keys. */
export function isKnownKey(key: Uint8Array): boolean {
  const text = Buffer.from(key.subarray(0, PREFIX_BYTES + 1)).toString('latin1');
  const prefix = text.slice(0, PREFIX_BYTES);
  if (!LENGTHS[prefix]?.(key.length)) return false;
  if (prefix === 'm/')
    return text === 'm/m' ? key.length > 3 : META_KINDS.includes(text[2]) && key.length === 3;
  if (['g/', 'k/', 'v/'].includes(prefix)) return DOCUMENT_ID.test(parseDocumentId(key));
  return prefix !== 's/' || key[PREFIX_BYTES] < 2;
}

/** All keys with the prefix, such as `b/`. */
export function prefixRange(prefix: string): KeyRange {
  const gte = Uint8Array.from(Buffer.from(prefix, 'latin1'));
  const lt = gte.slice();
  lt[lt.length - 1]++;
  return { gte, lt };
}

/** What lies between the prefixes that this version knows. */
export function rangesBetweenPrefixes(): KeyRange[] {
  const ranges: KeyRange[] = [];
  let gte: Uint8Array = Uint8Array.of(0);
  for (const prefix of PREFIXES) {
    const known = prefixRange(prefix);
    ranges.push({ gte, lt: known.gte });
    gte = known.lt;
  }
  ranges.push({ gte, lt: Uint8Array.of(0xff) });
  return ranges;
}

/** The run of a block or chunk. */
export function parseRunOf(key: Uint8Array): RunId {
  const manifestLike = new Uint8Array(PREFIX_BYTES + 1 + RUN_BYTES);
  manifestLike.set(key.subarray(PREFIX_BYTES, PREFIX_BYTES + RUN_BYTES), PREFIX_BYTES + 1);
  return parseManifestKey(manifestLike);
}

/** Number of a chunk in its run. */
export function parseChunk(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(PREFIX_BYTES + RUN_BYTES);
}

/** The least key behind this one. */
export function keyBehind(key: Uint8Array): Uint8Array {
  const behind = new Uint8Array(key.length + 1);
  behind.set(key);
  return behind;
}
