import type { AuditEntry, AuditReadOptions, AuditStore } from './audit/auditStore.js';
import type { DocumentStore, StoredDocument } from './documents/documentStore.js';
import type { DocumentKind } from './kv/keys.js';
import type { Store } from './store.js';
import type { TailRead, TailStore } from './tail/tailStore.js';

/** How what is asked of a store finds the session that answers. */
export interface Sessions {
  /** The one there is, after one that is being opened; for reading. */
  readonly forReads: () => Promise<Store>;
  /**
   * The one that takes writes.
   *
   * @throws TinyObsError `store_full`, `store_write_failed`
   */
  readonly forWrites: () => Store;
}

/** The documents of whichever session there is. */
export class ServingDocuments implements DocumentStore {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async list(kind: DocumentKind): Promise<readonly StoredDocument[]> {
    const { documents } = await this.#sessions.forReads();
    return documents.list(kind);
  }

  async get(kind: DocumentKind, id: string): Promise<Uint8Array | undefined> {
    const { documents } = await this.#sessions.forReads();
    return documents.get(kind, id);
  }

  async put(kind: DocumentKind, id: string, bytes: Uint8Array): Promise<void> {
    await this.#sessions.forWrites().documents.put(kind, id, bytes);
  }

  async delete(kind: DocumentKind, id: string): Promise<boolean> {
    return this.#sessions.forWrites().documents.delete(kind, id);
  }
}

/** What is committed, by whichever session there is. */
export class ServingTails implements TailStore {
  readonly #sessions: Sessions;
  readonly #current: () => Store;

  constructor(sessions: Sessions, current: () => Store) {
    this.#sessions = sessions;
    this.#current = current;
  }

  get endSeq(): number {
    return this.#current().tails.endSeq;
  }

  get heldBytes(): number {
    return this.#current().tails.heldBytes;
  }

  position(name: string): number | undefined {
    return this.#current().tails.position(name);
  }

  async read(fromSeq: number): Promise<TailRead> {
    const { tails } = await this.#sessions.forReads();
    return tails.read(fromSeq);
  }

  acknowledge(name: string, beforeSeq: number): void {
    this.#current().tails.acknowledge(name, beforeSeq);
  }
}

/** The audit log of whichever session there is. */
export class ServingAudit implements AuditStore {
  readonly #sessions: Sessions;

  constructor(sessions: Sessions) {
    this.#sessions = sessions;
  }

  async append(bytes: Uint8Array): Promise<number> {
    return this.#sessions.forWrites().audit.append(bytes);
  }

  async read(options: AuditReadOptions): Promise<readonly AuditEntry[]> {
    const { audit } = await this.#sessions.forReads();
    return audit.read(options);
  }
}
