import { TinyObsError } from '@tinyobs/model';
import { BeforeImages, type Entry, nameOf } from './beforeImages.js';
import type {
  KeyRange,
  KeyValueBatch,
  KeyValueIterator,
  KeyValueSnapshot,
  KeyValueStore,
} from './keyValueStore.js';

/** Values looked up at once before they are replaced. */
const IMAGES_PER_READ = 256;

export interface VersionedStoreOptions {
  /** Bytes kept for open snapshots; past it the snapshots there are fail, and their readers have to begin again. */
  readonly imageBytesMax: number;
}

/**
 * Gives snapshots to a database that has none, for its only user: while snapshots are open, each write first
 * notes what it replaces. Writes are numbered as they begin and done one after the other. A snapshot stands
 * behind those that had begun, and waits for them; what later ones changed it takes from the notes. Notes are
 * made before their write, and consulted after the database was read: so a reader never misses one.
 */
export class VersionedStore implements KeyValueStore {
  readonly #inner: KeyValueStore;
  readonly #imageBytesMax: number;
  readonly #images = new BeforeImages();
  readonly #snapshots = new Set<VersionSnapshot>();
  #begun = 0;
  #writes: Promise<void> = Promise.resolve();

  constructor(inner: KeyValueStore, { imageBytesMax }: VersionedStoreOptions) {
    this.#inner = inner;
    this.#imageBytesMax = imageBytesMax;
  }

  get openWarnings(): readonly string[] {
    return this.#inner.openWarnings;
  }

  batch(): KeyValueBatch {
    return new VersionedBatch(this.#inner.batch(), (keys, apply) =>
      this.#write((version) => this.#noteKeys(keys, version), apply),
    );
  }

  async get(key: Uint8Array, snapshot?: KeyValueSnapshot): Promise<Uint8Array | undefined> {
    const [value] = await this.getMany([key], snapshot);
    return value;
  }

  async getMany(
    keys: readonly Uint8Array[],
    snapshot?: KeyValueSnapshot,
  ): Promise<(Uint8Array | undefined)[]> {
    if (!(snapshot instanceof VersionSnapshot)) return this.#inner.getMany(keys);
    await snapshot.ready;
    const values = await this.#inner.getMany(keys);
    snapshot.check();
    return values.map((now, i) => this.#images.valueAt(keys[i], snapshot.version, now));
  }

  iterate(range: KeyRange, snapshot?: KeyValueSnapshot): KeyValueIterator {
    if (!(snapshot instanceof VersionSnapshot)) return this.#inner.iterate(range);
    return new VersionedIterator(this.#inner, this.#images, range, snapshot);
  }

  snapshot(): KeyValueSnapshot {
    const snapshot = new VersionSnapshot(this.#begun, this.#writes, () => this.#release(snapshot));
    this.#snapshots.add(snapshot);
    return snapshot;
  }

  clear(range: KeyRange): Promise<void> {
    return this.#write(
      (version) => this.#noteRange(range, version),
      () => this.#inner.clear(range),
    );
  }

  compactRange(range: KeyRange): Promise<void> {
    return this.#inner.compactRange(range);
  }

  approximateSize(range: KeyRange): Promise<number> {
    return this.#inner.approximateSize(range);
  }

  async close(): Promise<void> {
    for (const snapshot of this.#snapshots) this.#end(snapshot, 'closed');
    this.#images.clear();
    await this.#writes;
    await this.#inner.close();
  }

  reopen(): Promise<void> {
    return this.#inner.reopen();
  }

  #write(note: (version: number) => Promise<void>, apply: () => Promise<void>): Promise<void> {
    const version = ++this.#begun;
    const done = this.#writes.then(async () => {
      if (this.#isSeenBefore(version)) await note(version);
      await apply();
    });
    // The writer learns of a failure by `done`; the writes after it go on or fail by themselves.
    this.#writes = done.catch(() => undefined);
    return done;
  }

  #isSeenBefore(version: number): boolean {
    for (const snapshot of this.#snapshots) if (snapshot.version < version) return true;
    return false;
  }

  async #noteKeys(keys: readonly Uint8Array[], version: number): Promise<void> {
    for (let from = 0; from < keys.length && this.#isSeenBefore(version); from += IMAGES_PER_READ) {
      const some = keys.slice(from, from + IMAGES_PER_READ);
      const values = await this.#inner.getMany(some);
      some.forEach((key, i) => void this.#images.add(key, version, values[i]));
      this.#bound(version);
    }
  }

  async #noteRange(range: KeyRange, version: number): Promise<void> {
    const iterator = this.#inner.iterate(range);
    try {
      while (this.#isSeenBefore(version)) {
        const entries = await iterator.next(IMAGES_PER_READ);
        if (entries.length === 0) break;
        for (const [key, value] of entries) this.#images.add(key, version, value);
        this.#bound(version);
      }
    } finally {
      await iterator.close();
    }
  }

