import { compareKeys } from './keys.js';

export type Entry = [key: Uint8Array, value: Uint8Array];

/** What a write found under a key, before it changed or removed it. */
interface Image {
  readonly key: Uint8Array;
  /** Number of the write. */
  readonly version: number;
  /** Undefined where there was nothing. */
  readonly value: Uint8Array | undefined;
}

/** A stretch of keys, each as `nameOf` gives it, that was read from the database. */
export interface ReadStretch {
  /** Where it begins. */
  readonly from: string;
  readonly isFromIncluded: boolean;
  /** Its last key; undefined when it reaches to the end of `range`. */
  readonly last: string | undefined;
  /** Where everything that is wanted ends, exclusive. */
  readonly end: string;
}

/** Bytes that an image takes beside its key and value, about. */
const IMAGE_BYTES = 128;

/**
 * What is needed to see the database as it was after write n although later writes changed it: of each write
 * the values it replaced. An image counts for readers of versions below its own.
 */
export class BeforeImages {
  sizeBytes = 0;
  /** Of each key by `nameOf`, the earliest first. */
  #byKey = new Map<string, Image[]>();
  #sorted: string[] | undefined = [];

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  /** Notes what write `version` is about to replace, once for a key. */
  add(key: Uint8Array, version: number, value: Uint8Array | undefined): void {
    const name = nameOf(key);
    const images = this.#byKey.get(name);
    if (images?.at(-1)?.version === version) return;
    const image = { key, version, value };
    if (images) images.push(image);
    else {
      this.#byKey.set(name, [image]);
      this.#sorted = undefined;
    }
    this.sizeBytes += sizeOf(image);
  }

  /** The value of a key after write `version`, given what is there now. */
  valueAt(key: Uint8Array, version: number, now: Uint8Array | undefined): Uint8Array | undefined {
    const image = this.isEmpty ? undefined : this.#imageAt(nameOf(key), version);
    return image ? image.value : now;
  }

  /** The entries of a stretch after write `version`, given those that are there now, in key order. */
  entriesAt(now: Entry[], version: number, stretch: ReadStretch): Entry[] {
    const names = this.#namesIn(stretch);
    if (names.length === 0) return now;
    const entries = new Map(now.map((entry) => [nameOf(entry[0]), entry]));
    for (const name of names) {
      const image = this.#imageAt(name, version);
      if (!image) continue;
      if (image.value) entries.set(name, [image.key, image.value]);
      else entries.delete(name);
    }
    return [...entries.values()].sort(([a], [b]) => compareKeys(a, b));
  }

  /** Drops what only readers of versions below `version` would need. */
  forgetBefore(version: number): void {
    for (const [name, images] of this.#byKey) {
      const kept = images.filter((image) => image.version > version);
      if (kept.length === images.length) continue;
      for (const image of images) if (image.version <= version) this.sizeBytes -= sizeOf(image);
      if (kept.length > 0) this.#byKey.set(name, kept);
      else {
        this.#byKey.delete(name);
        this.#sorted = undefined;
      }
    }
  }

  clear(): void {
    this.#byKey = new Map();
    this.#sorted = [];
    this.sizeBytes = 0;
  }

  #imageAt(name: string, version: number): Image | undefined {
    return this.#byKey.get(name)?.find((image) => image.version > version);
  }

  #namesIn({ from, isFromIncluded, last, end }: ReadStretch): string[] {
    if (this.isEmpty) return [];
    this.#sorted ??= [...this.#byKey.keys()].sort();
    const names = this.#sorted;
    const found: string[] = [];
    for (let i = lowerBound(names, from); i < names.length; i++) {
      if (names[i] >= end || (last !== undefined && names[i] > last)) break;
      if (names[i] !== from || isFromIncluded) found.push(names[i]);
    }
    return found;
  }
}

/** A key as a string with a character for each byte: such strings order as the keys do. */
export function nameOf(key: Uint8Array): string {
  return String.fromCharCode(...key);
}

function sizeOf({ key, value }: Image): number {
  return IMAGE_BYTES + 2 * key.length + (value?.length ?? 0);
}

function lowerBound(names: readonly string[], wanted: string): number {
  let low = 0;
  let high = names.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (names[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
