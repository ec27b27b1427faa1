import { TinyObsError } from '@tinyobs/model';
import type { AbstractChainedBatch, AbstractIterator, AbstractLevel, AbstractSnapshot } from 'abstract-level';
import { SCAN_BYTES_PER_READ } from '../limits.js';
import type {
  KeyRange,
  KeyValueBatch,
  KeyValueIterator,
  KeyValueSnapshot,
  KeyValueStore,
} from './keyValueStore.js';

export type BinaryLevel = AbstractLevel<string | Uint8Array | Buffer, Uint8Array, Uint8Array>;

/** What differs between the databases behind abstract-level. */
export interface LevelTraits {
  /** Whether the database keeps the very array it was given, so that a batch has to copy it. */
  readonly keepsArrays: boolean;
  compactRange(range: KeyRange): Promise<void>;
  approximateSize(range: KeyRange): Promise<number>;
  /** Opens the database and returns what the opening found and gave up. */
  open(): Promise<readonly string[]>;
}

/** A `KeyValueStore` over any abstract-level database with byte keys and values. */
export class LevelStore implements KeyValueStore {
  openWarnings: readonly string[] = [];
  readonly #level: BinaryLevel;
  readonly #traits: LevelTraits;

  constructor(level: BinaryLevel, traits: LevelTraits) {
    this.#level = level;
    this.#traits = traits;
  }

  batch(): KeyValueBatch {
    return new LevelBatch(this.#level, this.#traits.keepsArrays);
  }

  get(key: Uint8Array, snapshot?: KeyValueSnapshot): Promise<Uint8Array | undefined> {
    return reading(this.#level.get(key, { snapshot: ownSnapshot(snapshot) }));
  }

  getMany(keys: readonly Uint8Array[], snapshot?: KeyValueSnapshot): Promise<(Uint8Array | undefined)[]> {
    return reading(this.#level.getMany([...keys], { snapshot: ownSnapshot(snapshot) }));
  }

  iterate(range: KeyRange, snapshot?: KeyValueSnapshot): KeyValueIterator {
    // The size of one read is an option of classic-level only, others ignore it.
    const options = {
      gte: range.gte,
      lt: range.lt,
      snapshot: ownSnapshot(snapshot),
      highWaterMarkBytes: SCAN_BYTES_PER_READ,
    };
    return new LevelIterator(this.#level.iterator(options));
  }

  snapshot(): KeyValueSnapshot {
    return new LevelSnapshot(this.#level.snapshot());
  }

  async clear({ gte, lt }: KeyRange): Promise<void> {
    try {
      await this.#level.clear({ gte, lt });
    } catch (cause) {
      throw writeError(cause);
    }
  }

  compactRange(range: KeyRange): Promise<void> {
    return this.#traits.compactRange(range);
  }

  approximateSize(range: KeyRange): Promise<number> {
    return this.#traits.approximateSize(range);
  }

  close(): Promise<void> {
    return this.#level.close();
  }

  async reopen(): Promise<void> {
    this.openWarnings = await this.#traits.open();
  }
}

/** The database holds on to a batch until it is written, so one is begun with the first entry. */
class LevelBatch implements KeyValueBatch {
  sizeBytes = 0;
  readonly #level: BinaryLevel;
  readonly #copies: boolean;
  #batch: AbstractChainedBatch<BinaryLevel, Uint8Array, Uint8Array> | undefined;

  constructor(level: BinaryLevel, copies: boolean) {
    this.#level = level;
    this.#copies = copies;
  }

  put(key: Uint8Array, value: Uint8Array): void {
    this.#batch ??= this.#level.batch();
    if (this.#copies) this.#batch.put(key.slice(), value.slice());
    else this.#batch.put(key, value);
    this.sizeBytes += key.length + value.length;
  }

  del(key: Uint8Array): void {
    this.#batch ??= this.#level.batch();
    this.#batch.del(this.#copies ? key.slice() : key);
    this.sizeBytes += key.length;
  }

  async write(options: { readonly sync: boolean }): Promise<void> {
    try {
      await this.#batch?.write(options);
    } catch (cause) {
      throw writeError(cause);
    }
  }
}

class LevelIterator implements KeyValueIterator {
  readonly #iterator: AbstractIterator<BinaryLevel, Uint8Array, Uint8Array>;

  constructor(iterator: AbstractIterator<BinaryLevel, Uint8Array, Uint8Array>) {
    this.#iterator = iterator;
  }

  next(countMax: number): Promise<[Uint8Array, Uint8Array][]> {
    return reading(this.#iterator.nextv(countMax) as Promise<[Uint8Array, Uint8Array][]>);
  }

  close(): Promise<void> {
    return this.#iterator.close();
  }
}

class LevelSnapshot implements KeyValueSnapshot {
  readonly inner: AbstractSnapshot;

  constructor(inner: AbstractSnapshot) {
    this.inner = inner;
  }

  close(): Promise<void> {
    return this.inner.close();
  }
}

function ownSnapshot(snapshot: KeyValueSnapshot | undefined): AbstractSnapshot | undefined {
  return snapshot instanceof LevelSnapshot ? snapshot.inner : undefined;
}

/** Damage that LevelDB itself notices while it reads becomes our error; others stay what they are. */
async function reading<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw isCorruption(error) ? corruptionError(error) : error;
  }
}

/** Whether the database says that its files are damaged. */
export function isCorruption(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'LEVEL_CORRUPTION') || /^Corruption\b/.test(error.message);
}

export function corruptionError(cause: unknown): TinyObsError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TinyObsError(
    'store_corrupt',
    `a file of the database is damaged: ${reason}; stop the server and run \`tinyobs repair\`, or restore a backup`,
    {
      cause,
    },
  );
}

function writeError(cause: unknown): TinyObsError {
  const reason = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  if (/no space left|ENOSPC|disk quota exceeded|EDQUOT|QuotaExceeded/i.test(reason)) {
    return new TinyObsError(
      'store_full',
      'the disk is full: free some space, and writing goes on by itself',
      { cause },
    );
  }
  return new TinyObsError('store_write_failed', `the database could not be written: ${reason}`, { cause });
}
