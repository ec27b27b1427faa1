import { TinyObsError } from '@tinyobs/model';
import {
  type DocumentKind,
  documentCountKey,
  documentKey,
  documentRange,
  parseDocumentId,
} from '../kv/keys.js';
import type { KeyValueBatch, KeyValueStore } from '../kv/keyValueStore.js';
import { corrupt, readSealed, seal, sealOf } from '../kv/seal.js';
import type { WriteGuard } from '../kv/writeGuard.js';
import { DOCUMENTS_BYTES_MAX, DOCUMENTS_MAX } from '../limits.js';
import { decodeDocument, decodeDocumentCount, encodeDocumentCount } from './documentRecord.js';
import type { StoredDocument } from './documentStore.js';

const ENTRIES_PER_READ = 16;

export interface DocumentsContext {
  readonly kv: KeyValueStore;
  readonly writes: WriteGuard;
  readonly sync: boolean;
  readonly onCorruption: (error: TinyObsError) => void;
}

/** What is counted of a stored record. */
interface Counted {
  readonly sum: number;
  readonly sizeBytes: number;
}

const NOTHING: Counted = { sum: 0, sizeBytes: 0 };

/**
 * The documents of one kind: on disk, with what is counted of each in memory. Its calls come one at a time.
 *
 * S4: a record says how many there are and what their checksums add up to, and is written in the batch of each change.
 * Where something else is there nothing is listed or changed, so that it stays noticed until it is repaired.
 */
export class DocumentShelf {
  readonly #kind: DocumentKind;
  readonly #context: DocumentsContext;
  /** By id, damaged ones too. */
  readonly #counted = new Map<string, Counted>();
  /** Of all of them; the sum of the checksums is modulo 2^32. */
  #total = NOTHING;
  /** Why it is not known what there must be. */
  #damage: TinyObsError | undefined;

  constructor(kind: DocumentKind, context: DocumentsContext) {
    this.#kind = kind;
    this.#context = context;
  }

  /**
   * Reads and checks everything; damage is reported.
   *
   * @throws TinyObsError `store_version`
   */
  async load(): Promise<void> {
    const { kv } = this.#context;
    let damaged = 0;
    const iterator = kv.iterate(documentRange(this.#kind));
    try {
      for (;;) {
        const entries = await iterator.next(ENTRIES_PER_READ);
        if (entries.length === 0) break;
        for (const [key, value] of entries) {
          const counted = { sum: sealOf(value), sizeBytes: value.length };
          this.#counted.set(parseDocumentId(key), counted);
          this.#total = totalOf(this.#total, counted);
          const { problem } = readSealed(key, value, decodeDocument);
          if (problem === undefined) continue;
          damaged++;
          this.#report(key, problem);
        }
      }
    } finally {
      await iterator.close();
    }
    await this.#checkCount(damaged > 0);
  }

  /** See `DocumentStore.list`. */
  async list(): Promise<StoredDocument[]> {
    if (this.#damage) throw this.#damage;
    const ids = [...this.#counted.keys()].sort();
    const keys = ids.map((id) => documentKey(this.#kind, id));
    const values = await this.#context.kv.getMany(keys);
    const documents: StoredDocument[] = [];
    let damage: TinyObsError | undefined;
    for (const [i, id] of ids.entries()) {
      const reading = readSealed(keys[i], values[i], decodeDocument);
      if (reading.problem === undefined) documents.push({ id, bytes: reading.value });
      else damage = this.#report(keys[i], reading.problem);
    }
    if (damage && documents.length === 0) throw damage;
    return documents;
  }

  /** See `DocumentStore.get`. */
  async get(id: string): Promise<Uint8Array | undefined> {
    const key = documentKey(this.#kind, id);
    const value = await this.#context.kv.get(key);
    if (value === undefined && !this.#counted.has(id)) {
      // It may be one that is missing.
      if (this.#damage) throw this.#damage;
      return undefined;
    }
    const reading = readSealed(key, value, decodeDocument);
    if (reading.problem !== undefined) throw this.#report(key, reading.problem);
    return reading.value;
  }

  /** Takes a sealed record; see `DocumentStore.put`. */
  async put(id: string, value: Uint8Array): Promise<void> {
    const counted = { sum: sealOf(value), sizeBytes: value.length };
    const known = this.#counted.get(id);
    const total = totalOf(this.#total, counted, known);
    this.#requireRoom({ isNew: known === undefined, sizeBytes: total.sizeBytes });
    await this.#commit(total, this.#counted.size + (known ? 0 : 1), (batch) =>
      batch.put(documentKey(this.#kind, id), value),
    );
    this.#counted.set(id, counted);
  }

  /** See `DocumentStore.delete`. */
  async delete(id: string): Promise<boolean> {
    const known = this.#counted.get(id);
    if (!known) {
      if (this.#damage) throw this.#damage;
      return false;
    }
    await this.#commit(totalOf(this.#total, NOTHING, known), this.#counted.size - 1, (batch) =>
      batch.del(documentKey(this.#kind, id)),
    );
    this.#counted.delete(id);
    return true;
  }

  async #commit(total: Counted, documents: number, change: (batch: KeyValueBatch) => void): Promise<void> {
    const { kv, writes, sync } = this.#context;
    writes.check();
    if (this.#damage) throw this.#damage;
    const batch = kv.batch();
    change(batch);
    const key = documentCountKey(this.#kind);
    batch.put(key, seal(key, encodeDocumentCount({ documents, sum: total.sum })));
    await writes.write(batch, { sync });
    this.#total = total;
  }

  /** Compares what is there with the record that counts it. */
  async #checkCount(isDamaged: boolean): Promise<void> {
    const key = documentCountKey(this.#kind);
    const reading = readSealed(key, await this.#context.kv.get(key), decodeDocumentCount);
    const found = this.#counted.size;
    if (reading.problem !== undefined) {
      this.#damage = corrupt(
        `the record that counts the documents of kind ${this.#kind} ${reading.problem}`,
        key,
      );
    } else if (reading.value.documents !== found) {
      const what = `${reading.value.documents} documents of kind ${this.#kind} were written, ${found} are there`;
      this.#damage = corrupt(what, key);
    } else if (reading.value.sum !== this.#total.sum && !isDamaged) {
      this.#damage = corrupt(`a document of kind ${this.#kind} is of an earlier time`, key);
    }
    if (this.#damage) this.#context.onCorruption(this.#damage);
  }

  #report(key: Uint8Array, problem: string): TinyObsError {
    const damage = corrupt(`document ${parseDocumentId(key)} of kind ${this.#kind} ${problem}`, key);
    this.#context.onCorruption(damage);
    return damage;
  }

  #requireRoom({ isNew, sizeBytes }: { readonly isNew: boolean; readonly sizeBytes: number }): void {
    if (isNew && this.#counted.size >= DOCUMENTS_MAX) {
      throw tooMany(`there are ${DOCUMENTS_MAX} documents of kind ${this.#kind}`);
    }
    if (sizeBytes > DOCUMENTS_BYTES_MAX) {
      throw tooMany(`the documents of kind ${this.#kind} would have more than ${DOCUMENTS_BYTES_MAX} bytes`);
    }
  }
}

/** What is counted with one record more, and another one less. */
function totalOf(total: Counted, added: Counted, removed = NOTHING): Counted {
  return {
    sum: (total.sum + added.sum - removed.sum) >>> 0,
    sizeBytes: total.sizeBytes + added.sizeBytes - removed.sizeBytes,
  };
}

function tooMany(what: string): TinyObsError {
  return new TinyObsError('too_many_documents', `${what}: delete some of them first`);
}
