import { TinyObsError } from '@tinyobs/model';
import { closedError } from '../closedError.js';
import { DOCUMENT_ID, type DocumentKind, documentKey } from '../kv/keys.js';
import { seal } from '../kv/seal.js';
import { DOCUMENT_BYTES_MAX, DOCUMENTS_WAITING_BYTES_MAX, WAITING_BYTES } from '../limits.js';
import { encodeDocument } from './documentRecord.js';
import { DocumentShelf, type DocumentsContext } from './documentShelf.js';
import type { DocumentStore, StoredDocument } from './documentStore.js';

/** The documents of a store. Calls on one kind are done one after the other, so that none meets half a change. */
export class Documents implements DocumentStore {
  readonly #shelves: Readonly<Record<DocumentKind, DocumentShelf>>;
  #waitingBytes = 0;
  /** End when the calls begun so far have ended. */
  readonly #turns: Record<DocumentKind, Promise<void>> = {
    key: Promise.resolve(),
    dashboard: Promise.resolve(),
    group: Promise.resolve(),
  };
  #isClosed = false;

  constructor(context: DocumentsContext) {
    this.#shelves = {
      key: new DocumentShelf('key', context),
      dashboard: new DocumentShelf('dashboard', context),
      group: new DocumentShelf('group', context),
    };
  }

  /**
   * Learns what is there of some kinds; part of opening. Damage is reported and not thrown.
   *
   * @throws TinyObsError `store_version`
   */
  async load(kinds: readonly DocumentKind[]): Promise<void> {
    for (const kind of kinds) await this.#shelves[kind].load();
  }

  list(kind: DocumentKind): Promise<readonly StoredDocument[]> {
    return this.#inTurn(kind, (shelf) => shelf.list());
  }

  async get(kind: DocumentKind, id: string): Promise<Uint8Array | undefined> {
    requireId(id);
    return this.#inTurn(kind, (shelf) => shelf.get(id));
  }

  async put(kind: DocumentKind, id: string, bytes: Uint8Array): Promise<void> {
    requireId(id);
    requireSize(bytes);
    // Made now, so that the caller may reuse the bytes at once.
    const value = seal(documentKey(kind, id), encodeDocument(bytes));
    const waitingBytes = value.length + WAITING_BYTES;
    if (this.#waitingBytes + waitingBytes > DOCUMENTS_WAITING_BYTES_MAX) {
      throw new TinyObsError('store_busy', 'too many documents are waiting to be written: send again later');
    }
    this.#waitingBytes += waitingBytes;
    try {
      await this.#inTurn(kind, (shelf) => shelf.put(id, value));
    } finally {
      this.#waitingBytes -= waitingBytes;
    }
  }

  async delete(kind: DocumentKind, id: string): Promise<boolean> {
    requireId(id);
    return this.#inTurn(kind, (shelf) => shelf.delete(id));
  }

  /** Refuses what comes from now on, and resolves when what was begun has ended. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Object.values(this.#turns));
  }

  #inTurn<T>(kind: DocumentKind, action: (shelf: DocumentShelf) => Promise<T>): Promise<T> {
    if (this.#isClosed) return Promise.reject(closedError());
    const result = this.#turns[kind].then(() => action(this.#shelves[kind]));
    this.#turns[kind] = result.then(
      () => undefined,
      () => undefined,
    );
    return result;
  }
}

function requireId(id: string): void {
  if (DOCUMENT_ID.test(id)) return;
  throw new TinyObsError(
    'invalid_parameter',
    `${JSON.stringify(id)} is no id of a document: give 1 to 64 letters, digits, _ or -`,
    { details: { parameter: 'id' } },
  );
}

function requireSize({ length }: Uint8Array): void {
  if (length <= DOCUMENT_BYTES_MAX) return;
  throw new TinyObsError(
    'invalid_parameter',
    `a document has at most ${DOCUMENT_BYTES_MAX} bytes, this one has ${length}: make it smaller`,
    { details: { parameter: 'bytes', sizeBytes: length, sizeBytesMax: DOCUMENT_BYTES_MAX } },
  );
}