  #bound(version: number): void {
    if (this.#images.sizeBytes <= this.#imageBytesMax) return;
    for (const snapshot of this.#snapshots) if (snapshot.version < version) this.#end(snapshot, 'overtaken');
    this.#images.clear();
  }

  #release(snapshot: VersionSnapshot): void {
    this.#snapshots.delete(snapshot);
    if (this.#snapshots.size === 0) this.#images.clear();
    else this.#images.forgetBefore(Math.min(...[...this.#snapshots].map(({ version }) => version)));
  }

  #end(snapshot: VersionSnapshot, state: 'closed' | 'overtaken'): void {
    snapshot.state = state;
    this.#snapshots.delete(snapshot);
  }
}

class VersionSnapshot implements KeyValueSnapshot {
  state: 'open' | 'closed' | 'overtaken' = 'open';
  /** Sees the writes up to this one. */
  readonly version: number;
  /** Settles when all of these writes are done. */
  readonly ready: Promise<void>;
  readonly #release: () => void;

  constructor(version: number, ready: Promise<void>, release: () => void) {
    this.version = version;
    this.ready = ready;
    this.#release = release;
  }

  /** @throws TinyObsError `store_busy` when too much changed for it to be kept; Error after it was closed. */
  check(): void {
    if (this.state === 'open') return;
    if (this.state === 'closed') throw new Error('the snapshot is closed');
    throw new TinyObsError(
      'store_busy',
      'too much was rewritten or dropped while this was being read: begin again',
    );
  }

  async close(): Promise<void> {
    if (this.state !== 'open') return;
    this.state = 'closed';
    this.#release();
  }
}

class VersionedBatch implements KeyValueBatch {
  readonly #inner: KeyValueBatch;
  readonly #write: (keys: readonly Uint8Array[], apply: () => Promise<void>) => Promise<void>;
  readonly #keys: Uint8Array[] = [];

  constructor(
    inner: KeyValueBatch,
    write: (keys: readonly Uint8Array[], apply: () => Promise<void>) => Promise<void>,
  ) {
    this.#inner = inner;
    this.#write = write;
  }

  get sizeBytes(): number {
    return this.#inner.sizeBytes;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#keys.push(key.slice());
    this.#inner.put(key, value);
  }

  del(key: Uint8Array): void {
    this.#keys.push(key.slice());
    this.#inner.del(key);
  }

  write(options: { readonly sync: boolean }): Promise<void> {
    return this.#write(this.#keys, () => this.#inner.write(options));
  }
}

/** Reads what is there now, and puts what later writes changed back as it was. */
class VersionedIterator implements KeyValueIterator {
  readonly #inner: KeyValueStore;
  readonly #images: BeforeImages;
  readonly #range: KeyRange;
  readonly #snapshot: VersionSnapshot;
  /** Opened when the writes before the snapshot are done. */
  #iterator: KeyValueIterator | undefined;
  /** The last key that was read, by `nameOf`. */
  #last: string | undefined;
  #ready: Entry[] = [];
  #isAtEnd = false;

  constructor(inner: KeyValueStore, images: BeforeImages, range: KeyRange, snapshot: VersionSnapshot) {
    this.#inner = inner;
    this.#images = images;
    this.#range = range;
    this.#snapshot = snapshot;
  }

  async next(countMax: number): Promise<Entry[]> {
    await this.#snapshot.ready;
    this.#snapshot.check();
    this.#iterator ??= this.#inner.iterate(this.#range);
    while (this.#ready.length === 0 && !this.#isAtEnd) await this.#read(this.#iterator, countMax);
    return this.#ready.splice(0, countMax);
  }

  async close(): Promise<void> {
    await this.#iterator?.close();
  }

  async #read(iterator: KeyValueIterator, countMax: number): Promise<void> {
    const entries = await iterator.next(countMax);
    this.#snapshot.check();
    this.#isAtEnd = entries.length === 0;
    const last = this.#isAtEnd ? undefined : nameOf(entries[entries.length - 1][0]);
    this.#ready = this.#images.entriesAt(entries, this.#snapshot.version, {
      from: this.#last ?? nameOf(this.#range.gte),
      isFromIncluded: this.#last === undefined,
      last,
      end: nameOf(this.#range.lt),
    });
    this.#last = last;
  }
}
