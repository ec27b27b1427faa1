import { MANIFESTS, manifestKey, parseManifestKey, ROOT_KEY } from '../kv/keys.js';
import type { KeyValueStore } from '../kv/keyValueStore.js';
import { corrupt, seal, sealOf, unseal } from '../kv/seal.js';
import {
  decodeManifest,
  decodeRoot,
  EMPTY_ROOT,
  encodeManifest,
  encodeRoot,
  type Manifest,
  type Root,
} from './manifest.js';

const MANIFESTS_PER_READ = 256;

/**
 * The live runs and the root record, in memory. Both change only after the batch that writes them is kept, in
 * one tick (S2).
 */
export class Catalog {
  /** Runs by number, the oldest first: of two samples of one time the later run's wins. Never changed in place. */
  runs: readonly Manifest[] = [];
  root: Root = EMPTY_ROOT;

  /** @throws TinyObsError `store_corrupt` when a manifest is missing or anything is damaged (S3, S4). */
  async load(kv: KeyValueStore): Promise<void> {
    const stored = await kv.get(ROOT_KEY);
    if (stored) this.root = decodeRoot(unseal(ROOT_KEY, stored));
    const runs: Manifest[] = [];
    let sum = 0;
    const iterator = kv.iterate(MANIFESTS);
    try {
      for (;;) {
        const entries = await iterator.next(MANIFESTS_PER_READ);
        if (entries.length === 0) break;
        for (const [key, value] of entries) {
          runs.push(decodeManifest(parseManifestKey(key), unseal(key, value)));
          sum = (sum + sealOf(value)) >>> 0;
        }
      }
    } finally {
      await iterator.close();
    }
    if (runs.length !== this.root.manifests || sum !== this.root.manifestSum) {
      throw corrupt(`${this.root.manifests} manifests were written, ${runs.length} are there`, ROOT_KEY);
    }
    this.runs = runs.sort(byRun);
  }
}

/** What a flush adds to the catalog: prepared before the write, put in force after it. */
export class CatalogChange {
  readonly entries: readonly [key: Uint8Array, value: Uint8Array][];
  readonly #runs: readonly Manifest[];
  readonly #root: Root;

  constructor(catalog: Catalog, added: readonly Manifest[], root: Omit<Root, 'manifests' | 'manifestSum'>) {
    let sum = catalog.root.manifestSum;
    const entries: [Uint8Array, Uint8Array][] = [];
    for (const manifest of added) {
      const key = manifestKey(manifest.id);
      const value = seal(key, encodeManifest(manifest));
      sum = (sum + sealOf(value)) >>> 0;
      entries.push([key, value]);
    }
    this.#root = { ...root, manifests: catalog.root.manifests + added.length, manifestSum: sum };
    entries.push([ROOT_KEY, seal(ROOT_KEY, encodeRoot(this.#root))]);
    this.entries = entries;
    this.#runs = [...catalog.runs, ...added].sort(byRun);
  }

  applyTo(catalog: Catalog): void {
    catalog.runs = this.#runs;
    catalog.root = this.#root;
  }
}

function byRun(a: Manifest, b: Manifest): number {
  return a.id.run - b.id.run || a.id.generation - b.id.generation || a.id.windowMs - b.id.windowMs;
}
