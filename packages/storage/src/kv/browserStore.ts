import { TinyObsError } from '@tinyobs/model';
import { Level } from 'level';
import { SNAPSHOT_IMAGE_BYTES_MAX } from '../limits.js';
import type { KeyValueStore } from './keyValueStore.js';
import { LevelStore } from './levelStore.js';
import { VersionedStore } from './versionedStore.js';

export interface BrowserStoreOptions {
  /** Of the database in IndexedDB, within the origin of the page. */
  readonly name: string;
}

/**
 * A key-value store in IndexedDB, for pages and workers of a secure context (https or localhost). One store at
 * a time has a database open, over all tabs of the origin: a lock of the Web Locks API sees to that.
 *
 * @throws TinyObsError `store_locked`, `store_unreadable`, `store_full`
 */
export async function openBrowserStore({ name }: BrowserStoreOptions): Promise<KeyValueStore> {
  const store = new BrowserStore(name);
  await store.reopen();
  return store;
}

class BrowserStore extends VersionedStore {
  readonly #name: string;
  #unlock: (() => void) | undefined;

  constructor(name: string) {
    const level = new Level<Uint8Array, Uint8Array>(name, {
      prefix: 'tinyobs-',
      keyEncoding: 'view',
      valueEncoding: 'view',
    });
    const inner = new LevelStore(level, {
      // A view is stored with all of the buffer behind it, so each value must be alone in its own.
      keepsArrays: true,
      compactRange: () => Promise.resolve(),
      approximateSize: () => Promise.resolve(0),
      open: async () => {
        await level.open();
        syncWrites(level);
        return [];
      },
    });
    super(inner, { imageBytesMax: SNAPSHOT_IMAGE_BYTES_MAX });
    this.#name = name;
  }

  override async reopen(): Promise<void> {
    if (this.#unlock) return;
    this.#unlock = await lock(`tinyobs-${this.#name}`);
    try {
      await super.reopen();
    } catch (cause) {
      this.#release();
      throw openError(this.#name, cause);
    }
  }

  override async close(): Promise<void> {
    await super.close();
    this.#release();
  }

  #release(): void {
    this.#unlock?.();
    this.#unlock = undefined;
  }
}

/** What is used of the Web Locks API. */
interface LockManager {
  request(
    name: string,
    options: { readonly ifAvailable: true },
    held: (lock: object | null) => Promise<void> | undefined,
  ): Promise<void>;
}

/** Takes the lock of the database; returns what gives it back. The browser does when the page goes away. */
function lock(name: string): Promise<() => void> {
  const { navigator } = globalThis as { navigator?: { locks?: LockManager } };
  const locks = navigator?.locks;
  if (!locks) {
    throw new TinyObsError(
      'store_unreadable',
      'the page cannot lock its database: serve it over https or from localhost',
    );
  }
  return new Promise((resolve, reject) => {
    const held = (granted: object | null) => {
      if (granted) return new Promise<void>((unlock) => resolve(unlock));
      reject(
        new TinyObsError(
          'store_locked',
          `${name} is open in another tab: close that, or choose another name`,
        ),
      );
      return undefined;
    };
    locks.request(name, { ifAvailable: true }, held).catch(reject);
  });
}

/** What is used of an IndexedDB database. */
interface Database {
  transaction(stores: string[], mode: string, options?: { readonly durability: 'strict' }): unknown;
}

/** Unless asked for more, browsers call a transaction complete before its bytes are on the disk. */
function syncWrites(level: object): void {
  const { db } = level as { readonly db: Database };
  const begin = db.transaction.bind(db);
  db.transaction = (stores, mode) => begin(stores, mode, { durability: 'strict' });
}

function openError(name: string, cause: unknown): unknown {
  if (cause instanceof TinyObsError) return cause;
  const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  return new TinyObsError(
    'store_unreadable',
    `the database ${name} cannot be opened: ${String(reason)}; does the browser let this page keep data?`,
    { cause },
  );
}
